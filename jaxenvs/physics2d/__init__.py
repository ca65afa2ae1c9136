"""A two-dimensional rigid-body engine for batches of small scenes; no RL in here.

world, state = ...                       # records of `jaxenvs.physics2d.world`
state, contacts = step(world, state, Controls(motor=motor, thrust=thrust))
"""

from jaxenvs.physics2d.step import plain_step, step
from jaxenvs.physics2d.world import (
    Bodies,
    Contacts,
    Controls,
    Joints,
    Settings,
    Sizes,
    State,
    Thrusters,
    World,
    at_rest,
    collides,
    empty_world,
    pairs,
)

__all__ = [
    "Bodies",
    "Contacts",
    "Controls",
    "Joints",
    "Settings",
    "Sizes",
    "State",
    "Thrusters",
    "World",
    "at_rest",
    "collides",
    "empty_world",
    "pairs",
    "plain_step",
    "step",
]
