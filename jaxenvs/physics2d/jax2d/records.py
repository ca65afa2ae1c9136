"""What a step reads and changes.

Bodies have one numbering: P polygons, then C circles, B = P + C. K is the number of contacts (see
`tables.Tables`), J of joints, T of thrusters. Lengths are in m, masses in kg, angles in rad.
Slots without a body, joint or thruster are inactive; what else they hold has no effect on others.
"""

import jax
import jax.numpy as jnp

from jaxenvs.physics2d.jax2d import tables
from jaxenvs.struct import PyTree, static


class Rules(PyTree):
    """Constants of the engine, static: programs compile anew for new ones. Defaults are Jax2D's."""

    dt: float = static(default=1 / 60)
    """Duration of a step in s."""
    iterations: int = static(default=10)
    """Rounds over all joints and contacts."""
    batch: int = static(default=16)
    """Contacts that are solved at once, blind to each other."""
    walls: int = static(default=4)
    """The first polygons, which never collide with each other."""
    slop: float = static(default=0.01)
    """Penetration in m that is not corrected."""
    contact_push: float = static(default=0.2)
    """Share of a penetration that one step should undo."""
    friction: float = static(default=0.4)
    """Friction of a body whose own is 1."""
    joint_pull: float = static(default=2.0)
    """Velocity per gap of a joint, in 1/s."""
    joint_shift: float = static(default=0.7)
    """Share of a joint's gap that each round closes by moving the bodies."""
    joint_stiffness: float = static(default=0.6)
    """Share of a joint's impulse that is given."""
    weld_pull: float = static(default=2.0)
    """Angular velocity per error of a fixed joint's angle, in 1/s."""
    limit_pull: float = static(default=5.0)
    """Angular velocity per angle beyond a joint's limit, in 1/s."""
    motor_speed: float = static(default=6.0)
    """Angular velocity in rad/s of a motor whose own is 1."""
    motor_power: float = static(default=900.0)
    """Angular acceleration in rad/s^2 of a motor whose power is 1, at great error."""
    motor_decay: float = static(default=0.1)
    """How soon a motor's torque falls near its speed, in s/rad."""
    motor_margin: float = static(default=0.1)
    """Angle in rad before a limit from which on a motor fades."""
    thruster_power: float = static(default=10.0)
    """Force in N of a thruster whose power is 1."""
    max_position: float = static(default=15.0)
    """Bound of both coordinates in m, as of the two below after each step."""
    max_velocity: float = static(default=100.0)
    """Bound of both velocities in m/s."""
    max_spin: float = static(default=50.0)
    """Bound of angular velocities in rad/s."""


class Joints(PyTree):
    """Pins between two bodies, some with a motor, some with limits, some rigid."""

    a: jax.Array
    """Number of one body, int32 [J]."""
    b: jax.Array
    """Number of the other, int32 [J]."""
    a_anchor: jax.Array
    """Where the joint sits on `a`, in its frame, float32 [J, 2]."""
    b_anchor: jax.Array
    """Where it sits on `b`, float32 [J, 2]."""
    active: jax.Array
    """Whether it is there, bool [J]."""
    is_fixed: jax.Array
    """Whether it holds the angle, bool [J]; then a motor and limits do nothing."""
    angle: jax.Array
    """The angle of `b` less that of `a` which counts as zero, float32 [J]."""
    is_limited: jax.Array
    """Whether the relative angle has bounds, bool [J]."""
    lower: jax.Array
    """Lower bound, float32 [J]."""
    upper: jax.Array
    """Upper bound, float32 [J]."""
    has_motor: jax.Array
    """Whether actions drive it, bool [J]."""
    motor_speed: jax.Array
    """In units of `Rules.motor_speed`, float32 [J]."""
    motor_power: jax.Array
    """In units of `Rules.motor_power`, float32 [J]."""


class Thrusters(PyTree):
    """Forces that act at points of bodies and turn with them."""

    body: jax.Array
    """Number of the body, int32 [T]."""
    anchor: jax.Array
    """Where the force acts, in the body's frame, float32 [T, 2]."""
    angle: jax.Array
    """Direction of the force in the body's frame, float32 [T]."""
    power: jax.Array
    """In units of `Rules.thruster_power`, float32 [T]."""
    active: jax.Array
    """Whether it is there, bool [T]."""


class Scene(PyTree):
    """What does not change from step to step."""

    vertices: jax.Array
    """Corners of the polygons, clockwise, around the center of mass, float32 [P, 4, 2]."""
    sides: jax.Array
    """How many corners count, 3 or 4, int32 [P]."""
    radius: jax.Array
    """Of the circles, float32 [C]."""
    inverse_mass: jax.Array
    """In 1/kg, 0 for a body that nothing moves, float32 [B]."""
    inverse_inertia: jax.Array
    """In 1/(kg m^2), float32 [B]. Used as it is: Jax2D's discs come with half their inertia."""
    friction: jax.Array
    """In units of `Rules.friction`, float32 [B]."""
    restitution: jax.Array
    """The lower one of two bodies counts, float32 [B]."""
    collision_mode: jax.Array
    """2 collides with all, 1 with 1 and 2, 0 with 2 only, int32 [B]."""
    active: jax.Array
    """Whether the body is there, bool [B]."""
    collides: jax.Array
    """Pairs that push each other, bool [B, B], as `collisions` gives it. Others may touch."""
    gravity: jax.Array
    """In m/s^2, float32 [2]."""
    joints: Joints
    thrusters: Thrusters


class State(PyTree):
    """What a step changes."""

    position: jax.Array
    """Centers of mass, float32 [B, 2]."""
    angle: jax.Array
    """Never wrapped, float32 [B]."""
    velocity: jax.Array
    """In m/s, float32 [B, 2]."""
    spin: jax.Array
    """Angular velocity in rad/s, float32 [B]."""
    contact_impulse: jax.Array
    """Along the normal and the tangent of each contact in the last step, in N s, float32 [K, 2]."""
    joint_impulse: jax.Array
    """Summed over all steps, along x and y in N s and angular in N m s, float32 [J, 3]."""


def at_rest(
    scene: Scene, position: jax.Array, angle: jax.Array, rules: Rules | None = None
) -> State:
    """The state of bodies at some positions [B, 2] and angles [B], which nothing has moved yet."""
    rules = Rules() if rules is None else rules
    known = tables.tables(len(scene.sides), len(scene.radius), rules.walls, rules.batch)
    return State(
        position=position,
        angle=angle,
        velocity=jnp.zeros_like(position),
        spin=jnp.zeros_like(angle),
        contact_impulse=jnp.zeros((len(known.bodies), 2), jnp.float32),
        joint_impulse=jnp.zeros((len(scene.joints.a), 3), jnp.float32),
    )
