"""Taxi: fetch a passenger at one of four stands and set them down at another one.

Source: Gymnasium's `envs/toy_text/taxi.py` (v4); Dietterich, "Hierarchical reinforcement learning
with the MAXQ value function decomposition" (2000), sections 2 and 7.1.
Differs from it in: the action mask is of bools, where Gymnasium's is of int8.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.toy_text import _tabular as tabular
from jaxenvs.ranges import Share

SIZE = 5
CITY = (
    "|R: | : :G|",
    "| : | : : |",
    "| : : : : |",
    "| | : | : |",
    "|Y| : |B: |",
)  # "|" is a wall between two cells
STANDS = ((0, 0), (0, 4), (4, 0), (4, 3))  # row, column of red, green, yellow, blue
IN_TAXI = 4  # the passenger's place, after the four stands

SOUTH, NORTH, EAST, WEST, PICK_UP, SET_DOWN = range(6)
_STAY = 4
# What rain makes of an action: as meant, to the left of the heading, to the right of it.
_HEADINGS = np.array(
    [
        [SOUTH, EAST, WEST],
        [NORTH, WEST, EAST],
        [EAST, NORTH, SOUTH],
        [WEST, SOUTH, NORTH],
        [_STAY] * 3,
        [_STAY] * 3,
    ],
    np.int32,
)


class State(tabular.State):
    """`number` is ((row * 5 + column) * 5 + passenger) * 4 + destination."""

    fickle: jax.Array  # () bool, whether the passenger will have another destination in mind


class Params(core.Params):
    """Gymnasium's constants."""

    step_reward: float = -1.0
    delivery_reward: float = 20.0
    illegal_reward: float = -10.0  # picking up or setting down where that cannot be
    rainy_probability: Share = 0.8  # to move as meant in the rain; else to either side alike
    fickle_probability: Share = 0.3  # that a passenger changes the destination on the way
    max_steps: int = 200


class Scene(NamedTuple):
    """What a state's number stands for, int32 each."""

    cell: jax.Array  # row times 5 plus column
    passenger: jax.Array  # the stand of the passenger, or `IN_TAXI`
    destination: jax.Array  # a stand


class Taxi(tabular.Tabular[State, Params]):
    """Actions: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 set down. Observation: the number.

    Reward: -1 a step, 20 for the delivery in its place, -10 for picking up or setting down where
    that cannot be. Ends with the delivery; truncated after 200 steps. `info["action_mask"]`: the
    actions that change something in the state reached; `info["prob"]`: the chance of what happened.
    """

    is_rainy: bool = False
    """Whether moves may go astray."""

    fickle_passenger: bool = False
    """Whether passengers may change their destination, once, as the taxi first moves with them."""

    @property
    def num_states(self) -> int:
        return SIZE * SIZE * 5 * 4

    @property
    def num_actions(self) -> int:
        return 6

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        start_key, mind_key = jax.random.split(key)
        index = jax.random.randint(start_key, (), 0, len(_STARTS), dtype=jnp.int32)
        fickle = jnp.bool_(False)
        if self.fickle_passenger:
            draw = jax.random.uniform(mind_key, (), jnp.float32)
            fickle = draw < params.fickle_probability
        return State(time=jnp.int32(0), number=jnp.asarray(_STARTS)[index], fickle=fickle)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        drive_key, mind_key = jax.random.split(key)
        after, reward, terminated, info = super().transition(drive_key, state, action, params)
        if self.fickle_passenger:
            after = change_mind(mind_key, state, after)
        return after, reward, terminated, info | {"action_mask": self.action_mask(after)}

    def action_mask(self, state: State, params: Params | None = None) -> jax.Array:
        """`(6,)` bool: the actions that change something."""
        del params
        scene = decode(state.number)
        here = jnp.asarray(_STAND_AT)[scene.cell]
        can_drive = jnp.asarray(_REACHED)[scene.cell, :_STAY] != scene.cell
        can_pick_up = scene.passenger == here
        can_set_down = (scene.passenger == IN_TAXI) & (here >= 0)
        return jnp.concatenate([can_drive, jnp.stack([can_pick_up, can_set_down])])

    def chances(self, number: jax.Array, action: jax.Array, params: Params) -> jax.Array:
        del number
        if not self.is_rainy:
            return jnp.ones(1, jnp.float32)
        astray = (1 - params.rainy_probability) / 2
        chances = jnp.stack([jnp.asarray(p) for p in (params.rainy_probability, astray, astray)])
        return jnp.where(action < PICK_UP, chances, np.array([1, 0, 0], np.float32))

    def outcome(
        self, number: jax.Array, action: jax.Array, choice: jax.Array, params: Params
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        scene = decode(number)
        here = jnp.asarray(_STAND_AT)[scene.cell]
        reached = jnp.asarray(_REACHED)
        meant = reached[scene.cell, jnp.asarray(_HEADINGS)[action, 0]]
        cell = reached[scene.cell, jnp.asarray(_HEADINGS)[action, choice]]
        cell = jnp.where(meant == scene.cell, scene.cell, cell)  # what is blocked does not slip

        picks_up = (action == PICK_UP) & (scene.passenger == here)
        sets_down = (action == SET_DOWN) & (scene.passenger == IN_TAXI) & (here >= 0)
        passenger = jnp.where(sets_down, here, scene.passenger)
        passenger = jnp.where(picks_up, jnp.int32(IN_TAXI), passenger)
        delivered = sets_down & (here == scene.destination)
        illegal = (action >= PICK_UP) & ~picks_up & ~sets_down
        reward = jnp.where(illegal, params.illegal_reward, params.step_reward)
        reward = jnp.where(delivered, params.delivery_reward, reward).astype(jnp.float32)
        return encode(Scene(cell, passenger, scene.destination)), reward, delivered


def change_mind(key: jax.Array, before: State, after: State) -> State:
    """`after`, with another destination where a fickle passenger was just driven somewhere else."""
    old, new = decode(before.number), decode(after.number)
    changes = before.fickle & (old.passenger == IN_TAXI) & (new.cell != old.cell)
    other = jax.random.randint(key, (), 0, len(STANDS) - 1, dtype=jnp.int32)
    other = other + (other >= new.destination).astype(jnp.int32)
    destination = jnp.where(changes, other, new.destination)
    return after.replace(
        number=encode(new._replace(destination=destination)), fickle=before.fickle & ~changes
    )


def encode(scene: Scene) -> jax.Array:
    """The number of a scene."""
    return (scene.cell * 5 + scene.passenger) * 4 + scene.destination


def decode(number: jax.Array) -> Scene:
    """The scene of a number."""
    return Scene(cell=number // 20, passenger=number // 4 % 5, destination=number % 4)


def _reached() -> np.ndarray:
    """The cell that a cell and a direction lead to, `(25, 5)` int32; the last column stays put."""
    cells = np.arange(SIZE * SIZE)
    rows, columns = np.divmod(cells, SIZE)
    letters = np.array([list(row) for row in CITY])
    open_east = letters[rows, 2 * columns + 2] == ":"
    open_west = letters[rows, 2 * columns] == ":"
    ways = [
        np.where(rows < SIZE - 1, cells + SIZE, cells),
        np.where(rows > 0, cells - SIZE, cells),
        np.where(open_east, cells + 1, cells),
        np.where(open_west, cells - 1, cells),
        cells,
    ]
    return np.stack(ways, axis=-1).astype(np.int32)


def _stand_at() -> np.ndarray:
    """The stand at each cell, or -1, `(25,)` int32."""
    stands = np.full(SIZE * SIZE, -1, np.int32)
    stands[[row * SIZE + column for row, column in STANDS]] = np.arange(len(STANDS))
    return stands


def _starts() -> np.ndarray:
    """Every start: a passenger who waits at a stand and wants to go to another, `(300,)` int32."""
    numbers = np.arange(SIZE * SIZE * 5 * 4, dtype=np.int32)
    passenger, destination = numbers // 4 % 5, numbers % 4
    return numbers[(passenger != IN_TAXI) & (passenger != destination)]


_REACHED, _STAND_AT, _STARTS = _reached(), _stand_at(), _starts()
