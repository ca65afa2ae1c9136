"""SpaceInvaders: shoot down waves of aliens that come closer and shoot back.

Source: MinAtar (Young & Tian, "MinAtar: an Atari-inspired testbed for thorough and reproducible
reinforcement learning experiments", 2019). Written from its rules; compared with it in
tests/parity.
Differs from it in: what `jaxenvs.envs.minatar._game` lists.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import _bitmap as bitmap
from jaxenvs.envs.minatar import _game as game
from jaxenvs.envs.minatar._bitmap import Bitmap
from jaxenvs.envs.minatar._game import FIRE, LEFT, NOOP, RIGHT, SIZE
from jaxenvs.ranges import Whole

_WAVE = np.zeros((SIZE, SIZE), np.bool_)
_WAVE[:4, 2:8] = True
_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)


class Aliens(game.PyTree):
    """The wave."""

    cells: Bitmap
    right: jax.Array  # () bool, it moves to the right
    move_timer: jax.Array  # () int32, steps until it moves
    shot_timer: jax.Array  # () int32, steps until one of them shoots
    interval: jax.Array  # () int32, steps between moves while there are many
    level: jax.Array  # () int32, how often they got faster


class State(game.State):
    """The cannon, the wave, and what flies between them."""

    x: jax.Array  # () int32, the cannon's column
    shot_timer: jax.Array  # () int32, steps until it can shoot
    shots: Bitmap  # the player's, flying up
    bombs: Bitmap  # the aliens', coming down
    aliens: Aliens


class Params(game.Params):
    """MinAtar's constants."""

    shot_interval: Whole = 5  # steps between two shots of the player
    alien_move_interval: Whole = 12  # steps between moves of the wave, at the start
    alien_shot_interval: Whole = 10  # steps between shots of the wave
    min_move_interval: Whole = 6  # a wave does not get faster than this, but for its losses
    ramping: bool = True  # whether each wave is faster than the one before


class SpaceInvaders(game.Game[State, Params, game.Draws]):
    """Actions: 0 stay, 1 left, 2 right, 3 shoot.

    Observation `(10, 10, 6)`: cannon, alien, alien going left, alien going right, the player's
    shots, the aliens' shots. Reward: 1 for an alien. Ends when an alien or its shot reaches the
    cannon, or when the wave would leave the board.
    """

    useful_actions = (NOOP, LEFT, RIGHT, FIRE)
    channels = (
        "cannon",
        "alien",
        "alien_left",
        "alien_right",
        "friendly_bullet",
        "enemy_bullet",
    )

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del key  # always the same
        return start(params)

    def draw(self, key: jax.Array, params: Params) -> game.Draws:
        word = jax.random.bits(key, (), jnp.uint32)
        return game.Draws(repeats=game.chance(word, params.sticky_action_prob))

    def rules(
        self, state: State, action: jax.Array, draws: game.Draws, params: Params
    ) -> tuple[State, jax.Array]:
        del draws
        fires = (action == FIRE) & (state.shot_timer == 0)
        shot_timer = jnp.where(fires, params.shot_interval, state.shot_timer)
        step = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
        x = jnp.clip(state.x + step, 0, SIZE - 1)

        shot = bitmap.when(fires, bitmap.single(SIZE - 2, x))
        shots = bitmap.raised(state.shots) | shot  # a new one leaves the cannon's row at once
        bombs = bitmap.lowered(state.bombs)
        bombed = bitmap.has(bitmap.row(bombs, SIZE - 1), x)
        aliens, landed = advanced(state.aliens, x)
        bomb, alien_shot_timer = dropped(aliens, x, params)
        hit = aliens.cells & shots
        left = aliens.replace(
            cells=aliens.cells ^ hit,
            move_timer=aliens.move_timer - 1,
            shot_timer=alien_shot_timer - 1,
        )
        after = state.replace(
            x=x,
            shot_timer=jnp.maximum(shot_timer - 1, 0),
            shots=shots ^ hit,
            bombs=bombs | bomb,
            aliens=renewed(left, params),
            terminal=bombed | landed,
        )
        return after, bitmap.count(hit)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        alien = bitmap.by_cell(state.aliens.cells)
        right = state.aliens.right
        cells = (
            game.show(0, (SIZE - 1) * SIZE + state.x == _CELLS)
            | game.show(1, alien)
            | game.show(2, alien & ~right)
            | game.show(3, alien & right)
            | game.show(4, bitmap.by_cell(state.shots))
            | game.show(5, bitmap.by_cell(state.bombs))
        )
        return game.spelled(cells, len(self.channels), self.dtype)


def start(params: Params) -> State:
    """The opening: the cannon in the middle, a full wave at the top."""
    interval = jnp.asarray(params.alien_move_interval, jnp.int32)
    nothing = bitmap.bitmap(np.zeros_like(_WAVE))
    return State(
        **game.opening(),
        x=jnp.int32(5),
        shot_timer=jnp.int32(0),
        shots=nothing,
        bombs=nothing,
        aliens=Aliens(
            cells=bitmap.bitmap(_WAVE),
            right=jnp.bool_(False),
            move_timer=interval,
            shot_timer=jnp.asarray(params.alien_shot_interval, jnp.int32),
            interval=interval,
            level=jnp.int32(0),
        ),
    )


def advanced(aliens: Aliens, x: jax.Array) -> tuple[Aliens, jax.Array]:
    """The wave after its move, if it is time for one, and whether it got to the cannon.

    It goes sideways, or where an alien stands at the wall ahead, one row down, and turns. A wave
    that goes down from the last row has won: those come in again at the top, where nobody plays on.
    `x` is the cannon's column.
    """
    cells = aliens.cells
    moves = aliens.move_timer == 0
    wall = jnp.where(aliens.right, np.int32(SIZE - 1), np.int32(0))
    turns = moves & bitmap.has(bitmap.columns(cells), wall)
    last_row = bitmap.row(cells, SIZE - 1)
    a, *others = bitmap.lowered(cells).words
    down = Bitmap(words=(a | last_row, *others))
    aside = bitmap.where(aliens.right, bitmap.right(cells), bitmap.left(cells))
    after = bitmap.where(turns, down, bitmap.where(moves, aside, cells))
    touches = bitmap.has(last_row | bitmap.row(after, SIZE - 1), x)
    hurry = jnp.minimum(bitmap.count(cells), aliens.interval)
    moved = aliens.replace(
        cells=after,
        right=aliens.right ^ turns,
        move_timer=jnp.where(moves, hurry, aliens.move_timer),
    )
    return moved, touches | (turns & (last_row != 0))


def dropped(aliens: Aliens, x: jax.Array, params: Params) -> tuple[Bitmap, jax.Array]:
    """The bomb that falls in this step, where it starts, and the timer of the next one.

    It comes from the lowest alien of the column nearest to the cannon's, `x`; of two, the left one.
    """
    drops = aliens.shot_timer == 0
    occupied = bitmap.columns(aliens.cells)
    up_to_x = (np.uint32(2) << x.astype(jnp.uint32)) - np.uint32(1)
    left, right = occupied & up_to_x, occupied & ~up_to_x
    nearest_left = 31 - jax.lax.clz(left).astype(jnp.int32)
    # The bits below the lowest set one count up to it: 32 where there is none.
    below = (right & (~right + np.uint32(1))) - np.uint32(1)
    nearest_right = jax.lax.population_count(below).astype(jnp.int32)
    is_left = (left != 0) & (x - nearest_left <= nearest_right - x)
    column = jnp.where(is_left, nearest_left, nearest_right)
    bomb = bitmap.when(drops, bitmap.last(bitmap.only_column(aliens.cells, column)))
    return bomb, jnp.where(drops, params.alien_shot_interval, aliens.shot_timer)


def renewed(aliens: Aliens, params: Params) -> Aliens:
    """The next wave where none is left of this one."""
    cleared = bitmap.columns(aliens.cells) == 0
    harder = cleared & params.ramping & (aliens.interval > params.min_move_interval)
    return aliens.replace(
        cells=bitmap.where(cleared, bitmap.bitmap(_WAVE), aliens.cells),
        interval=aliens.interval - harder.astype(jnp.int32),
        level=aliens.level + harder.astype(jnp.int32),
    )
