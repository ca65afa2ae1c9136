"""Random edits of levels of Kinetix, as the curriculum method ACCEL asks for.

Source: Kinetix 3.0.2 (environment/ued/ued.py, mutators.py); Parker-Holder et al., "Evolving
Curricula with Regret-Based Environment Design", 2022 (ACCEL).
Differs from it in: an edit for which there is no slot or no body is not drawn, where Kinetix draws
it and does nothing; a body in a ring of joints, or held by two walls, keeps its size and angle, and
one that hangs on a wall its place; what hangs on a body that is resized or turned moves along at
once, where Kinetix plays five steps of physics; a thruster stays on its place of a resized body; a
body that is moved stays in the scene as a turned one does; the last green or blue shape is not
removed.
"""

import dataclasses
import math
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import BLUE, GREEN, NUM_WALLS, Level
from jaxenvs.envs.kinetix.levels import _additions as additions
from jaxenvs.envs.kinetix.levels import _shapes as shapes
from jaxenvs.envs.kinetix.levels._draws import between, choose, named, words_for
from jaxenvs.envs.kinetix.levels._moves import reshaped
from jaxenvs.envs.kinetix.levels._scene import extent
from jaxenvs.envs.kinetix.levels._settings import Generation
from jaxenvs.ranges import NonNegative, Range, check

_ZERO = np.float32(0)


@dataclasses.dataclass(frozen=True)
class Edits:
    """How often each edit is drawn, by weights that need not sum to 1, and how far it goes.

    Raises `TypeError` or `ValueError`, which name the field, for what it may not hold.
    """

    add_shape: NonNegative = 1.0
    add_connected_shape: NonNegative = 1.0
    remove_joint: NonNegative = 0.0
    remove_shape: NonNegative = 0.0
    """With its joints and thrusters; never the last green or blue one."""
    swap_roles: NonNegative = 1.0
    add_thruster: NonNegative = 1.0
    remove_thruster: NonNegative = 1.0
    toggle_fixture: NonNegative = 0.1
    resize: NonNegative = 1.0
    move: NonNegative = 1.0
    rotate: NonNegative = 1.0
    change_gravity: NonNegative = 0.0

    move_most: Annotated[float, Range(0, 5)] = 0.5
    """To either side, m."""
    rotate_most: Annotated[float, Range(0, 2 * math.pi)] = math.pi / 2
    usual_gravity_chance: Annotated[float, Range(0, 1)] = 0.5
    """Of the generator's gravity after `change_gravity`; otherwise any between 0 and it."""
    generation: Generation = Generation()  # noqa: RUF009 (frozen)
    """What added shapes and thrusters are like."""

    def __post_init__(self) -> None:
        check(self)


EDITS = tuple(field.name for field in dataclasses.fields(Edits))[:12]
"""The edits by number."""


class _Draws(NamedTuple):
    """The random numbers of an edit beside those of an added shape and an added thruster."""

    edit: Any
    body: Any
    partner: Any
    slot: Any
    x: Any
    y: Any
    turn: Any
    usual: Any
    gravity: Any


def mutate(
    key: jax.Array, level: Level, num_edits: jax.Array | int, settings: Edits | None = None
) -> Level:
    """The level after `num_edits` random edits; a valid level stays valid.

    Args:
      key: consumed.
      level: one level, no batch; its arrays may be traced.
      num_edits: () int32, may be traced; 0 or less: none.
      settings: weights and sizes of edits; those of Kinetix's ACCEL by default.
    """
    settings = settings or Edits()
    weights = np.array([getattr(settings, name) for name in EDITS], np.float32)
    return mutate_by(weights, key, level, num_edits, settings)


def mutate_by(
    weights: Any, key: jax.Array, level: Level, num_edits: jax.Array | int, settings: Edits
) -> Level:
    """As `mutate`, with other weights, `(12,)` float32 as in `EDITS`, which may be traced."""

    def edit(i: jax.Array, level: Level) -> Level:
        return _edited(jax.random.fold_in(key, i), level, weights, settings)

    level = jax.tree.map(jnp.asarray, level)
    return jax.lax.fori_loop(np.int32(0), jnp.asarray(num_edits, jnp.int32), edit, level)


def _edited(key: jax.Array, level: Level, weights: Any, settings: Edits) -> Level:
    """The level after one edit, or the same if none can be done."""
    kinds = (_Draws, shapes.Draws, additions.Draws, additions.ThrusterDraws)
    ends = np.cumsum([0, *(len(kind._fields) for kind in kinds)])
    words = words_for(key, int(ends[-1]))
    parts = [words[ends[i] : ends[i + 1]] for i in range(len(kinds))]
    draws, shape = named(_Draws, parts[0]), named(shapes.Draws, parts[1])
    addition = named(additions.Draws, parts[2])
    thruster = named(additions.ThrusterDraws, parts[3])
    generation = settings.generation
    around = shapes.surroundings(level, generation)
    weights = weights * jnp.stack(list(_can(level, around).values()))
    drawn = choose(draws.edit, weights)
    does = {name: (drawn == i) & (weights[i] > 0) for i, name in enumerate(EDITS)}

    is_connected, yes, no = does["add_connected_shape"], np.bool_(True), np.bool_(False)
    proposed = shapes.propose(shape, around, is_connected, yes, generation)
    is_added = does["add_shape"] | is_connected
    # Only one edit does anything, so that each may work on what the others left.
    new = additions.with_shape(level, proposed, addition, is_added, is_connected, no, generation)
    anywhere = jnp.ones(level.size.bodies, bool)
    new = additions.with_thruster(new, thruster, anywhere, does["add_thruster"], generation)
    new = new.replace(
        joints=_without_one(new.joints, draws, does["remove_joint"]),
        thrusters=_without_one(new.thrusters, draws, does["remove_thruster"]),
    )
    new = _without_shape(new, draws, does["remove_shape"])
    new = _with_roles_swapped(new, draws, does["swap_roles"])
    new = _with_fixture_toggled(new, draws, does["toggle_fixture"])
    new = _with_gravity(new, draws, does["change_gravity"], settings)
    return _with_reshaped(new, draws, shape, does, settings)


def _can(level: Level, around: shapes.Surroundings) -> dict[str, jax.Array]:
    """What each weight is multiplied by, in the order of `EDITS`: 1 if the edit can be done."""
    has_slot = around.has_polygon_slot | around.has_circle_slot
    has_shape = jnp.any(is_shape(level))
    found = {
        "add_shape": has_slot,
        "add_connected_shape": has_slot & around.can_connect & ~jnp.all(level.joints.active),
        "remove_joint": jnp.any(level.joints.active),
        "remove_shape": jnp.any(_is_removable(level)),
        "swap_roles": jnp.any(_has_other_role(level)),
        "add_thruster": jnp.any(level.bodies.active & ~level.bodies.fixated)
        & ~jnp.all(level.thrusters.active),
        "remove_thruster": jnp.any(level.thrusters.active),
        "toggle_fixture": has_shape,
        "resize": has_shape,
        "move": has_shape,
        "rotate": has_shape,
        "change_gravity": jnp.bool_(True),
    }
    return {name: found[name].astype(jnp.float32) for name in EDITS}


def is_shape(level: Level) -> jax.Array:
    """`(n,)` bool: active, and no wall."""
    return level.bodies.active & (np.arange(level.size.bodies) >= NUM_WALLS)


def _any_of(number: jax.Array, mask: jax.Array) -> jax.Array:
    """One index where the mask is true, each alike; 0 if there is none."""
    return choose(number, mask.astype(jnp.float32))


# -- removing --------------------------------------------------------------------------------------


def _emptied(record: Any, mask: jax.Array) -> Any:
    """A record of slots with zeros where the mask is true."""
    return jax.tree.map(lambda column: additions.put(mask, 0, column), record)


def _without_one(record: Any, draws: _Draws, does: jax.Array) -> Any:
    """Joints or thrusters without one of those that are active."""
    count = record.active.shape[0]
    if count == 0:
        return record
    slot = _any_of(draws.slot, record.active)
    return _emptied(record, (np.arange(count, dtype=np.int32) == slot) & does)


def _is_removable(level: Level) -> jax.Array:
    """`(n,)` bool: shapes without which there is still a green and a blue body."""
    bodies, mask = level.bodies, is_shape(level)
    for role in (GREEN, BLUE):
        has_role = bodies.active & (bodies.role == role)
        is_last = jnp.sum(has_role, dtype=jnp.int32) == 1
        mask = mask & ~(has_role & is_last)
    return mask


def _without_shape(level: Level, draws: _Draws, does: jax.Array) -> Level:
    bodies, num_polygons = level.bodies, level.size.polygons
    body = _any_of(draws.body, _is_removable(level))
    here = (np.arange(level.size.bodies, dtype=np.int32) == body) & does
    of_all = {
        name: value
        for name, value in vars(bodies).items()
        if name not in ("num_vertices", "vertices", "radius")
    }
    of_polygons = {"num_vertices": bodies.num_vertices, "vertices": bodies.vertices}
    joints, thrusters = level.joints, level.thrusters
    is_held = does & ((joints.a_index == body) | (joints.b_index == body))
    return level.replace(
        bodies=bodies.replace(
            **_emptied(of_all, here),
            **_emptied(of_polygons, here[:num_polygons]),
            radius=_emptied(bodies.radius, here[num_polygons:]),
        ),
        joints=_emptied(joints, is_held & joints.active),
        thrusters=_emptied(thrusters, does & thrusters.active & (thrusters.body_index == body)),
    )


# -- changing --------------------------------------------------------------------------------------


def _has_other_role(level: Level) -> jax.Array:
    """`(n,)` bool: shapes beside which there is one of another role."""
    role, mask = level.bodies.role, is_shape(level)
    return jnp.any(mask[:, None] & mask & (role[:, None] != role), axis=1)


def _with_roles_swapped(level: Level, draws: _Draws, does: jax.Array) -> Level:
    """Two shapes of different roles trade them; the first is any, the second any other."""
    role, mask = level.bodies.role, is_shape(level)
    one = _any_of(draws.body, mask)
    other = _any_of(draws.partner, mask & (role != role[one]))
    place = np.arange(level.size.bodies, dtype=np.int32)
    swapped = jnp.where(place == one, role[other], jnp.where(place == other, role[one], role))
    return level.replace(bodies=level.bodies.replace(role=jnp.where(does, swapped, role)))


def _with_fixture_toggled(level: Level, draws: _Draws, does: jax.Array) -> Level:
    body = _any_of(draws.body, is_shape(level))
    here = (np.arange(level.size.bodies, dtype=np.int32) == body) & does
    return level.replace(bodies=level.bodies.replace(fixated=level.bodies.fixated ^ here))


def _with_gravity(level: Level, draws: _Draws, does: jax.Array, settings: Edits) -> Level:
    usual = np.float32(settings.generation.gravity)
    is_usual = draws.usual < np.float32(settings.usual_gravity_chance)
    upwards = jnp.where(is_usual, usual, draws.gravity * usual)
    return level.replace(gravity=jnp.where(does, jnp.stack([_ZERO, upwards]), level.gravity))


def _with_reshaped(
    level: Level, draws: _Draws, shape: shapes.Draws, does: dict[str, jax.Array], settings: Edits
) -> Level:
    """A shape resized, moved or turned, with what hangs on it, if its joints allow it."""
    body = _any_of(draws.body, is_shape(level))
    scale = jnp.where(does["resize"], _scale(level, body, shape, settings), np.float32(1))
    turn = jnp.where(does["rotate"], draws.turn * np.float32(settings.rotate_most), _ZERO)
    most = np.float32(settings.move_most)
    shift = jnp.stack([between(draws.x, -most, most), between(draws.y, -most, most)])
    shift = jnp.where(does["move"], shift, _ZERO)
    changed, is_possible = reshaped(level, body, scale, turn, shift)
    is_changed = is_possible & (does["resize"] | does["rotate"] | does["move"])
    return jax.tree.map(lambda new, old: jnp.where(is_changed, new, old), changed, level)


def _scale(level: Level, body: jax.Array, draws: shapes.Draws, settings: Edits) -> jax.Array:
    """By how much a shape grows along its axes, `(2,)`, to be as large as a new one of its kind."""
    bodies, num_polygons = level.bodies, level.size.polygons
    is_circle = body >= num_polygons
    half_x, half_y, radius = shapes.dimensions(
        draws, is_circle, jnp.float32(1), settings.generation
    )
    low, high = extent(bodies)
    slot = jnp.minimum(body, np.int32(num_polygons - 1))
    half = (high[slot] - low[slot]) * np.float32(0.5)
    scale = jnp.stack([half_x, half_y]) / jnp.where(half > 0, half, np.float32(1))
    if not level.size.circles:
        return scale
    old = bodies.radius[jnp.maximum(body - np.int32(num_polygons), 0)]
    return jnp.where(is_circle, radius / jnp.where(old > 0, old, np.float32(1)), scale)
