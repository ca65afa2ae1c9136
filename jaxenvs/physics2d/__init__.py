"""A two-dimensional rigid-body engine for batches of small scenes; no RL in here.

world, state = Scene().floor().circle(0.5, (0, 2), name="ball").world()
state, contacts = step(world, state, Controls(motor=motor, thrust=thrust))
"""

from jaxenvs.physics2d.records import Body, Joint, Plane, Rule, SceneError, Thruster
from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.stepping import plain_step, step, steps
from jaxenvs.physics2d.world import (
    Axial,
    Bodies,
    Contacts,
    Controls,
    Joints,
    Planes,
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
    "Axial",
    "Bodies",
    "Body",
    "Contacts",
    "Controls",
    "Joint",
    "Joints",
    "Plane",
    "Planes",
    "Rule",
    "Scene",
    "SceneError",
    "Settings",
    "Sizes",
    "State",
    "Thruster",
    "Thrusters",
    "World",
    "at_rest",
    "collides",
    "empty_world",
    "pairs",
    "plain_step",
    "step",
    "steps",
]
