"""What a cell of the grid holds, packed into 16 bits.

Numbers of kinds, colours and door states are those of MiniGrid 3.2 (`core/constants.py`).
"""

import enum

import jax
import jax.numpy as jnp
import numpy as np


class Kind(enum.IntEnum):
    """What an object is."""

    UNSEEN = 0
    EMPTY = 1
    WALL = 2
    FLOOR = 3
    DOOR = 4
    KEY = 5
    BALL = 6
    BOX = 7
    GOAL = 8
    LAVA = 9


class Color(enum.IntEnum):
    """The colours, in the order of their numbers."""

    RED = 0
    GREEN = 1
    BLUE = 2
    PURPLE = 3
    YELLOW = 4
    GREY = 5


class Door(enum.IntEnum):
    """The states of a door."""

    OPEN = 0
    CLOSED = 1
    LOCKED = 2


NUM_COLORS = len(Color)
_COLOR_SHIFT, _STATE_SHIFT = np.uint16(4), np.uint16(7)
_KIND_BITS, _COLOR_BITS = np.uint16(15), np.uint16(7)


def tile(
    kind: Kind, color: Color | jax.Array = Color.RED, state: Door | jax.Array = Door.OPEN
) -> np.uint16 | jax.Array:
    """The packed cell, uint16; a number where both arguments are, else traced."""
    if isinstance(color, int) and isinstance(state, int):
        return np.uint16(kind | color << 4 | state << 7)
    color, state = jnp.asarray(color, jnp.uint16), jnp.asarray(state, jnp.uint16)
    return np.uint16(kind) | color << _COLOR_SHIFT | state << _STATE_SHIFT


EMPTY = np.uint16(Kind.EMPTY)
WALL = np.uint16(Kind.WALL | Color.GREY << 4)
GOAL = np.uint16(Kind.GOAL | Color.GREEN << 4)
LAVA = np.uint16(Kind.LAVA | Color.RED << 4)


def kind_of(cells: jax.Array | np.ndarray | np.uint16) -> jax.Array:
    """The kinds, uint16."""
    return jnp.asarray(cells) & _KIND_BITS


def color_of(cells: jax.Array | np.ndarray | np.uint16) -> jax.Array:
    """The colours, uint16."""
    return (jnp.asarray(cells) >> _COLOR_SHIFT) & _COLOR_BITS


def door_of(cells: jax.Array | np.ndarray | np.uint16) -> jax.Array:
    """The states of doors, uint16; 0 for everything else."""
    return jnp.asarray(cells) >> _STATE_SHIFT


def encode(cells: jax.Array | np.ndarray | np.uint16) -> jax.Array:
    """Cells, any shape, with a last axis of kind, colour and state, uint8: MiniGrid's image."""
    parts = [kind_of(cells), color_of(cells), door_of(cells)]
    return jnp.stack(parts, axis=-1).astype(jnp.uint8)


def is_any(cells: jax.Array | np.ndarray, *kinds: Kind) -> jax.Array:
    """Whether each cell is of one of the kinds, bool."""
    kind = kind_of(cells)
    found = [kind == np.uint16(wanted) for wanted in kinds]
    return jnp.stack(found).any(axis=0) if len(found) > 1 else found[0]


def can_enter(cells: jax.Array) -> jax.Array:
    """Whether one may stand there: nothing, floor, goal, lava, or an open door."""
    open_door = is_any(cells, Kind.DOOR) & (door_of(cells) == Door.OPEN)
    return is_any(cells, Kind.EMPTY, Kind.FLOOR, Kind.GOAL, Kind.LAVA) | open_door


def can_see_behind(cells: jax.Array | np.ndarray) -> jax.Array:
    """Whether one sees what is behind: not through walls and doors that are not open."""
    shut_door = is_any(cells, Kind.DOOR) & (door_of(cells) != Door.OPEN)
    return ~(is_any(cells, Kind.WALL) | shut_door)
