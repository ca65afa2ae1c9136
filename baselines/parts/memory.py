"""Networks with or without a memory: a GRU, S5, or none.

The memories take whole sequences, time first, and return their state after every step, so that play
and learning can start from any step: `(state, x, start) -> (outputs, states)` with `x` of shape
`[T, n, num_inputs]`, `start` of shape `[T, n]`, true at the first step of an episode, `state` of
shape `[n, ...]` per leaf, and `outputs` and `states` with both axes. One step is a sequence of one.
Further axes may follow `n`, the same for all, such as one of agents.
"""

import math
from typing import Any, Literal

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.parts.networks import MLP, Activation, orthogonal
from jaxenvs.struct import PyTree

MemoryKind = Literal["none", "gru", "s5"]
"""The names of the memories; `none` remembers nothing."""


class Past(PyTree):
    """What a player knows before its next observation; leading axes `[n, ...]`."""

    state: Any  # of the memory; None: there is none
    action: jax.Array  # (num_outputs,) float32, the last action as the network takes it
    start: jax.Array  # () bool, whether an episode starts here: then the rest does not count


class GRU(nn.Module):
    """Gated recurrent unit; its state and output are `width` float32 numbers.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), with the
    reset gate after the product, as is usual today.
    """

    width: int

    @nn.compact
    def __call__(
        self, state: jax.Array, x: jax.Array, start: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """See the top of the file."""
        # What does not wait for the step before is done for all steps at once.
        gates = nn.Dense(3 * self.width, kernel_init=orthogonal(1.0), name="input")(x)
        shape = (self.width, 3 * self.width)
        kernel = self.param("kernel", orthogonal(1.0), shape, jnp.float32)
        bias = self.param("bias", nn.initializers.zeros, (self.width,), jnp.float32)

        def step(
            hidden: jax.Array, row: tuple[jax.Array, jax.Array]
        ) -> tuple[jax.Array, jax.Array]:
            hidden = jnp.where(row[1][..., None], 0.0, hidden)
            reset, update, fresh = jnp.split(row[0], 3, axis=-1)
            past_reset, past_update, past_fresh = jnp.split(hidden @ kernel, 3, axis=-1)
            keep = jax.nn.sigmoid(update + past_update)
            fresh = jnp.tanh(fresh + jax.nn.sigmoid(reset + past_reset) * (past_fresh + bias))
            hidden = (1 - keep) * fresh + keep * hidden
            return hidden, hidden

        _, states = jax.lax.scan(step, state, (gates, start))
        return states, states


class S5(nn.Module):
    """A diagonal linear state space, then a gated readout with a way past it.

    The state, `width` complex64 numbers, follows `s(t) = a s(t - 1) + b x(t)`, which an associative
    scan computes for all steps in parallel; at the start of an episode `a` is 0, which is all that
    a reset takes.

    Sources: Smith, Warrington & Linderman, "Simplified state space layers for sequence modeling"
    (ICLR 2023); Lu et al., "Structured state space models for in-context reinforcement learning"
    (NeurIPS 2023). Differs from them in: resets through `a`; the eigenvalues start as
    -1/2 + i pi n (Gu et al., 2022, "S4D-Lin") instead of those of the HiPPO matrix.
    """

    width: int

    @nn.compact
    def __call__(
        self, state: jax.Array, x: jax.Array, start: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """See the top of the file."""
        x = nn.Dense(self.width, kernel_init=orthogonal(1.0), name="input")(x)
        decay, gain = self.dynamics()
        weights = {name: self.matrix(name) for name in ("b_real", "b_imag", "c_real", "c_imag")}
        drive = gain * jax.lax.complex(x @ weights["b_real"], x @ weights["b_imag"])
        decay = jnp.where(start[..., None], jnp.complex64(0), decay)
        first = drive[:1] + decay[:1] * state
        drive = jnp.concatenate([first, drive[1:]])
        _, states = jax.lax.associative_scan(_then, (decay, drive))
        out = states.real @ weights["c_real"] - states.imag @ weights["c_imag"]
        direct = self.param("direct", nn.initializers.ones, (self.width,), jnp.float32)
        out = jax.nn.gelu(out + direct * x)
        return x + out * jax.nn.sigmoid(nn.Dense(self.width, name="gate")(out)), states

    def dynamics(self) -> tuple[jax.Array, jax.Array]:
        """How the state decays in a step, and what holds the input constant over a step gives."""
        n = np.arange(self.width, dtype=np.float32)
        log_rate = self.param(
            "log_rate", lambda _: jnp.full(self.width, math.log(0.5), jnp.float32)
        )
        frequency = self.param("frequency", lambda _: jnp.asarray(math.pi * n))
        log_step = self.param("log_step", _log_uniform(1e-3, 1e-1), (self.width,))
        eigenvalue = jax.lax.complex(-jnp.exp(log_rate), frequency)
        scaled = eigenvalue * jnp.exp(log_step).astype(jnp.complex64)
        decay = jnp.exp(scaled)
        return decay, (decay - 1) / eigenvalue

    def matrix(self, name: str) -> jax.Array:
        """A dense matrix, `(width, width)` float32."""
        init = nn.initializers.normal(self.width**-0.5)
        return self.param(name, init, (self.width, self.width), jnp.float32)


_MODULES: dict[str, Any] = {"gru": GRU, "s5": S5}


class Feedforward(nn.Module):
    """A network up to its last layer that remembers nothing."""

    torso: nn.Module

    def first(self, num_outputs: int) -> None:
        """There is no past; see `Recurrent`."""
        del num_outputs

    def __call__(self, obs: jax.Array, past: None) -> tuple[jax.Array, None]:
        """Outputs `[..., width]` for observations `[..., num_features]`, and no states."""
        del past
        return self.torso(obs), None


class Recurrent(nn.Module):
    """Dense layers on observation and last action, then a memory, or none of its own."""

    hidden: tuple[int, ...]
    activation: Activation
    kind: MemoryKind
    width: int  # of the memory
    layer_norm: bool = False
    entities: nn.Module | None = None  # what takes the observation before them; None: nothing

    def first(self, num_outputs: int) -> Past:
        """The past of one player before its first observation."""
        dtype = jnp.complex64 if self.kind == "s5" else jnp.float32
        state = None if self.kind == "none" else jnp.zeros(self.width, dtype)
        action = jnp.zeros(num_outputs, jnp.float32)
        return Past(state=state, action=action, start=jnp.ones((), jnp.bool_))

    @nn.compact
    def __call__(self, obs: jax.Array, past: Past) -> tuple[jax.Array, Any]:
        """Outputs `[T, n, ..., width]` for observations `[T, n, ..., num_features]`, and states.

        `past.state` is `[n, ...]`, before the first step; `past.action` and `past.start` are
        `[T, n, ...]`, before every step. States are `[T, n, ...]`, after every step.
        """
        action = jnp.where(past.start[..., None], 0.0, past.action)
        seen = obs if self.entities is None else self.entities(obs)
        x = jnp.concatenate([seen, action], axis=-1)
        x = MLP(self.hidden, self.activation, self.layer_norm, name="encoder")(x)
        if self.kind == "none":
            return x, None
        return _MODULES[self.kind](self.width, name="memory")(past.state, x, past.start)


Torso = Feedforward | Recurrent


def first_row(tree: Any) -> Any:
    """The first entry of every leaf."""
    return jax.tree.map(lambda leaf: leaf[0], tree)


def one_step(
    torso: Torso, weights: Any, obs: jax.Array, past: Past | None
) -> tuple[jax.Array, Any]:
    """Outputs and states `[n, ...]` for one observation `[n, ..., num_features]` of each player."""
    if past is None:
        return torso.apply(weights, obs, None)
    past = past.replace(action=past.action[None], start=past.start[None])
    found: Any = torso.apply(weights, obs[None], past)
    return first_row(found)


def look_ahead(
    torso: Torso, weights: Any, states: Any, obs: jax.Array, action: jax.Array
) -> jax.Array:
    """Outputs `[T, n, ..., width]` for what each step led to, as if the episode went on there.

    `states` are those after the steps, `obs` the observations that the steps led to, `action` the
    actions of the steps as networks take them; all `[T, n, ...]`.
    """
    if isinstance(torso, Feedforward):
        out: Any = torso.apply(weights, obs, None)[0]
        return out

    def flat(leaf: jax.Array) -> jax.Array:
        return leaf.reshape(-1, *leaf.shape[2:])

    going_on = jnp.zeros((1, *flat(obs).shape[:-1]), jnp.bool_)
    past = Past(state=jax.tree.map(flat, states), action=flat(action)[None], start=going_on)
    out = torso.apply(weights, flat(obs)[None], past)[0][0]
    return out.reshape(*obs.shape[:2], *out.shape[1:])


def _then(
    first: tuple[jax.Array, jax.Array], second: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """Two stretches of `s -> a s + b`, one after the other."""
    return second[0] * first[0], second[0] * first[1] + second[1]


def _log_uniform(low: float, high: float) -> Any:
    def init(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        return jax.random.uniform(key, shape, jnp.float32, math.log(low), math.log(high))

    return init
