"""Physics steps, and what they decide: green has to touch blue, and must not touch red."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxenvs.envs.kinetix._facts import roles
from jaxenvs.envs.kinetix._level import BLUE, GREEN, NUM_WALLS
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import motion

OPEN, WON, LOST = range(3)

Step = Callable[..., tuple[Any, jax.Array]]


def play(
    step: Step, state: State, motor: jax.Array, thrust: jax.Array, count: int
) -> tuple[State, jax.Array, jax.Array]:
    """`count` physics steps under the same controls.

    Returns:
      The state, the outcome, () int32, of the first step that decided, and the distance, () float32
      in m, between green and blue after that step; without one, after the last.
    """

    def one(carry: tuple[Any, ...], _: None) -> tuple[tuple[Any, ...], None]:
        physics, outcome, seen, _ = carry
        physics, touching = step(state.world, physics, motor, thrust)
        still_open = outcome == OPEN
        seen = jax.tree.map(lambda new, old: jnp.where(still_open, new, old), _place(physics), seen)
        outcome = jnp.where(still_open, _outcome(state, touching), outcome)
        return (physics, outcome, seen, touching), None

    start = state.physics, jnp.int32(OPEN), _place(state.physics), state.touching
    (physics, outcome, seen, touching), _ = lax.scan(one, start, None, length=count)
    deciding = state.replace(physics=physics.replace(position=seen[0], angle=seen[1]))
    distance = goal_distance(deciding)
    return state.replace(physics=physics, touching=touching), outcome, distance


def _place(physics: Any) -> tuple[jax.Array, jax.Array]:
    return physics.position, physics.angle


def _outcome(state: State, touching: jax.Array) -> jax.Array:
    """() int32; red counts before blue."""
    won = (touching & state.facts.wins).any()
    lost = (touching & state.facts.loses).any()
    decided = jnp.where(won, np.int32(WON), np.int32(OPEN))
    return jnp.where(lost, np.int32(LOST), decided)


def goal_distance(state: State) -> jax.Array:
    """The distance between green and blue, () float32 in m; summed over all such pairs."""
    position, role = motion(state).position, roles(state.level.bodies)
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
