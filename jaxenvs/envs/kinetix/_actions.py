"""Three kinds of actions, and what they say to motors and thrusters.

Kinetix has four kinds of motors and two of thrusters, the bindings: one number commands all motors
of a kind. Commands are six numbers, float32: of motors, from -1 to 1, then of thrusters, from 0
to 1.
"""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.kinetix._level import NUM_MOTOR_BINDINGS, NUM_THRUSTER_BINDINGS, Level

Kind = Literal["discrete", "multidiscrete", "continuous"]
NUM_COMMANDS = NUM_MOTOR_BINDINGS + NUM_THRUSTER_BINDINGS


def space(kind: Kind, num_motors: int, num_thrusters: int, room: int = 0) -> spaces.Space:
    """The actions of who commands so many kinds of motors and of thrusters.

    Multi-discrete actions have `room` numbers at least; those at the end are always 0.
    """
    if kind == "discrete":
        return spaces.Discrete(2 * num_motors + 1 + num_thrusters)
    if kind == "multidiscrete":
        missing = max(0, room - num_motors - num_thrusters)
        return spaces.MultiDiscrete([3] * num_motors + [2] * num_thrusters + [1] * missing)
    return spaces.Box(-1.0, 1.0, (num_motors + num_thrusters,))


def commands(
    kind: Kind, action: jax.Array, num_motors: int, num_thrusters: int
) -> tuple[list[jax.Array], list[jax.Array]]:
    """What an action of `space` says to each kind of motors, and of thrusters; () float32 each.

    Discrete: motor m backward (2 m) or forward (2 m + 1), nothing, one of the thrusters.
    Multi-discrete: each motor 0 off, 1 forward, 2 backward, each thruster 0 off, 1 on. Continuous:
    the numbers themselves, from -1 to 1; a thruster is off below 0.
    """
    motors, thrusters = range(num_motors), range(num_thrusters)
    if kind == "discrete":
        first = 2 * num_motors + 1
        return (
            [_number(action == 2 * m + 1) - _number(action == 2 * m) for m in motors],
            [_number(action == first + t) for t in thrusters],
        )
    if kind == "multidiscrete":
        return (
            [_number(action[m] == 1) - _number(action[m] == 2) for m in motors],
            [_number(action[num_motors + t] == 1) for t in thrusters],
        )
    low, high = np.float32(-1), np.float32(1)
    return (
        [jnp.clip(action[m], low, high) for m in motors],
        [jnp.clip(action[num_motors + t], np.float32(0), high) for t in thrusters],
    )


def _number(flag: jax.Array) -> jax.Array:
    return flag.astype(jnp.float32)


def controls(
    level: Level, motors: list[jax.Array], thrusters: list[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """What each joint's motor (j,) and each thruster (t,) is told; automatic motors: forward."""
    motor = _chosen(motors, jnp.asarray(level.joints.motor_binding))
    motor = jnp.where(level.joints.motor_auto, np.float32(1), motor)
    return motor, _chosen(thrusters, jnp.asarray(level.thrusters.binding))


def _chosen(values: list[jax.Array], index: jax.Array) -> jax.Array:
    """`values[index]`, without a gather."""
    found = jnp.broadcast_to(values[0], index.shape)
    for k, value in enumerate(values[1:], 1):
        found = jnp.where(index == k, value, found)
    return found
