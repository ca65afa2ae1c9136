"""How agents' values are joined into the values that have targets: one each, or one for the team.

Agents' values are `[..., num_agents]` float32, of the actions that each chooses by itself; joined
they are `[..., m]`, where `m` is `num_agents` or, for a team, 1. An agent that has left counts
neither here nor there.
"""

from typing import Any, Protocol

import jax
import jax.numpy as jnp


class Join(Protocol):
    """A way to join agents' values, in which no agent's higher value makes a joined one lower.

    So each agent's best action is part of the best joint action.
    """

    team: bool
    """Whether there is one value for all, of the team's reward; else each agent has its own."""

    uses_world: bool
    """Whether it looks at the global state."""

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """The weights, a pytree; the key is consumed."""
        ...

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """Joined values `[..., m]`, from agents' values and the global state `[..., world_size]`.

        The values of agents that have left are 0; the state is None where it is not used.
        """
        ...


class Own:
    """Every agent learns its own value of its own reward, as if it were alone: no joining."""

    team = False
    uses_world = False

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """No weights."""
        del key, num_agents, world_size
        return {}

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The values as they are."""
        del weights, world
        return values


class Sum:
    """The team's value is the sum of its agents' values.

    Source: Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning"
    (2017).
    """

    team = True
    uses_world = False

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """No weights."""
        del key, num_agents, world_size
        return {}

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The sum, `[..., 1]`."""
        del weights, world
        return jnp.sum(values, axis=-1, keepdims=True)


def joined(
    join: Join, weights: Any, values: jax.Array, present: jax.Array, world: jax.Array | None
) -> jax.Array:
    """Joined values, `[..., m]`, of the agents that are `present`, `[..., num_agents]` bool."""
    return join(weights, jnp.where(present, values, 0.0), world)


def pooled_reward(join: Join, reward: jax.Array) -> jax.Array:
    """What a step pays to each joined value, `[..., m]`, from rewards `[..., num_agents]`.

    A team's is the mean: where all agents get the same reward, that reward.
    """
    return jnp.mean(reward, axis=-1, keepdims=True) if join.team else reward


def pooled_end(join: Join, over: jax.Array) -> jax.Array:
    """Whether nothing follows for each joined value, `[..., m]` bool, from `[..., num_agents]`.

    For a team, when nothing follows for any of its agents.
    """
    return jnp.all(over, axis=-1, keepdims=True) if join.team else over
