"""Seaquest's state: the sea, what swims and flies in it, and how hard it has become.

How many things there can be, with MinAtar's numbers. What rests for m steps between two moves is
there after 10 m + 9 steps, the one in which it comes included, and leaves in the next.

- Enemies: m is 2 from the sixth surfacing on, and one comes in every step after nineteen, so that
  29 are there after a step and one more within the next. Earlier m is at most 5, but at least 14
  steps lie between two of them: at most 5 are there.
- Divers: m is 5 and one comes every 30 steps: two.
- The player's shots: one every 5 steps, there after 9 steps at most: two.
- The enemies' shots: a submarine waits for 10 steps and its shot is there after 9 steps at most:
  one for each, which may outlive it.

With params that make more of them, one whose slot is taken does not come.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import _game as game
from jaxenvs.envs.minatar import _slots as slots
from jaxenvs.ranges import Share, Whole

NUM_ENEMIES, NUM_DIVERS, NUM_SHOTS = 30, 2, 2  # slots
ENEMIES = np.uint32(2**NUM_ENEMIES - 1)  # the slots of enemies; divers have the other two
MAX_ON_BOARD = 6  # divers
LAST_ROW = 8  # of the sea; row 9 shows the gauges


class Submarine(game.PyTree):
    """The player."""

    x: jax.Array  # () int32, column of its front
    y: jax.Array  # () int32, row, 0 to 8: 0 is the surface
    right: jax.Array  # () bool, where it heads; its back is the cell behind
    oxygen: jax.Array  # () int32, steps it can stay under water
    divers: jax.Array  # () int32, on board, up to 6; below 0: see `Params.owes_diver`
    surfaced: jax.Array  # () bool, it was at the surface already
    reload: jax.Array  # () int32, steps until it can shoot


class Shots(game.PyTree):
    """The player's two shots."""

    here: jax.Array  # (2,) bool; the other fields tell of those that are here
    right: jax.Array  # (2,) bool, where it flies
    x: jax.Array  # (2,) int32, column
    y: jax.Array  # (2,) int32, row


class Swimmers(game.PyTree):
    """Enemies, in slots 0 to 29, and divers, in slots 30 and 31. Words of `slots`."""

    here: jax.Array  # () flags; the other words tell of those that are here
    right: jax.Array  # () flags, it swims to the right
    armed: jax.Array  # () flags, it is a submarine, not a fish
    x: jax.Array  # (4,) numbers, column
    y: jax.Array  # (4,) numbers, row
    rest: jax.Array  # (4,) numbers, steps until it moves
    reload: jax.Array  # (4,) numbers, steps until it shoots


class Torpedoes(game.PyTree):
    """The enemies' shots, in the slot of the one that shot: it has their row and direction."""

    here: jax.Array  # () flags
    x: jax.Array  # (4,) numbers, column


class Arrivals(game.PyTree):
    """Which slot is next, and when."""

    next_shot: jax.Array  # () int32, 0 or 1
    next_enemy: jax.Array  # () int32, 0 to 29
    next_diver: jax.Array  # () int32, 30 or 31
    enemy_timer: jax.Array  # () int32, steps until an enemy comes
    diver_timer: jax.Array  # () int32, steps until a diver comes


class Difficulty(game.PyTree):
    """How fast enemies come and move."""

    spawn_interval: jax.Array  # () int32, steps between two enemies
    rest: jax.Array  # () int32, steps an enemy rests between two moves
    level: jax.Array  # () int32, how often it got harder


class State(game.State):
    """The sea and all in it."""

    sub: Submarine
    shots: Shots
    swimmers: Swimmers
    torpedoes: Torpedoes
    arrivals: Arrivals
    difficulty: Difficulty


class Params(game.Params):
    """MinAtar's constants. Those of rest and reloading of others are 15 at most."""

    max_oxygen: Whole = 200  # steps under water
    reload: Whole = 5  # steps between two shots of the player
    spawn_interval: Whole = 20  # steps between two enemies, at the start
    rest: Whole = 5  # steps an enemy rests between two moves, at the start
    enemy_reload: Whole = 10  # steps an enemy submarine waits between two shots
    armed_prob: Share = 1 / 3  # chance that an enemy is a submarine
    diver_spawn_interval: Whole = 30  # steps between two divers
    diver_rest: Whole = 5  # steps a diver rests between two moves
    ramping: bool = True  # whether each surfacing makes it harder
    owes_diver: bool = True  # handing in six divers leaves -1, as in MinAtar, in place of 0


class Arrival(game.PyTree):
    """Where a swimmer comes into view."""

    from_left: jax.Array  # () bool
    row: jax.Array  # () int32, 1 to 8


class Draws(game.Draws):
    """The random choices of one step."""

    enemy: Arrival
    armed: jax.Array  # () bool, the enemy is a submarine
    diver: Arrival


def start(params: Params) -> State:
    """The opening: at the surface, with full oxygen and an empty sea."""
    zero, no, none = jnp.int32(0), jnp.bool_(False), jnp.uint32(0)
    numbers = jnp.zeros(slots.NUM_DIGITS, jnp.uint32)
    spawn_interval = jnp.asarray(params.spawn_interval, jnp.int32)
    return State(
        **game.opening(),
        sub=Submarine(
            x=jnp.int32(5),
            y=zero,
            right=no,
            oxygen=jnp.asarray(params.max_oxygen, jnp.int32),
            divers=zero,
            surfaced=jnp.bool_(True),
            reload=zero,
        ),
        shots=Shots(
            here=jnp.zeros(NUM_SHOTS, jnp.bool_),
            right=jnp.zeros(NUM_SHOTS, jnp.bool_),
            x=jnp.zeros(NUM_SHOTS, jnp.int32),
            y=jnp.zeros(NUM_SHOTS, jnp.int32),
        ),
        swimmers=Swimmers(
            here=none, right=none, armed=none, x=numbers, y=numbers, rest=numbers, reload=numbers
        ),
        torpedoes=Torpedoes(here=none, x=numbers),
        arrivals=Arrivals(
            next_shot=zero,
            next_enemy=zero,
            next_diver=jnp.int32(NUM_ENEMIES),
            enemy_timer=spawn_interval,
            diver_timer=jnp.asarray(params.diver_spawn_interval, jnp.int32),
        ),
        difficulty=Difficulty(
            spawn_interval=spawn_interval,
            rest=jnp.asarray(params.rest, jnp.int32),
            level=zero,
        ),
    )
