"""The dynamics of Jax2D 1.0.x, faults included, for results that were made with it.

`step` gives the state that Jax2D's engine gives, up to rounding: same pairs, same order, same
formulas. New work should use the engine of `jaxenvs.physics2d`, which stacks, bounces and turns
bodies as physics has it. What is reproduced although it is wrong:

- Restitution and the push out of a penetration are added, so that bounces gain energy.
- Both contacts of two polygons have the depth of the deeper one, and the incident edge is moved
  to the ends of the reference edge, not cut there.
- The mass that a joint feels is a number, along the relative velocity, and joints move bodies while
  velocities are solved.
- A motor's torque has no bound.
- Where a kind of pair does not fill its batches, its last pair remembers no impulse
  (`tables.Tables.remembered`): the order of bodies matters.

Source: Matthews, Beukman et al., "Kinetix: Investigating the training of general agents through
open-ended physics-based control tasks", 2024 (arXiv:2410.23208), and the package `jax2d` 1.0.1
(`engine.py`, `collision.py`, `joint.py`), whose step 1.0.2 did not change.
"""

from jaxenvs.physics2d.jax2d.records import Joints, Rules, Scene, State, Thrusters, at_rest
from jaxenvs.physics2d.jax2d.stepping import step
from jaxenvs.physics2d.jax2d.tables import collisions, pairs

__all__ = [
    "Joints",
    "Rules",
    "Scene",
    "State",
    "Thrusters",
    "at_rest",
    "collisions",
    "pairs",
    "step",
]
