"""Random levels of Kinetix.

A green and a blue shape, something to control them with, and more shapes and thrusters as the size
has slots for. Each shape is chosen among a few proposals, as the one that overlaps least with what
is there.

Source: Kinetix 3.0.2 (environment/ued/distributions.py, mutators.py, util.py).
Differs from it in: the random numbers; where all polygons have two joints, a shape is connected to
one of those, where Kinetix connects it to a wall as well, maybe outside the scene.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import BLUE, GREEN, GREY, NUM_WALLS, Level, Size
from jaxenvs.envs.kinetix.levels import _additions as additions
from jaxenvs.envs.kinetix.levels import _shapes as shapes
from jaxenvs.envs.kinetix.levels._draws import chosen, named, words_for
from jaxenvs.envs.kinetix.levels._scene import empty_scene, num_contacts
from jaxenvs.envs.kinetix.levels._settings import Generation

_FREE, _CONNECTED, _NOTHING = range(3)
_FORCED = 3
"""Shapes that every level has."""


class _Draws(NamedTuple):
    """The random numbers of a level that are asked for once."""

    floor: Any
    loose: Any
    """Which of the first two shapes is not fixated."""
    controls: Any
    swap: Any


def random_level(key: jax.Array, size: Size, settings: Generation | None = None) -> Level:
    """A level like those that Kinetix trains on, as traced arrays.

    Levels of few bodies (`settings.few_bodies`: size S) draw each shape once and fixate none, as in
    Kinetix, which does so for the sake of its compiler.

    Args:
      key: consumed.
      size: how many slots; three shapes beside the walls have to fit.
      settings: chances and sizes; Kinetix's by default.

    Raises:
      ValueError: the size has too few slots.
    """
    settings = settings or Generation()
    num_shapes = _check_size(size)
    is_small = size.bodies <= settings.few_bodies
    proposals = 1 if is_small else settings.proposals
    draws, kinds, shape_words, joint_words, thruster_words = _all_draws(key, size, proposals)
    forced = (draws.controls * np.float32(3)).astype(jnp.int32)  # thruster, motor or both

    role = chosen(draws.floor, _floor_totals(settings))
    level = jax.tree.map(jnp.asarray, empty_scene(size, settings))
    bodies = level.bodies
    level = level.replace(bodies=bodies.replace(role=bodies.role.at[0].set(role)))

    order = np.arange(num_shapes, dtype=np.int32)
    free, connected = np.float32(settings.free_chance), np.float32(settings.connected_chance)
    more = jnp.where(kinds < free, _FREE, jnp.where(kinds < free + connected, _CONNECTED, _NOTHING))
    third = jnp.where(forced > 0, _CONNECTED, _FREE)
    kinds = jnp.where(order < 2, _FREE, jnp.where(order < _FORCED, third, more))
    first_is_loose = (draws.loose < np.float32(0.5)) | (role == BLUE)
    loose = jnp.where(first_is_loose, order == 0, order == 1) | is_small

    def add(level: Level, xs: Any) -> tuple[Level, jax.Array]:
        before = level.bodies.active
        return _add(level, xs, settings), before

    xs = (shape_words, joint_words, kinds, ~loose, order < _FORCED)
    level, active = jax.lax.scan(add, level, xs)
    present = active[_FORCED] if num_shapes > _FORCED else level.bodies.active
    for t in range(size.thrusters):
        numbers = thruster_words[t]
        thruster = named(additions.ThrusterDraws, numbers[1:])
        wanted = (forced != 1) if t == 0 else numbers[0] < np.float32(settings.thruster_chance)
        candidates = present if t == 0 else level.bodies.active
        level = additions.with_thruster(level, thruster, candidates, wanted, settings)
    return _with_roles_swapped(level, (draws.swap < settings.swap_chance) & (role == GREY))


def _check_size(size: Size) -> int:
    """The number of shapes beside the walls."""
    num_shapes = size.bodies - NUM_WALLS
    if size.polygons < NUM_WALLS or num_shapes < _FORCED:
        raise ValueError(
            f"size: expected {NUM_WALLS} polygons at least and {NUM_WALLS + _FORCED} polygons and "
            f"circles, got {size}"
        )
    return num_shapes


def _all_draws(key: jax.Array, size: Size, proposals: int) -> tuple[Any, ...]:
    """All numbers of a level, drawn at once.

    Those of the level, `(shapes,)` kinds of shapes, `(shapes, f, proposals)` of proposals,
    `(shapes, f)` of joints, and `(thrusters, 1 + f)` of thrusters, the first whether there is one.
    """
    num_shapes = size.bodies - NUM_WALLS
    shapes_of = [
        (len(_Draws._fields),),
        (num_shapes,),
        (num_shapes, len(shapes.Draws._fields), proposals),
        (num_shapes, len(additions.Draws._fields)),
        (size.thrusters, 1 + len(additions.ThrusterDraws._fields)),
    ]
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes_of)])
    words = words_for(key, int(ends[-1]))
    parts = [words[ends[i] : ends[i + 1]].reshape(shape) for i, shape in enumerate(shapes_of)]
    return named(_Draws, parts[0]), *parts[1:]


def _floor_totals(settings: Generation) -> list[Any]:
    """Sums of the chances of the floor's roles, grey first."""
    colored = [settings.floor_green, settings.floor_blue, settings.floor_red]
    return [np.float32(total) for total in np.cumsum([1 - sum(colored), *colored])]


def _add(level: Level, xs: tuple[jax.Array, ...], settings: Generation) -> Level:
    """One more shape, or none: by its numbers and its joint's, its kind, and what may be of it."""
    shape_words, joint_words, kind, may_fixate, is_hinge = xs
    is_connected = kind == _CONNECTED
    around = shapes.surroundings(level, settings)
    proposed = shapes.propose(
        named(shapes.Draws, shape_words), around, is_connected, may_fixate, settings
    )
    if (count := shape_words.shape[1]) > 1:
        best = _least_contacts(proposed, level, around.boxes, settings)
    else:
        best = np.int32(count - 1)
    shape = jax.tree.map(lambda field: field[best], proposed)
    is_added = (kind == _FREE) | (is_connected & around.can_connect & ~jnp.all(level.joints.active))
    draws = named(additions.Draws, joint_words)
    return additions.with_shape(level, shape, draws, is_added, is_connected, is_hinge, settings)


def _least_contacts(
    proposed: shapes.Shape, level: Level, boxes: Any, settings: Generation
) -> jax.Array:
    """The proposal that touches least, jointed bodies included; () int32."""
    one = jax.tree.map(lambda field: field[:, None], proposed.boxes())
    contacts = jnp.where(level.bodies.active, num_contacts(one, boxes), np.float32(0))
    hidden = jnp.where(proposed.is_hidden, np.float32(settings.hidden_contacts), np.float32(0))
    return jnp.argmin(jnp.sum(contacts, axis=1) + hidden).astype(jnp.int32)


def _with_roles_swapped(level: Level, is_swapped: jax.Array) -> Level:
    """Green where blue was and the other way round."""
    role = level.bodies.role
    is_goal = (role == GREEN) | (role == BLUE)
    swapped = jnp.where(is_goal & is_swapped, np.int32(GREEN + BLUE) - role, role)
    return level.replace(bodies=level.bodies.replace(role=swapped))
