"""What contacts of pairs and on planes have in common: rows, and the impulses that they ask for.

The scheme is that of Box2D v3: soft constraints while bodies are pushed apart, rigid ones to relax,
restitution at the end (Catto, "Solver2D", https://box2d.org/posts/2024/02/solver2d/). Every impulse
ends in a division, at which XLA ends a kernel rather than work impulses out several times.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxenvs.physics2d.manifolds import cut

SOLVE, RELAX, RESTITUTION = 0, 1, 2
"""Kinds of passes."""
MARGIN = 0.02
"""Bodies that are no further apart than this get a contact in advance, m; more if they close in."""
MOST_WARM = 1.0
"""Most speed that an impulse of the step before gives a pair at the start of a step, m/s."""
TINY = 1e-9
"""Keeps masses of what cannot move away from 0."""


class Motion(NamedTuple):
    """Velocities, m/s and rad/s, of bodies [B, *N] or of those in a round [L, *N]."""

    x: jax.Array
    y: jax.Array
    spin: jax.Array


class Shift(NamedTuple):
    """How far bodies have moved and turned since the step began."""

    x: jax.Array
    y: jax.Array
    sin: jax.Array
    cos: jax.Array  # cosine of the turn, minus 1


class Matter(NamedTuple):
    """What contacts need to know of bodies, [B, *N] or [L, *N]."""

    inverse_mass: jax.Array
    inverse_inertia: jax.Array
    friction: jax.Array
    restitution: jax.Array


class Softness(NamedTuple):
    """A soft constraint as a damped spring that is stepped implicitly."""

    bias: jax.Array | float  # share of an error that is worked off in a second, 1/s
    mass: jax.Array | float
    impulse: jax.Array | float


class Row(NamedTuple):
    """Constants of the normal and the friction of one contact point."""

    separation: jax.Array  # at the step's start, less what turning adds below
    normal_mass: jax.Array  # inverse of the effective mass
    tangent_mass: jax.Array
    on: jax.Array  # 1 or 0
    bounce: jax.Array  # speed to leave with, negative or 0


class Impulse(NamedTuple):
    """Accumulated impulses of one contact point, N s."""

    normal: jax.Array
    tangent: jax.Array
    peak: jax.Array  # largest normal impulse since the step began


class Solver(NamedTuple):
    """Constants of the passes."""

    h: float
    free: Softness  # between moving bodies
    grounded: Softness  # against what is static
    push_speed: float


class Start(NamedTuple):
    """What makes a contact point count at the start of a step."""

    dt: float
    restitution_speed: float


def softness(hertz: float, damping: float, h: float) -> Softness:
    """The constants of a spring of `hertz` and a damping ratio, for substeps of `h` s."""
    omega = 2 * math.pi * min(hertz, 0.25 / h)
    a = 2 * damping + h * omega
    b = h * omega * a
    return Softness(omega / a, b / (1 + b), 1 / (1 + b))


def started(
    separation: jax.Array,
    exists: jax.Array,
    speed: jax.Array,
    masses: tuple[jax.Array, jax.Array],
    restitution: jax.Array,
    held: Impulse,
    start: Start,
    one: jax.Array,
) -> tuple[Row, Impulse]:
    """A row and the impulses to start from.

    `exists`: bool, whether there is such a point between what may push; `speed`: at which its ends
    part; `masses`: inverses of the effective ones; `one`: ones that XLA cannot know.
    """
    near = separation < MARGIN - start.dt * jnp.minimum(speed, 0.0)
    on = cut(jnp.where(exists & near, one, 0.0), one)
    bounces = (on > 0.5) & (speed < -start.restitution_speed)
    row = Row(separation, *masses, on, jnp.where(bounces, restitution * speed, 0.0))
    share = jnp.minimum(1.0, MOST_WARM / jnp.maximum(held.normal * masses[0], MOST_WARM))
    normal, tangent = (jnp.where(on > 0.5, share * v, 0.0) for v in (held.normal, held.tangent))
    return row, Impulse(normal, tangent, jnp.zeros_like(separation))


class Meeting(NamedTuple):
    """Two ends that meet at contact points. Sides are the bodies: two of a pair, one on a plane."""

    along: jax.Array  # speed at which the centers part, along the normal
    across: jax.Array  # and along the tangent
    moved: jax.Array  # by how much they have parted since the step began, along the normal
    turns: Sequence[tuple[jax.Array, ...]]  # spin, and sine and cosine - 1 of turns; a's negated
    inertias: Sequence[jax.Array]  # inverse ones of the sides
    mass: jax.Array  # sum of inverse masses
    friction: jax.Array
    soft: Softness


Arms = tuple[Sequence[jax.Array], Sequence[jax.Array]]
"""How fast a point moves along normal and tangent, per rad/s of each side."""


def solved(
    meeting: Meeting,
    arms: tuple[Arms, Arms],
    rows: tuple[Row, Row],
    impulses: tuple[Impulse, Impulse],
    kind: jax.Array,
    solver: Solver,
) -> tuple[list[jax.Array], list[jax.Array], tuple[Impulse, Impulse]]:
    """What two points ask for: normal impulses one after the other, then frictions likewise.

    What an impulse does to the next one's speed is worked out here, so that velocities are changed
    once, by all four.
    """

    def speed(base: jax.Array, arm: Sequence[jax.Array]) -> jax.Array:
        turned = (turn[0] * way for turn, way in zip(meeting.turns, arm, strict=True))
        return functools.reduce(jnp.add, turned, base)

    def answer(one: Sequence[jax.Array], other: Sequence[jax.Array]) -> jax.Array:
        moments = (i * p * q for i, p, q in zip(meeting.inertias, one, other, strict=True))
        return functools.reduce(jnp.add, moments)

    pushes: list[jax.Array] = []
    drags: list[jax.Array] = []
    for (normal, tangent), row, impulse in zip(arms, rows, impulses, strict=True):
        now = speed(meeting.along, normal)
        for before, (other, _) in zip(pushes, arms, strict=False):
            now = now + before * (meeting.mass + answer(other, normal))
        apart = row.separation + meeting.moved
        for (_, sin, cos), up, side in zip(meeting.turns, normal, tangent, strict=True):
            apart = apart + sin * up - cos * side
        pushes.append(_push(now, apart, row, impulse, meeting.soft, kind, solver))
    totals = [impulse.normal + push for impulse, push in zip(impulses, pushes, strict=True)]
    for (_, tangent), row, impulse, total in zip(arms, rows, impulses, totals, strict=True):
        slip = speed(meeting.across, tangent)
        for before, (other, _) in zip(pushes, arms, strict=True):
            slip = slip + before * answer(other, tangent)
        for before, (_, other) in zip(drags, arms, strict=False):
            slip = slip + before * (meeting.mass + answer(other, tangent))
        drags.append(_drag(slip, meeting.friction * total, row, impulse, kind))
    first, second = (
        Impulse(total, impulse.tangent + drag, jnp.maximum(impulse.peak, total))
        for impulse, total, drag in zip(impulses, totals, drags, strict=True)
    )
    return pushes, drags, (first, second)


def _push(
    speed: jax.Array,
    separation: jax.Array,
    row: Row,
    impulse: Impulse,
    soft: Softness,
    kind: jax.Array,
    solver: Solver,
) -> jax.Array:
    """The normal impulse to add where ends part at `speed` and are apart by `separation`."""
    apart = separation > 0
    is_soft = (kind == SOLVE) & ~apart
    bias = jnp.where(is_soft, jnp.maximum(soft.bias * separation, -solver.push_speed), 0.0)
    bias = jnp.where(apart, separation / solver.h, bias)
    held = impulse.normal * row.normal_mass
    mass, leak = jnp.where(is_soft, soft.mass, 1.0), jnp.where(is_soft, soft.impulse, 0.0)
    wanted = -mass * (speed + bias) - leak * held
    hit = (row.bounce < 0) & (impulse.peak > 0)
    rebound = jnp.where(hit, -(speed + row.bounce), 0.0)
    wanted = jnp.where(kind == RESTITUTION, rebound, wanted)
    return jnp.maximum(wanted, -held) * row.on / row.normal_mass


def _drag(
    slip: jax.Array, most: jax.Array, row: Row, impulse: Impulse, kind: jax.Array
) -> jax.Array:
    """The friction to add where ends slip at a speed; its sum is at most `most`."""
    # Everything times the mass, so that the division comes last.
    bound, held = most * row.tangent_mass, impulse.tangent * row.tangent_mass
    wanted = jnp.clip(held - slip, -bound, bound) - held
    return jnp.where(kind == RESTITUTION, 0.0, wanted) * row.on / row.tangent_mass


def mixed(one: jax.Array, other: jax.Array) -> jax.Array:
    """The friction of two surfaces, the geometric mean; with a finite gradient at 0."""
    product = one * other
    rough = product > 0
    return jnp.where(rough, jnp.sqrt(jnp.where(rough, product, 1.0)), 0.0)
