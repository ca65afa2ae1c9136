"""One step of a world.

The scheme is Box2D v3's (Catto, "Solver2D", https://box2d.org/posts/2024/02/solver2d/): contacts
are found once a step, then each substep pushes velocities, solves soft constraints, moves bodies,
and relaxes the constraints without their bias; restitution comes last.

Contacts are warm-started for nothing: their rows are the same in all substeps, so the sum of what
contact passes did to the velocities is at any time what the accumulated impulses amount to. Joints'
arms turn, so their impulses are applied anew.

Inside, the batch axis is last: a plain `vmap` of the step does half the work a second. `step` moves
the axis where it is wanted, and back, when it is mapped.
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from jaxenvs.physics2d import contacts, finding, joints, layout, planes
from jaxenvs.physics2d.batching import batch_last
from jaxenvs.physics2d.finding import BodyRows, Found, Held
from jaxenvs.physics2d.links import Impulses, Links, Pose, links_of
from jaxenvs.physics2d.manifolds import FAR, Shape, cut
from jaxenvs.physics2d.rows import (
    RESTITUTION,
    SOLVE,
    Matter,
    Motion,
    Shift,
    Solver,
    Start,
    softness,
)
from jaxenvs.physics2d.world import Contacts, Controls, Settings, State, World
from jaxenvs.trig import sincos

DEFAULT = Settings()
_TILE = 256  # scenes that a CPU steps at once


def step(
    world: World, state: State, controls: Controls, settings: Settings = DEFAULT
) -> tuple[State, Contacts]:
    """Moves the bodies on by `settings.dt` seconds.

    Args:
        world: bodies, joints, thrusters and rules; see `World` for the shapes.
        state: where bodies are, and the impulses of the step before.
        controls: of motors [J] and thrusters [T].
        settings: numbers of the solver, static.

    Returns:
        The next state, and what touched in the step.

    Made for `vmap`, also nested, over any of the arguments; works under `jit`, `scan` and `cond`.
    JAX cannot differentiate it (the batching is a `custom_vmap`): use `plain_step` for that.
    """
    return _mappable(settings, None)(world, state, controls)


def steps(
    world: World, state: State, controls: Controls, count: int, settings: Settings = DEFAULT
) -> tuple[State, Contacts]:
    """`count` steps under the same controls; contacts have a leading axis over them.

    The same as so many calls of `step`, but a mapped world is moved to the layout of the engine
    only once. `count` is static.
    """
    return _mappable(settings, count)(world, state, controls)


def plain_step(
    world: World, state: State, controls: Controls, settings: Settings = DEFAULT
) -> tuple[State, Contacts]:
    """`step` without the rule for `vmap`: slower when mapped, but JAX may differentiate it.

    Arrays may have a batch axis, the last one, which must be the same in all. Derivatives, forward
    or in reverse, are those of the branch that was taken: what a contact does once it is there, not
    whether there is one. They are of use in smooth scenes and over few steps.
    """
    return _step(world, state, controls, settings, 2 * settings.substeps + 1)


@functools.cache
def _mappable(
    settings: Settings, count: int | None
) -> Callable[[World, State, Controls], tuple[State, Contacts]]:
    """The step, or `count` steps, with a rule for `vmap` that puts the batch axis last."""

    def once(world: World, state: State, controls: Controls) -> tuple[State, Contacts]:
        return _step(world, state, controls, settings)

    def often(world: World, state: State, controls: Controls) -> tuple[State, Contacts]:
        return lax.scan(lambda s, _: once(world, s, controls), state, length=count)

    return batch_last(once if count is None else often, tile=_TILE)


def _step(
    world: World,
    state: State,
    controls: Controls,
    settings: Settings,
    passes: int | None = None,
) -> tuple[State, Contacts]:
    """`passes`: how many there are, where that may not depend on what happens."""
    body = _bodies(world, state)
    h = settings.dt / settings.substeps
    start = Start(settings.dt, settings.restitution_speed)
    found = finding.contacts_of(world, state, body, start)
    links, impulses = links_of(world, state, controls, body, h)
    push = _forces(world, controls, body, h)
    before = _Carry(
        body.motion,
        Pose(*(jnp.zeros_like(body.one) for _ in range(3))),
        found.held,
        body.motion.spin,
        found.impulses,
        impulses,
    )
    end = _passes(before, push, body.matter, found, links, body.one, settings, passes)
    if world.joints.active.shape[0]:
        end = end._replace(pose=joints.closed(end.pose, links, body.one[0]))
    touching, behind = (
        overlap | (first.peak > 0) | (second.peak > 0)
        for overlap, (first, second) in zip(
            (found.touching, found.behind), end.contacts, strict=True
        )
    )
    return _after(state, body, end), Contacts(touching=touching, on_planes=behind)


def _bodies(world: World, state: State) -> BodyRows:
    """Bodies as arrays over slots; unused slots become static points at the origin."""
    bodies = world.bodies
    active = bodies.active

    def used(x: jax.Array, otherwise: float = 0.0) -> jax.Array:
        return jnp.where(active[None] if x.ndim > active.ndim else active, x, otherwise)

    angle = used(state.angle)
    one = 1.0 + 0.0 * angle  # XLA cannot know that these are ones
    sin, cos = (cut(v, one) for v in sincos(angle))
    s, c = sin[None], cos[None]
    corner, normal = (
        (used(v[:, :, 0]), used(v[:, :, 1]))
        for v in (jnp.moveaxis(w, 1, 0) for w in (bodies.vertices, bodies.normals))
    )
    edges = jnp.moveaxis(bodies.edges, 1, 0) & active[None]
    run = [jnp.roll(v, -1, axis=0) - v for v in corner]
    length = jnp.where(edges, normal[0] * run[1] - normal[1] * run[0], 0.0)
    shape = Shape(
        used(state.position[:, 0]),
        used(state.position[:, 1]),
        used(bodies.radius),
        c * corner[0] - s * corner[1],
        s * corner[0] + c * corner[1],
        jnp.where(edges, c * normal[0] - s * normal[1], 0.0),
        jnp.where(edges, s * normal[0] + c * normal[1], 1.0),
        jnp.where(edges, normal[0] * corner[0] + normal[1] * corner[1], FAR),
        jnp.where(edges, normal[0] * corner[1] - normal[1] * corner[0], 0.0),
        length,
        jnp.where(edges, 1.0, 0.0) / jnp.where(edges, length, 1.0),
    )
    matter = Matter(
        used(bodies.inverse_mass),
        used(bodies.inverse_inertia),
        used(bodies.friction),
        used(bodies.restitution),
    )
    moves, turns = matter.inverse_mass > 0, matter.inverse_inertia > 0
    motion = Motion(
        jnp.where(moves, used(state.velocity[:, 0]), 0.0),
        jnp.where(moves, used(state.velocity[:, 1]), 0.0),
        jnp.where(turns, used(state.spin), 0.0),
    )
    return BodyRows(shape, matter, motion, angle, sin, cos, active, one)


def _forces(world: World, controls: Controls, body: BodyRows, h: float) -> Motion:
    """What gravity and thrusters do to velocities in a substep; constant over a step."""
    thruster = world.thrusters
    mass = body.matter.inverse_mass
    falls = mass > 0
    push = Motion(
        jnp.where(falls, world.gravity[0] * h, 0.0),
        jnp.where(falls, world.gravity[1] * h, 0.0),
        jnp.zeros_like(mass),
    )
    if not thruster.active.shape[0]:
        return push
    used = functools.partial(jnp.where, thruster.active)
    index = used(thruster.body, 0)
    impulse = used(thruster.force * controls.thrust * h, 0.0)
    (x, y), (right, up) = (
        (used(v[:, 0], 0.0), used(v[:, 1], 0.0)) for v in (thruster.position, thruster.direction)
    )
    sin, cos = layout.pick(body.sin, index), layout.pick(body.cos, index)
    mass, inertia = layout.pick(mass, index), layout.pick(body.matter.inverse_inertia, index)
    change = Motion(
        mass * impulse * (cos * right - sin * up),
        mass * impulse * (sin * right + cos * up),
        inertia * impulse * (x * up - y * right),
    )
    return layout.add_at(push, index, change)


class _Carry(NamedTuple):
    """What the passes change."""

    motion: Motion
    pose: Pose
    held: Motion  # what the accumulated contact impulses amount to
    spin: jax.Array  # of the bodies when the substep began
    contacts: Held
    joints: Impulses


def _passes(
    start: _Carry,
    push: Motion,
    matter: Matter,
    found: Found,
    links: Links,
    one: jax.Array,
    settings: Settings,
    passes: int | None,
) -> _Carry:
    """All passes of a step: solve and relax in each substep, then restitution if something hit."""
    h = settings.dt / settings.substeps
    soft = softness(settings.joint_hertz, settings.joint_damping, h)
    solver = Solver(
        h,
        softness(settings.contact_hertz, settings.contact_damping, h),
        softness(2 * settings.contact_hertz, settings.contact_damping, h),
        settings.push_speed,
    )

    def joint_pass(motion: Motion, carry: _Carry, kind: jax.Array) -> tuple[Motion, Impulses]:
        return joints.sweep(
            motion, carry.pose, carry.spin, links, carry.joints, kind, soft, h, one[0]
        )

    def one_pass(number: jax.Array, carry: _Carry) -> _Carry:
        kind = jnp.where(number == 2 * settings.substeps, RESTITUTION, number % 2)
        solving = kind == SOLVE
        carry = carry._replace(spin=jnp.where(solving, carry.motion.spin, carry.spin))
        motion = jax.tree.map(
            lambda v, g, w: v + jnp.where(solving, g + w, 0.0), carry.motion, push, carry.held
        )
        impulses = carry.joints
        if impulses.x.shape[0]:
            motion, impulses = lax.cond(
                kind == RESTITUTION,
                lambda motion, carry, kind: (motion, carry.joints),
                joint_pass,
                motion,
                carry,
                kind,
            )
        sin, cos = (cut(v, one) for v in sincos(carry.pose.turn))
        shift = Shift(carry.pose.x, carry.pose.y, sin, cos - 1.0)
        after, pairs, walls = motion, carry.contacts.pairs, carry.contacts.planes
        if found.pairs.normal_x.shape[1]:
            after, pairs = contacts.sweep(after, shift, found.pairs, pairs, kind, solver)
        if found.planes.normal_x.shape[0]:
            after, walls = planes.sweep(after, shift, matter, found.planes, walls, kind, solver)
        held = jax.tree.map(lambda w, v, u: w + v - u, carry.held, after, motion)
        after = _clipped(after, settings)
        pose = Pose(
            *(p + jnp.where(solving, h * v, 0.0) for p, v in zip(carry.pose, after, strict=True))
        )
        return _Carry(after, pose, held, carry.spin, Held(pairs, walls), impulses)

    count = passes
    if count is None:
        count = 2 * settings.substeps + finding.bounces(found).astype(jnp.int32)
    return lax.fori_loop(0, count, one_pass, start)


def _clipped(motion: Motion, settings: Settings) -> Motion:
    """Velocities of at most the fastest ones."""
    most = settings.max_speed
    square = motion.x * motion.x + motion.y * motion.y
    scale = most / jnp.sqrt(jnp.maximum(square, most * most))
    spin = jnp.clip(motion.spin, -settings.max_spin, settings.max_spin)
    return Motion(motion.x * scale, motion.y * scale, spin)


def _after(state: State, body: BodyRows, end: _Carry) -> State:
    """The next state; unused slots stay as they were."""

    def kept(new: jax.Array, old: jax.Array) -> jax.Array:
        return jnp.where(body.active, new, old)

    def both(x: jax.Array, y: jax.Array, old: jax.Array) -> jax.Array:
        return jnp.stack([kept(x, old[:, 0]), kept(y, old[:, 1])], axis=1)

    (first, second), (low, high) = end.contacts
    return State(
        position=both(body.shape.x + end.pose.x, body.shape.y + end.pose.y, state.position),
        angle=kept(body.angle + end.pose.turn, state.angle),
        velocity=both(end.motion.x, end.motion.y, state.velocity),
        spin=kept(end.motion.spin, state.spin),
        normal_impulse=jnp.stack([first.normal, second.normal]),
        tangent_impulse=jnp.stack([first.tangent, second.tangent]),
        plane_normal_impulse=jnp.stack([low.normal, high.normal]),
        plane_tangent_impulse=jnp.stack([low.tangent, high.tangent]),
        joint_impulse=jnp.stack(list(end.joints)),
    )
