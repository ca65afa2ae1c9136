"""Freeway: cross a road of eight lanes of traffic, again and again.

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
from jaxenvs.envs.minatar._game import DOWN, NOOP, SIZE, UP
from jaxenvs.ranges import Whole

_COLUMN = 4  # the chicken's
_MAX_SPEED = 5
_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)
_COLUMNS = np.tile(np.arange(SIZE, dtype=np.uint32), SIZE)


class Cars(game.PyTree):
    """A car in each of rows 1 to 8. Every field holds the eight rows in one uint32; see `lanes`."""

    x: jax.Array  # () column
    right: jax.Array  # () flag, it drives to the right
    speed: jax.Array  # () 1 to 5: a car of speed s rests for s steps between two moves
    timer: jax.Array  # () steps until it moves


class State(game.State):
    """The chicken and the cars. The game ends by the clock, `time`."""

    y: jax.Array  # () int32, the chicken's row
    move_timer: jax.Array  # () int32, steps until it can move
    cars: Cars


class Params(game.Params):
    """MinAtar's constants."""

    move_interval: Whole = 3  # steps between two moves of the chicken
    time_limit: int = 2500  # the step after so many ends the game; 0 or less: it never ends


class Traffic(game.PyTree):
    """How the cars drive; two words of `lanes`."""

    speed: jax.Array  # () 1 to 5
    right: jax.Array  # () flag


class Draws(game.Draws):
    """The random choices of one step."""

    traffic: Traffic  # from the moment the chicken gets across


class Freeway(game.Game[State, Params, Draws]):
    """Actions: 0 stay, 1 up, 2 down.

    Observation `(10, 10, 7)`: chicken, car, and the cell behind each car, in the channel of its
    speed. Reward: 1 for getting across, which changes the traffic and puts the chicken back; a car
    that hits it only does the latter. Ends, as in MinAtar by termination, on step 2501.
    """

    useful_actions = (NOOP, UP, DOWN)
    channels = ("chicken", "car", "speed1", "speed2", "speed3", "speed4", "speed5")

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        return start(drawn_traffic(jax.random.bits(key, (9,), jnp.uint32)), params)

    def draw(self, key: jax.Array, params: Params) -> Draws:
        words = jax.random.bits(key, (10,), jnp.uint32)
        return Draws(
            repeats=game.chance(words[9], params.sticky_action_prob),
            traffic=drawn_traffic(words[:9]),
        )

    def rules(
        self, state: State, action: jax.Array, draws: Draws, params: Params
    ) -> tuple[State, jax.Array]:
        walks = ((action == UP) | (action == DOWN)) & (state.move_timer == 0)
        move_timer = jnp.where(walks, params.move_interval, state.move_timer)
        y = state.y + jnp.where(action == UP, np.int32(-1), np.int32(1))
        y = jnp.where(walks, jnp.clip(y, 0, SIZE - 1), state.y)
        across = y == 0
        y = jnp.where(across, SIZE - 1, y)

        speed = jnp.where(across, draws.traffic.speed, state.cars.speed)
        right = jnp.where(across, draws.traffic.right, state.cars.right)
        timer = jnp.where(across, speed, state.cars.timer)
        before = state.cars.replace(speed=speed, right=right, timer=timer)
        cars = driven(before)
        hit = hits(before, y) | hits(cars, y)
        after = state.replace(
            y=jnp.where(hit, SIZE - 1, y),
            move_timer=jnp.maximum(move_timer - 1, 0),
            cars=cars,
            terminal=(params.time_limit > 0) & (state.time >= params.time_limit),
        )
        return after, across.astype(jnp.int32)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        cars = state.cars
        speed = lanes.by_cell(cars.speed)  # 0 in the rows without a car
        x = lanes.by_cell(cars.x)
        is_first, is_last = x == 0, x == SIZE - 1
        back = jnp.where(
            lanes.by_cell(cars.right) == 1,
            jnp.where(is_first, SIZE - 1, x - 1),
            jnp.where(is_last, 0, x + 1),
        )
        here = speed != 0
        trail = jnp.where(here & (back == _COLUMNS), np.uint32(2) << speed, np.uint32(0))
        cells = (
            game.show(0, state.y * SIZE + _COLUMN == _CELLS)
            | game.show(1, here & (x == _COLUMNS))
            | trail
        )
        return game.spelled(cells, len(self.channels), self.dtype)


def start(traffic: Traffic, params: Params) -> State:
    """The opening: all cars in the left column, the chicken at the bottom."""
    return State(
        **game.opening(),
        y=jnp.int32(SIZE - 1),
        move_timer=jnp.asarray(params.move_interval, jnp.int32),
        cars=Cars(x=jnp.uint32(0), right=traffic.right, speed=traffic.speed, timer=traffic.speed),
    )


def drawn_traffic(words: jax.Array) -> Traffic:
    """Every speed and direction as likely, from `(9,)` uint32 words."""
    return Traffic(
        speed=lanes.pack(1 + prng.below(words[:8], _MAX_SPEED)),
        right=words[8] & lanes.every(1),
    )


def driven(cars: Cars) -> Cars:
    """Cars whose time has come move one cell on, round the edge; the others wait."""
    moves = lanes.equal(cars.timer, lanes.every(0))
    timer = lanes.chosen(moves, cars.speed, cars.timer - lanes.inverted(moves))
    right, left = moves & cars.right, moves & ~cars.right
    from_last = right & lanes.equal(cars.x, lanes.every(SIZE - 1))
    from_first = left & lanes.equal(cars.x, lanes.every(0))
    x = cars.x + (right & ~from_last) - (left & ~from_first)
    x = lanes.chosen(from_last, lanes.every(0), x)
    x = lanes.chosen(from_first, lanes.every(SIZE - 1), x)
    return cars.replace(x=x, timer=timer)


def hits(cars: Cars, y: jax.Array) -> jax.Array:
    """Whether a car stands where a chicken in row `y` does."""
    return (lanes.only(y) & lanes.equal(cars.x, lanes.every(_COLUMN))) != 0
