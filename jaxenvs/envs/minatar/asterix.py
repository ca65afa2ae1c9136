"""Asterix: collect gold and avoid enemies, both of which cross the board from the sides.

Source: MinAtar (Young & Tian, "MinAtar: an Atari-inspired testbed for thorough and reproducible
reinforcement learning experiments", 2019). Written from its rules; compared with it in
tests/parity.
Differs from it in: what `jaxenvs.envs.minatar._game` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng
from jaxenvs.envs.minatar import _game as game
from jaxenvs.envs.minatar import _lanes as lanes
from jaxenvs.envs.minatar._game import DOWN, LEFT, NOOP, RIGHT, SIZE, UP
from jaxenvs.ranges import Share, Whole

_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)
_COLUMNS = np.tile(np.arange(SIZE, dtype=np.uint32), SIZE)


class Crossers(game.PyTree):
    """What crosses the board: at most one enemy or piece of gold in each of rows 1 to 8.

    Every field holds the eight rows in one uint32; see `lanes`.
    """

    here: jax.Array  # () flag, something is in this row; the other fields tell of it
    gold: jax.Array  # () flag, it is gold, not an enemy
    right: jax.Array  # () flag, it moves to the right
    x: jax.Array  # () column


class Difficulty(game.PyTree):
    """How fast things come and go."""

    spawn_interval: jax.Array  # () int32, steps from one spawn to the next
    move_interval: jax.Array  # () int32, steps from one move of the crossers to the next
    timer: jax.Array  # () int32, steps until it gets harder, less one
    level: jax.Array  # () int32, how often it got harder


class State(game.State):
    """The player, the crossers and the clocks."""

    x: jax.Array  # () int32, the player's column
    y: jax.Array  # () int32, the player's row, 1 to 8
    crossers: Crossers
    spawn_timer: jax.Array  # () int32, steps until something spawns
    move_timer: jax.Array  # () int32, steps until the crossers move
    difficulty: Difficulty


class Params(game.Params):
    """MinAtar's constants."""

    gold_prob: Share = 1 / 3  # chance that what spawns is gold
    spawn_interval: Whole = 10  # steps between spawns, at the start
    move_interval: Whole = 5  # steps between moves, at the start
    ramping: bool = True  # whether it gets harder
    ramp_interval: Whole = 100  # steps between two increases of the difficulty, less two


class Draws(game.Draws):
    """The random choices of one step."""

    from_left: jax.Array  # () bool, where a spawn comes from
    gold: jax.Array  # () bool, what it is
    row: jax.Array  # () uint32, a random word that picks one of the free rows


class Asterix(game.Game[State, Params, Draws]):
    """Actions: 0 stay, 1 left, 2 up, 3 right, 4 down.

    Observation `(10, 10, 4)`: player, enemy, trail (the cell behind enemy or gold), gold. Reward: 1
    for gold. Ends at the touch of an enemy.
    """

    useful_actions = (NOOP, LEFT, UP, RIGHT, DOWN)
    channels = ("player", "enemy", "trail", "gold")

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del key  # always the same
        return start(params)

    def draw(self, key: jax.Array, params: Params) -> Draws:
        words = jax.random.bits(key, (3,), jnp.uint32)
        return Draws(
            repeats=game.chance(words[0], params.sticky_action_prob),
            from_left=game.coin(words[0]),
            gold=game.chance(words[1], params.gold_prob),
            row=words[2],
        )

    def rules(
        self, state: State, action: jax.Array, draws: Draws, params: Params
    ) -> tuple[State, jax.Array]:
        spawns = state.spawn_timer == 0
        crossers = spawned(state.crossers, draws, spawns)
        spawn_timer = jnp.where(spawns, state.difficulty.spawn_interval, state.spawn_timer)

        x, y = moved_player(state, action)
        crossers, caught_before, gold_before = met(crossers, x, y)
        moves = state.move_timer == 0
        crossers = moved(crossers, moves)
        crossers, caught_after, gold_after = met(crossers, x, y)
        move_timer = jnp.where(moves, state.difficulty.move_interval, state.move_timer)

        after = state.replace(
            x=x,
            y=y,
            crossers=crossers,
            spawn_timer=spawn_timer - 1,
            move_timer=move_timer - 1,
            difficulty=ramped(state.difficulty, params),
            terminal=caught_before | caught_after,
        )
        return after, gold_before.astype(jnp.int32) + gold_after.astype(jnp.int32)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        crossers = state.crossers
        here = lanes.by_cell(crossers.here) == 1
        gold = lanes.by_cell(crossers.gold) == 1
        x = lanes.by_cell(crossers.x)
        back = jnp.where(lanes.by_cell(crossers.right) == 1, x - 1, x + 1)
        front = here & (x == _COLUMNS)
        cells = (
            game.show(0, state.y * SIZE + state.x == _CELLS)
            | game.show(1, front & ~gold)
            | game.show(2, here & (back == _COLUMNS))
            | game.show(3, front & gold)
        )
        return game.spelled(cells, len(self.channels), self.dtype)


def start(params: Params) -> State:
    """The opening: the player in the middle of an empty board."""
    spawn_interval = jnp.asarray(params.spawn_interval, jnp.int32)
    move_interval = jnp.asarray(params.move_interval, jnp.int32)
    none = jnp.uint32(0)
    return State(
        **game.opening(),
        x=jnp.int32(5),
        y=jnp.int32(5),
        crossers=Crossers(here=none, gold=none, right=none, x=none),
        spawn_timer=spawn_interval,
        move_timer=move_interval,
        difficulty=Difficulty(
            spawn_interval=spawn_interval,
            move_interval=move_interval,
            timer=jnp.asarray(params.ramp_interval, jnp.int32),
            level=jnp.int32(0),
        ),
    )


def moved_player(state: State, action: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Column and row after the action: the top and the bottom row are out of bounds."""
    right = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
    down = (action == DOWN).astype(jnp.int32) - (action == UP).astype(jnp.int32)
    return jnp.clip(state.x + right, 0, SIZE - 1), jnp.clip(state.y + down, 1, SIZE - 2)


def spawned(crossers: Crossers, draws: Draws, spawns: jax.Array) -> Crossers:
    """Puts an enemy or gold in one of the free rows, each as likely; nothing where none is free."""
    free = lanes.inverted(crossers.here)
    place = prng.below_256(draws.row, lanes.count(free)) + 1  # among the free rows, from the top
    new = lanes.when(spawns, lanes.nth(free, place))
    x = lanes.every(jnp.where(draws.from_left, np.int32(0), np.int32(SIZE - 1)))
    return Crossers(
        here=crossers.here | new,
        gold=lanes.chosen(new, lanes.when(draws.gold, new), crossers.gold),
        right=lanes.chosen(new, lanes.when(draws.from_left, new), crossers.right),
        x=lanes.chosen(new, x, crossers.x),
    )


def moved(crossers: Crossers, moves: jax.Array) -> Crossers:
    """All crossers one cell on, where `moves`; off the board they are gone."""
    right = lanes.when(moves, crossers.here & crossers.right)
    left = lanes.when(moves, crossers.here & ~crossers.right)
    leave = right & lanes.equal(crossers.x, lanes.every(SIZE - 1))
    leave |= left & lanes.equal(crossers.x, lanes.every(0))
    # What leaves keeps its column, so that no lane spills into the next.
    x = crossers.x + (right & ~leave) - (left & ~leave)
    return crossers.replace(here=crossers.here & ~leave, x=x)


def met(crossers: Crossers, x: jax.Array, y: jax.Array) -> tuple[Crossers, jax.Array, jax.Array]:
    """The player takes gold where it stands: what is left, whether an enemy is there, and gold."""
    touched = crossers.here & lanes.only(y) & lanes.equal(crossers.x, lanes.every(x))
    gold = touched & crossers.gold
    return crossers.replace(here=crossers.here & ~gold), (touched & ~gold) != 0, gold != 0


def ramped(now: Difficulty, params: Params) -> Difficulty:
    """A spawn interval shorter by one each time it is due, a move interval every second time."""
    ramping = params.ramping & ((now.spawn_interval > 1) | (now.move_interval > 1))
    due = ramping & (now.timer < 0)
    faster_spawns = due & (now.spawn_interval > 1)
    faster_moves = due & (now.move_interval > 1) & (now.level % 2 == 1)
    waited = now.timer - ramping.astype(jnp.int32)
    return Difficulty(
        spawn_interval=now.spawn_interval - faster_spawns.astype(jnp.int32),
        move_interval=now.move_interval - faster_moves.astype(jnp.int32),
        timer=jnp.where(due, params.ramp_interval, waited),
        level=now.level + due.astype(jnp.int32),
    )
