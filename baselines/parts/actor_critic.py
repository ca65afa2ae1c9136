"""Policies and values of several agents: networks that they share, or one pair for each.

What agents see is `[..., num_agents, num_features]` float32 under the names `actor` and `critic`,
what they know besides is a `Past`. Where nothing is shared, every leaf of the weights leads with an
axis `[num_agents]`.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian
from jaxenvs.baselines.parts.heads import BoxHead
from jaxenvs.baselines.parts.memory import Past, Reactive, RecurrentTorso, look_ahead
from jaxenvs.baselines.parts.networks import Readout
from jaxenvs.baselines.parts.seats import Agents
from jaxenvs.struct import PyTree

Seen = dict[str, jax.Array]
"""What `actor` and `critic` see; without the latter, the critic sees what the actor does."""


class Steps(PyTree):
    """What networks are unrolled over: `[T, ...]`."""

    seen: Seen  # (num_features,) float32
    last_action: jax.Array  # (num_outputs,) float32, the action before
    start: jax.Array  # () bool, whether an episode starts here


class ActorCritic:
    """The networks `actor` and `critic`: pure methods over what is fixed when compiling."""

    def __init__(
        self,
        agents: Agents,
        torsos: dict[str, RecurrentTorso | Reactive],
        share: bool,
        log_std_init: float,
    ) -> None:
        self.agents, self.head, self.torsos, self.share = agents, agents.head, torsos, share
        self.readouts = {"actor": Readout(self.head.num_outputs, 0.01), "critic": Readout(1, 1.0)}
        self.log_std_init = log_std_init

    def first(self, name: str) -> Past:
        """What `actor` or `critic` knows of one environment before it starts, `[num_agents]`."""
        one = self.torsos[name].first(self.head.num_outputs)
        return jax.tree.map(lambda x: jnp.broadcast_to(x, (self.agents.num, *x.shape)), one)

    def init(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        """Weights, from what all agents see of one environment; the key is consumed."""
        keys = jax.random.split(key, self.agents.num)
        if self.share:
            return self._init_pair(keys[0], seen)
        return jax.vmap(self._init_pair, (0, None))(keys, seen)

    def _init_pair(self, key: jax.Array, seen: Seen) -> dict[str, Any]:
        weights: dict[str, Any] = {}
        for name, own_key in zip(self.torsos, jax.random.split(key), strict=True):
            torso_key, readout_key = jax.random.split(own_key)
            past, obs = self.first(name), sight(seen, name)
            example = (past.state, obs[None], past.action[None], past.start[None])
            torso = self.torsos[name].init(torso_key, *example)
            out, _ = self.torsos[name].apply(torso, *example)
            weights[name] = {"torso": torso, "readout": self.readouts[name].init(readout_key, out)}
        if isinstance(self.head, BoxHead):
            shape = (self.head.num_outputs,)
            weights["actor"]["log_std"] = jnp.full(shape, self.log_std_init, jnp.float32)
        return weights

    def each(self, function: Callable[..., Any], axes: tuple[Any, ...], out: Any = 0) -> Any:
        """`function` with the weights of each agent for its part, or as it is if they share them.

        The weights come first; `axes` are the agents' axes of the other arguments, `out` those of
        what comes back.
        """
        return function if self.share else jax.vmap(function, (0, *axes), out)

    def unroll(self, name: str, weights: Any, state: Any, steps: Any) -> tuple[jax.Array, Any]:
        """Outputs and states of `actor` or `critic` over steps, for one set of its weights.

        `steps` are `Steps` or have their fields.
        """
        obs = sight(steps.seen, name)
        out, states = self.torsos[name].apply(
            weights["torso"], state, obs, steps.last_action, steps.start
        )
        return self.readouts[name].apply(weights["readout"], out), states  # type: ignore[return-value]

    def judge(
        self, weights: Any, state: Any, steps: Steps, final: Seen, action: jax.Array
    ) -> tuple[jax.Array, jax.Array, Any]:
        """Values of all steps and of what each led to, `[T, n, num_agents]`, and the last state.

        Args:
          weights: the critics'.
          state: of their memory before the first step, `[n, num_agents]`.
          steps: `[T, n, num_agents]`.
          final: what each step led to, before any reset.
          action: what was done in each step, as networks see it.
        """

        def alone(weights: Any, state: Any, steps: Steps, final: Seen, action: jax.Array) -> Any:
            value, states = self.unroll("critic", weights, state, steps)
            obs = sight(final, "critic")
            ahead = look_ahead(self.torsos["critic"], weights["torso"], states, obs, action)
            next_value: Any = self.readouts["critic"].apply(weights["readout"], ahead)
            return value[..., 0], next_value[..., 0], jax.tree.map(lambda x: x[-1], states)

        return self.each(alone, (1, 2, 2, 2), (2, 2, 1))(weights, state, steps, final, action)

    def distribution(
        self, weights: Any, outputs: jax.Array, mask: jax.Array | None
    ) -> Categorical | DiagGaussian:
        """The policy, from the actor's weights and outputs."""
        return self.head.distribution(outputs, weights.get("log_std"), mask)

    def decide(
        self, weights: Any, seen: Seen, past: Past, mask: jax.Array | None
    ) -> tuple[Categorical | DiagGaussian, Any]:
        """The policy `[n, num_agents]` for one observation of each environment, and the states."""

        def alone(weights: Any, seen: Seen, past: Past) -> tuple[jax.Array, Any]:
            step = Steps(seen=seen, last_action=past.action, start=past.start)
            step = jax.tree.map(lambda x: x[None], step)
            outputs, states = self.unroll("actor", weights, past.state, step)
            return outputs[0], jax.tree.map(lambda x: x[0], states)

        outputs, states = self.each(alone, (1, 1), 1)(weights, seen, past)
        return self.distribution(weights, outputs, mask), states

    def act(
        self, weights: Any, obs: Any, mask: jax.Array | None, past: Past
    ) -> tuple[jax.Array, Past]:
        """All agents' greedy actions for what they observe, and what they know afterwards."""
        seen = {"actor": self.agents.features(jax.tree.map(lambda x: x[None], obs))}
        legal = self.agents.legal(None if mask is None else mask[None], 1)
        policy, states = self.decide(weights, seen, jax.tree.map(lambda x: x[None], past), legal)
        action = policy.mode()[0]
        after = Past(
            state=jax.tree.map(lambda x: x[0], states),
            action=self.agents.as_input(action),
            start=jnp.zeros(self.agents.num, jnp.bool_),
        )
        return self.agents.to_env(action), after


def sight(seen: Seen, name: str) -> jax.Array:
    """What `actor` or `critic` sees."""
    return seen.get(name, seen["actor"])
