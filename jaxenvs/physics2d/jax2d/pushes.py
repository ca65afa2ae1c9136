"""Impulses at contacts."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.physics2d.jax2d import plane
from jaxenvs.physics2d.jax2d.collide import Contacts
from jaxenvs.physics2d.jax2d.records import Rules, Scene
from jaxenvs.physics2d.jax2d.tables import Tables


class Rows(NamedTuple):
    """What the solver reads of contacts; all axes after those named here are those of contacts."""

    bodies: jax.Array
    """The two bodies, int32 [2, ...]."""
    normal: jax.Array
    """Float32 [2, ...]."""
    point: jax.Array
    """Float32 [2, ...]."""
    target: jax.Array
    """Velocity along the normal that the impulse should leave, in m/s."""
    friction: jax.Array
    inverse_mass: jax.Array
    """Of the two bodies, [2, ...]."""
    inverse_inertia: jax.Array
    """Of the two bodies, [2, ...]."""
    resolved: jax.Array
    """Whether there is an impulse, bool."""
    remembered: jax.Array
    """Whether the impulse is accumulated, bool."""


def rows(
    scene: Scene,
    tables: Tables,
    contacts: Contacts,
    position: jax.Array,
    motion: jax.Array,
    rules: Rules,
) -> Rows:
    """Rows of all contacts of bodies with motions [3, B]: velocity and angular velocity."""
    a, b = tables.bodies[:, 0], tables.bodies[:, 1]
    bodies = jnp.asarray(tables.bodies.T)
    mass, inertia = scene.inverse_mass[bodies], scene.inverse_inertia[bodies]
    arms = contacts.point[:, None] - position[:, bodies]
    closing = plane.dot(_slip(arms, motion[:, bodies]), contacts.normal)
    bounce = closing * jnp.minimum(scene.restitution[a], scene.restitution[b])
    over = jnp.minimum(np.float32(0), -contacts.depth + rules.slop)
    grip = jnp.square(scene.friction[bodies] * rules.friction)
    return Rows(
        bodies=bodies,
        normal=contacts.normal,
        point=contacts.point,
        target=-rules.contact_push / rules.dt * over - bounce,
        friction=jnp.sqrt(grip[0] + grip[1]),
        inverse_mass=mass,
        inverse_inertia=inertia,
        resolved=contacts.active & scene.collides[a, b] & ~((mass[0] == 0) & (mass[1] == 0)),
        remembered=jnp.asarray(tables.remembered),
    )


def batched(rows: Rows, active: jax.Array, tables: Tables) -> tuple[Rows, jax.Array]:
    """Rows in the order in which they are solved, [batches, ..., size], and where they come from.

    `active` is whether each contact's pair touches, bool [K]. The second value is the number of
    each row's contact, or K for none, int32 [batches, size].
    """
    ends = np.cumsum([len(tables.polygons)] * 2 + [len(tables.mixed), len(tables.circles)])
    parts = [
        start + jnp.argsort(active[start:end], stable=True).astype(jnp.int32)
        for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
    ]
    order = jnp.concatenate([*parts, jnp.full(1, len(active), jnp.int32)])[tables.slots]
    taken = jnp.minimum(order, len(active) - 1)
    found = Rows(*(jnp.moveaxis(part[..., taken], -2, 0) for part in rows))
    return found._replace(resolved=found.resolved & (order < len(active))), order


def given_before(
    rows: Rows, impulse: jax.Array, position: jax.Array, motion: jax.Array
) -> jax.Array:
    """Motions [3, B] after the impulses [2, K] of the last step are given again."""
    tangent = plane.right_of(rows.normal)
    push = jnp.where(rows.resolved, impulse[0] * rows.normal + impulse[1] * tangent, np.float32(0))
    change = _change(rows, rows.point[:, None] - position[:, rows.bodies], push)
    return _added(motion, rows.bodies, change)


def _change(rows: Rows, arms: jax.Array, push: jax.Array) -> jax.Array:
    """Changes of motion [3, 2, ...] of both bodies by an impulse [2, ...] on the second."""
    pushes = jnp.stack([-push, push], axis=1)
    turned = rows.inverse_inertia * plane.cross(arms, pushes)
    return jnp.concatenate([rows.inverse_mass * pushes, turned[None]])


def _added(motion: jax.Array, bodies: jax.Array, change: jax.Array) -> jax.Array:
    return motion.at[:, bodies.reshape(-1)].add(change.reshape(3, -1))


def solved(
    rows: Rows, impulses: jax.Array, position: jax.Array, motion: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """One round over all batches: motions [3, B], accumulated impulses [batches, 2, size]."""

    def batch(motion: jax.Array, xs: tuple[Rows, jax.Array]) -> tuple[jax.Array, jax.Array]:
        rows, before = xs
        arms = rows.point[:, None] - position[:, rows.bodies]
        change, impulse = _resolved(rows, before, arms, motion[:, rows.bodies])
        impulse = jnp.where(rows.resolved & rows.remembered, impulse, np.float32(0))
        change = jnp.where(rows.resolved, change, np.float32(0))
        return _added(motion, rows.bodies, change), impulse

    return jax.lax.scan(batch, motion, (rows, impulses))


def _resolved(
    rows: Rows, before: jax.Array, arms: jax.Array, motion: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Changes of motion [3, 2, ...] and the accumulated impulses [2, ...] of contacts."""
    normal, tangent = rows.normal, plane.right_of(rows.normal)
    slip = _slip(arms, motion)
    push = (-plane.dot(slip, normal) + rows.target) / plane.nonzero(_mass(rows, arms, normal))
    along = jnp.maximum(before[0] + push, np.float32(0))
    change = _change(rows, arms, (along - before[0]) * normal)
    slip = _slip(arms, motion + change)
    drag = -plane.dot(slip, tangent) / plane.nonzero(_mass(rows, arms, tangent))
    most = rows.friction * along
    across = jnp.clip(before[1] + drag, -most, most)
    change = change + _change(rows, arms, (across - before[1]) * tangent)
    return change, jnp.stack([along, across])


def _slip(arms: jax.Array, motion: jax.Array) -> jax.Array:
    """Velocity [2, ...] of the second body less that of the first; arguments [2 or 3, 2, ...]."""
    at = motion[:2] + plane.swept(motion[2], arms)
    return at[:, 1] - at[:, 0]


def _mass(rows: Rows, arms: jax.Array, direction: jax.Array) -> jax.Array:
    """Inverse of the mass that an impulse of some direction [2, ...] moves."""
    reach = plane.dot(arms, direction[:, None])
    turned = rows.inverse_inertia * (plane.dot(arms, arms) - reach * reach)
    return rows.inverse_mass[0] + rows.inverse_mass[1] + turned[0] + turned[1]
