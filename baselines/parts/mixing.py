"""How agents' values are mixed into the values that have targets: one each, or one for the team.

Agents' values are `[..., *seats]` float32, of the actions that each chooses by itself; mixed they
are `[..., *m]`: of one agent, who has no axis, they stay as they are; of a team there are
`num_agents`, or 1 where the team has one value. An agent that has left counts neither here nor
there.
"""

import dataclasses
from typing import Any, Literal, Protocol, get_args

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.kinds import Width
from jaxenvs.baselines.parts.networks import MLP, Readout

Kind = Literal["own", "sum", "monotonic"]
"""The names of the mixings."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class Mixing(Protocol):
    """A way to mix agents' values, in which no agent's higher value makes a mixed one lower.

    So each agent's best action is part of the best joint action.
    """

    team: bool
    """Whether there is one value for all, of the team's reward; else each agent has its own."""

    uses_world: bool
    """Whether it takes the global state."""

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """The weights, a pytree; the key is consumed."""
        ...

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """Mixed values `[..., *m]`, from agents' values and the global state `[..., world_size]`.

        The values of agents that have left are 0; the state is None where it is not used.
        """
        ...


class _Fixed:
    """A mixing without weights, for which the global state does not matter."""

    uses_world = False

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """No weights."""
        del key, num_agents, world_size
        return {}


class Own(_Fixed):
    """Every agent learns its own value of its own reward, as if it were alone: nothing is mixed.

    Source: Tan, "Multi-agent reinforcement learning: independent vs. cooperative agents" (ICML
    1993); Tampuu et al., "Multiagent cooperation and competition with deep reinforcement learning"
    (2017). Differs from them in: the agents share one network.
    """

    team = False

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The values as they are."""
        del weights, world
        return values


class Sum(_Fixed):
    """The team's value is the sum of its agents' values.

    Source: Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning"
    (2017).
    """

    team = True

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The sum, `[..., 1]`."""
        del weights, world
        return jnp.sum(values, axis=-1, keepdims=True)


class Mixer(nn.Module):
    """Two layers whose weights, never negative, are what other networks make of the global state.

    Source: Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent
    reinforcement learning" (ICML 2018), with a hidden layer in the networks that give the weights,
    as in its longer form (JMLR 2020).
    """

    width: int  # of the hidden layer
    hyper_width: int  # of the hidden layers of the networks that give the weights

    @nn.compact
    def __call__(self, values: jax.Array, world: jax.Array) -> jax.Array:
        """Agents' values `(..., n)` and global states `(..., s)` to the team's value `(...)`."""
        n = values.shape[-1]
        # The layer's mean, so that the team's value is of the order of its agents' from the start.
        first = jnp.abs(self.hyper(world, n * self.width, "first")).reshape(
            *world.shape[:-1], n, self.width
        )
        last = jnp.abs(self.hyper(world, self.width, "last")) / self.width
        offset = nn.Dense(self.width, name="first_bias")(world)
        hidden = nn.elu(jnp.einsum("...n,...nw->...w", values, first) + offset)
        return jnp.sum(hidden * last, axis=-1) + self.hyper(world, 1, "last_bias")[..., 0]

    def hyper(self, world: jax.Array, num_outputs: int, name: str) -> jax.Array:
        """`(..., num_outputs)` numbers for a global state."""
        hidden = MLP((self.hyper_width,), "relu", name=f"{name}_hidden")(world)
        return Readout(num_outputs, 1.0, name=name)(hidden)


@dataclasses.dataclass(frozen=True)
class Monotonic:
    """The team's value is what QMIX's `Mixer`, whose fields these are, makes of its agents'."""

    width: int
    hyper_width: int
    team = True
    uses_world = True

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """The mixer's weights; the key is consumed."""
        values, world = jnp.zeros(num_agents, jnp.float32), jnp.zeros(world_size, jnp.float32)
        return self.mixer.init(key, values, world)

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The team's value, `[..., 1]`."""
        team: Any = self.mixer.apply(weights, values, world)
        return team[..., None]

    @property
    def mixer(self) -> Mixer:
        """The network."""
        return Mixer(self.width, self.hyper_width)


@dataclasses.dataclass(frozen=True)
class TeamOptions:
    """What a team can be told beside what one agent can; to be a base before the `Config`."""

    show_id: bool = True  # tell the agents, who share a network, which of them they are
    mixing: Kind = "sum"  # what is made of the agents' values
    mixer_width: Width = 32  # of the hidden layer of the monotonic mixing's network
    hyper_width: Width = 64  # of the hidden layers of the networks that give its weights

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()  # type: ignore[misc]
        if self.filters:  # type: ignore[attr-defined]
            raise ValueError("filters: expected 0 for a team, whose network also takes an action")


def mixing_of(kind: Kind, width: int, hyper_width: int) -> Mixing:
    """The mixing of that name; the widths are those of `Mixer`."""
    return {"own": Own(), "sum": Sum(), "monotonic": Monotonic(width, hyper_width)}[kind]


def mixed(
    mixing: Mixing,
    weights: Any,
    values: jax.Array,
    present: jax.Array | None,
    world: jax.Array | None,
) -> jax.Array:
    """Mixed values, `[..., *m]`, of the agents that are `present`, `[..., *seats]`; None: all."""
    counted = values if present is None else jnp.where(present, values, 0.0)
    return mixing(weights, counted, world)


def pooled_reward(mixing: Mixing, reward: jax.Array) -> jax.Array:
    """What a step pays to each mixed value, `[..., *m]`, from rewards `[..., *seats]`.

    A team's is the mean: where all agents get the same reward, that reward.
    """
    return jnp.mean(reward, axis=-1, keepdims=True) if mixing.team else reward


def pooled_end(mixing: Mixing, over: jax.Array) -> jax.Array:
    """Whether nothing follows for each mixed value, `[..., *m]` bool, from `[..., *seats]`.

    For a team, when nothing follows for any of its agents.
    """
    return jnp.all(over, axis=-1, keepdims=True) if mixing.team else over


def pooled_presence(mixing: Mixing, present: jax.Array | None) -> jax.Array | None:
    """Whether each mixed value counts, `[..., *m]` bool, from `[..., *seats]`; None: all do.

    That of a team does while any of its agents is there.
    """
    if present is None or not mixing.team:
        return present
    return jnp.any(present, axis=-1, keepdims=True)
