"""Finds the contacts of a step: rows of all pairs of bodies, and of all bodies on all planes."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import contacts, layout, planes
from jaxenvs.physics2d.manifolds import Shape
from jaxenvs.physics2d.rows import Impulse, Matter, Motion, Start
from jaxenvs.physics2d.world import State, World


class BodyRows(NamedTuple):
    """All bodies, [B, *N] and, of the hull, [V, B, *N]."""

    shape: Shape
    matter: Matter
    motion: Motion
    angle: jax.Array
    sin: jax.Array
    cos: jax.Array
    active: jax.Array
    one: jax.Array  # ones that XLA cannot know


class Held(NamedTuple):
    """Impulses of both points of all contacts: [R, L, *N] and [P, B, *N]."""

    pairs: tuple[Impulse, Impulse]
    planes: planes.Stored


class Found(NamedTuple):
    """The contacts of a step."""

    pairs: contacts.Rows  # [R, L, *N]
    planes: planes.Rows  # [P, B, *N]
    impulses: Held
    held: Motion  # what the impulses do to velocities, [B, *N]
    touching: jax.Array  # bool [R, L, *N]
    behind: jax.Array  # bool [P, B, *N]


def contacts_of(world: World, state: State, body: BodyRows, start: Start) -> Found:
    """All contacts, impulses to start from, and what touches."""
    rows, pushes, touching, held = _pairs(world, state, body, start)
    walls, impulses, behind, more = _planes(world, state, body, start)
    held = jax.tree.map(jnp.add, held, more)
    return Found(rows, walls, Held(pushes, impulses), held, touching, behind)


def _stored(normal: jax.Array, tangent: jax.Array) -> tuple[Impulse, Impulse]:
    """Impulses at both points, of [2, ...]."""
    first, second = (Impulse(normal[k], tangent[k], jnp.zeros_like(normal[k])) for k in (0, 1))
    return first, second


def _planes(world: World, state: State, body: BodyRows, start: Start) -> Any:
    """Rows, impulses, who is behind, and what the impulses do; see `planes.prepare`."""
    used = world.planes.active
    half = planes.Half(
        *(
            jnp.where(used, v, 0.0)
            for v in (
                world.planes.normal[:, 0],
                world.planes.normal[:, 1],
                world.planes.offset,
                world.planes.friction,
                world.planes.restitution,
            )
        )
    )
    there = used[:, None] & body.active[None]
    movable = (body.matter.inverse_mass > 0) | (body.matter.inverse_inertia > 0)
    rows, impulses, behind, held = planes.prepare(
        (body.shape, body.matter, body.motion),
        half,
        world.meets & there & movable[None],
        _stored(state.plane_normal_impulse, state.plane_tangent_impulse),
        body.one,
        start,
    )
    return rows, impulses, behind & there, held


def _pairs(world: World, state: State, body: BodyRows, start: Start) -> Any:
    """Rows and impulses of all pairs [R, L, *N], whether they overlap, and what impulses do."""
    rounds, lanes = world.collides.shape[:2]
    everything = (body.shape, body.matter, body.motion, body.active)
    # A hull's corners come first.
    axes = jax.tree.map(lambda v: v.ndim - body.angle.ndim, everything)
    twice, outside = (jax.tree.map(f, everything, axes) for f in (layout.doubled, layout.lone))
    one = body.one[:lanes]

    def hull_stored(rows: jax.Array, axis: int) -> jax.Array:
        return layout.stored(rows, axis) if axis else rows

    def one_round(total: tuple[Motion, Motion], entry: Any) -> Any:
        turn, collides, impulses = entry
        a = jax.tree.map(lambda v, axis: layout.firsts(v, turn, lanes, axis), twice, axes)
        b = jax.tree.map(
            lambda v, w, axis: layout.seconds(v, w, turn, lanes, axis), twice, outside, axes
        )
        a = jax.tree.map(hull_stored, a, axes)
        if not outside[3].shape[0]:  # otherwise writing the lone slot has stored them
            b = jax.tree.map(hull_stored, b, axes)
        active = a[3] & b[3]
        movable = (
            a[1].inverse_mass + b[1].inverse_mass + a[1].inverse_inertia + b[1].inverse_inertia > 0
        )
        rows, impulses, overlap = contacts.prepare(
            a[:3], b[:3], collides & active & movable, impulses, one, start
        )
        held = [(impulse.normal, impulse.tangent) for impulse in impulses]
        parts = zip(total[0], *contacts.changes(rows, held), total[1], strict=True)
        more = [layout.summed(sums, p, q, turn, lone) for sums, p, q, lone in parts]
        total = tuple(Motion(*part) for part in zip(*more, strict=True))  # type: ignore[assignment]
        return total, (rows, impulses, overlap & active)

    start_sum = jax.tree.map(jnp.zeros_like, (twice[2], outside[2]))
    before = _stored(state.normal_impulse, state.tangent_impulse)
    entries = (jnp.arange(rounds, dtype=jnp.int32), world.collides, before)
    (ring, lone), (rows, impulses, touching) = lax.scan(one_round, start_sum, entries)

    def joined(ring: jax.Array, lone: jax.Array) -> jax.Array:
        size = ring.shape[0] // 2
        return jnp.concatenate([lone, ring[:size] + ring[size:]])

    return rows, impulses, touching, jax.tree.map(joined, ring, lone)


def bounces(found: Found) -> jax.Array:
    """Whether anything is to bounce, bool () of the whole batch."""
    pairs, walls = (
        jnp.minimum(first.row.bounce, second.row.bounce) < 0
        for first, second in (found.pairs.points, found.planes.points)
    )
    return jnp.any(pairs) | jnp.any(walls)
