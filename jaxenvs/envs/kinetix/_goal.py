"""Physics steps, and what they decide: green has to touch blue, and must not touch red."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._facts import roles
from jaxenvs.envs.kinetix._level import BLUE, GREEN, NUM_WALLS
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import motion

OPEN, WON, LOST = range(3)

Steps = Callable[..., tuple[Any, jax.Array, jax.Array | None]]
"""`(world, physics, motor, thrust, count) -> (physics, touching, places)`, see the engines."""


def play(
    steps: Steps, state: State, motor: jax.Array, thrust: jax.Array, count: int
) -> tuple[State, jax.Array, jax.Array]:
    """`count` physics steps under the same commands.

    Returns:
      The state, the outcome, () int32, of the first step that decided, and the distance, () float32
      in m, between green and blue: after that step if the engine tells of it, else after the last.
    """
    physics, touching, places = steps(state.world, state.physics, motor, thrust, count)
    state = state.replace(physics=physics, touching=touching[-1])
    won = (touching & state.facts.wins).any(axis=1)
    lost = (touching & state.facts.loses).any(axis=1)
    place = motion(state).position
    outcome = jnp.int32(OPEN)
    for k in reversed(range(count)):  # so that the first one counts
        outcome = jnp.where(won[k], np.int32(WON), outcome)
        outcome = jnp.where(lost[k], np.int32(LOST), outcome)  # red before blue
        if places is not None:
            place = jnp.where(won[k] | lost[k], places[k], place)
    return state, outcome, goal_distance(place, roles(state.level.bodies))


def goal_distance(position: jax.Array, role: jax.Array) -> jax.Array:
    """The distance between green and blue, () float32 in m; summed over all such pairs."""
    x = position[:, 0, None] - position[None, :, 0]
    y = position[:, 1, None] - position[None, :, 1]
    counts = (role[:, None] == GREEN) & (role[None] == BLUE)
    wall = np.arange(len(role)) < NUM_WALLS
    counts = counts & ~(wall[:, None] & wall[None])
    return jnp.where(counts, jnp.sqrt(x * x + y * y), np.float32(0)).sum()


def is_broken(state: State) -> jax.Array:
    """Whether the engine has lost a body, () bool: its numbers are none."""
    physics = state.physics
    broken = jnp.isnan(physics.position) | jnp.isnan(physics.velocity)
    broken = broken[:, 0] | broken[:, 1] | jnp.isnan(physics.angle) | jnp.isnan(physics.spin)
    return broken.any()
