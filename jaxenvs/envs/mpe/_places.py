"""The reward for standing in given places, whoever stands in which."""

import abc
from typing import ClassVar

import jax
import jax.numpy as jnp

from jaxenvs.envs.mpe import _assignment as assignment
from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import ParamsT, Scenario, StateT
from jaxenvs.envs.mpe._world import Bodies, Mover
from jaxenvs.ranges import NonNegative


class Params(world.Params):
    """The physics, the sizes and what counts as being there."""

    terminate_on_success: bool = False  # whether the game is over when everybody is in place
    success_radius: NonNegative = 0.05  # an agent nearer to its place than this is there


class Places(Scenario[StateT, ParamsT]):
    """Each agent is assigned one of as many places so that the ways are shortest in sum.

    Subclasses' params have an `agent_radius`.
    """

    reset_cost: ClassVar = "cheap"

    num_agents: Bodies = 4  # pyright: ignore[reportIncompatibleMethodOverride]
    """Agents, and places."""

    @abc.abstractmethod
    def places(self, state: StateT, params: ParamsT) -> jax.Array:
        """`(num_agents, 2)` float32: where agents should stand."""

    def movers(self, params: ParamsT) -> tuple[Mover, ...]:
        return (Mover("agent", self.num_agents, params.agent_radius, solid=True),)

    def views(self, state: StateT, params: ParamsT) -> tuple[jax.Array, ...]:
        ahead = view.flat(world.way(state.position, state.landmarks))
        return (jnp.concatenate([state.velocity, state.position, ahead], axis=1),)

    def rewards(self, state: StateT, params: ParamsT) -> jax.Array:
        shared = -jnp.minimum(self._offsets(state, params), 2).mean()
        return jnp.broadcast_to(shared, (self.num_agents,))

    def finished(self, state: StateT, params: ParamsT) -> jax.Array:
        there = (self._offsets(state, params) < params.success_radius).all()
        return params.terminate_on_success & there

    def _offsets(self, state: StateT, params: ParamsT) -> jax.Array:
        """`(num_agents,)`: how far each agent is from the place assigned to it."""
        distance = world.distance(state.position, self.places(state, params))
        column = assignment.cheapest(distance)
        chosen = column[:, None] == jnp.arange(self.num_agents, dtype=jnp.int32)
        return jnp.where(chosen, distance, jnp.float32(0)).sum(axis=1)
