"""One step of the engine."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.physics2d.jax2d import pins, plane, pushes, tables
from jaxenvs.physics2d.jax2d.collide import Contacts, contacts
from jaxenvs.physics2d.jax2d.records import Rules, Scene, State


def step(
    scene: Scene, state: State, action: jax.Array, rules: Rules | None = None
) -> tuple[State, jax.Array]:
    """The state after `rules.dt`, and which pairs touched before it, bool in the order of `pairs`.

    `action`, float32 [J + T], holds the speeds of the motors, usually -1 to 1 (0: idle), then the
    forces of the thrusters, usually 0 to 1. Raises ValueError where its shape is another.
    """
    rules = Rules() if rules is None else rules
    _checked(scene, action)
    known = tables.tables(len(scene.sides), len(scene.radius), rules.walls, rules.batch)
    position, angle = state.position.T, state.angle
    turn = plane.turn_by(angle)
    falls = jnp.where(scene.inverse_mass != 0, np.float32(rules.dt), np.float32(0))
    velocity = state.velocity.T + scene.gravity[:, None] * falls
    motion = jnp.concatenate([velocity, state.spin[None]])

    found = contacts(scene, known, position, turn)
    rows = pushes.rows(scene, known, found, position, motion, rules)
    links = pins.pins(scene, angle, turn, rules)
    joints = len(scene.joints.a)
    motion = pins.driven(scene, action[:joints], angle, motion, rules)
    motion = pins.thrust(scene, action[joints:], angle, motion, rules)
    motion = pushes.given_before(rows, state.contact_impulse.T, position, motion)
    motion = pins.given_before(links, state.joint_impulse.T, motion)

    touching, solvable = _touching(found, known)
    batches, order = pushes.batched(rows, solvable, known)
    count = len(known.bodies)
    before = jnp.moveaxis(state.contact_impulse[jnp.minimum(order, count - 1)], -1, -2)
    position, motion, contact_impulse, joint_impulse = _rounds(
        (batches, links), (position, motion, before, state.joint_impulse), rules
    )
    after = jnp.moveaxis(contact_impulse, -1, -2)
    placed = jnp.zeros((count + 1, 2), jnp.float32).at[order].set(after)[:count]
    return _moved(state, position, motion, rules).replace(
        contact_impulse=placed, joint_impulse=joint_impulse
    ), touching


def _checked(scene: Scene, action: jax.Array) -> None:
    expected = (len(scene.joints.a) + len(scene.thrusters.body),)
    if action.shape != expected:
        raise ValueError(f"action has shape {action.shape}, expected {expected}: motors, thrusters")


def _touching(found: Contacts, known: tables.Tables) -> tuple[jax.Array, jax.Array]:
    """Which pairs touch, bool [pairs], and the same for the pair of each contact, bool [K]."""
    twice = len(known.polygons)
    first, others = found.active[:twice], found.active[2 * twice :]
    return jnp.concatenate([first, others]), jnp.concatenate([first, first, others])


def _rounds(
    fixed: tuple[pushes.Rows, pins.Pins], changing: tuple[jax.Array, ...], rules: Rules
) -> tuple[jax.Array, ...]:
    """Solves joints, then contacts, many times.

    Changing are positions [2, B], motions [3, B] and the impulses of batches and of joints.
    """
    batches, links = fixed

    def one(_: jax.Array, changing: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        position, motion, contact, joint = changing
        position, motion, joint = pins.solved(links, joint, position, motion, rules)
        motion, contact = pushes.solved(batches, contact, position, motion)
        return position, motion, contact, joint

    return jax.lax.fori_loop(0, rules.iterations, one, changing)


def _moved(state: State, position: jax.Array, motion: jax.Array, rules: Rules) -> State:
    velocity, spin = motion[:2].T, motion[2]
    position = position.T + velocity * rules.dt
    return state.replace(
        position=jnp.clip(position, -rules.max_position, rules.max_position),
        angle=state.angle + spin * rules.dt,
        velocity=jnp.clip(velocity, -rules.max_velocity, rules.max_velocity),
        spin=jnp.clip(spin, -rules.max_spin, rules.max_spin),
    )
