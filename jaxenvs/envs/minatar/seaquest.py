"""Seaquest: a submarine picks up divers and shoots fish and other submarines, short of air.

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
from jaxenvs.envs.minatar import _seaquest_rules as sea
from jaxenvs.envs.minatar import _slots as slots
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, NOOP, RIGHT, SIZE, UP
from jaxenvs.envs.minatar._seaquest_state import (
    ENEMIES,
    LAST_ROW,
    Arrival,
    Draws,
    Params,
    State,
    start,
)

_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)
_COLUMNS, _ROWS = _CELLS % SIZE, _CELLS // SIZE


class Seaquest(game.Game[State, Params, Draws]):
    """Actions: 0 stay, 1 left, 2 up, 3 right, 4 down, 5 shoot.

    Observation `(10, 10, 10)`: the submarine's front and back, its shots, the trail of what swims,
    the enemies' shots, fish, enemy submarines, oxygen gauge, gauge of divers on board, divers.
    Reward: 1 for an enemy shot; for surfacing with six divers, the cells of the oxygen gauge. Ends
    when an enemy or its shot touches the submarine's front, when the oxygen is used up, or on
    surfacing without a diver.
    """

    useful_actions = (NOOP, LEFT, UP, RIGHT, DOWN, FIRE)
    channels = (
        "sub_front",
        "sub_back",
        "friendly_bullet",
        "trail",
        "enemy_bullet",
        "enemy_fish",
        "enemy_sub",
        "oxygen_gauge",
        "diver_gauge",
        "diver",
    )

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del key  # always the same
        return start(params)

    def draw(self, key: jax.Array, params: Params) -> Draws:
        words = jax.random.bits(key, (4,), jnp.uint32)
        enemy, diver = (
            Arrival(from_left=game.coin(word), row=1 + prng.below(word, LAST_ROW))
            for word in (words[1], words[2])
        )
        return Draws(
            repeats=game.chance(words[0], params.sticky_action_prob),
            enemy=enemy,
            armed=game.chance(words[3], params.armed_prob),
            diver=diver,
        )

    def rules(
        self, state: State, action: jax.Array, draws: Draws, params: Params
    ) -> tuple[State, jax.Array]:
        swimmers, arrivals = sea.arrived(state, draws, params)
        sub, shots, arrivals = sea.acted(state.sub, state.shots, arrivals, action, params)
        swimmers, shots, kills = sea.shot_down(swimmers, sea.flown(shots), arrivals)
        before = swimmers
        swimmers, moved, sub = sea.swum(swimmers, arrivals, sub, state.difficulty, params)
        rammed = sea.touched(before, sub) | sea.touched(swimmers, sub)
        swimmers, torpedoes = sea.fired(before, swimmers, state.torpedoes, params)
        swimmers, shots, more_kills = sea.swum_into(swimmers, shots, moved, arrivals)
        torpedoes, sunk = sea.launched(torpedoes, swimmers, sub)
        sub, difficulty, reward, lost = sea.breathed(sub, state.difficulty, params)
        after = state.replace(
            sub=sub,
            shots=shots,
            swimmers=swimmers,
            torpedoes=torpedoes,
            arrivals=arrivals,
            difficulty=difficulty,
            terminal=rammed | sunk | lost,
        )
        return after, reward + kills + more_kills

    def observe(self, state: State, params: Params) -> jax.Array:
        sub, swimmers, torpedoes = state.sub, state.swimmers, state.torpedoes
        in_row = slots.cells_with(swimmers.y, _ROWS)
        there = swimmers.here & in_row & slots.cells_with(swimmers.x, _COLUMNS)
        back = slots.stepped(swimmers.x, swimmers.here, swimmers.right)
        trail = swimmers.here & in_row & slots.cells_with(back, _COLUMNS)
        torpedo = torpedoes.here & in_row & slots.cells_with(torpedoes.x, _COLUMNS)
        shots = jnp.where(state.shots.here, state.shots.y * SIZE + state.shots.x, -1)
        front = sub.y * SIZE + sub.x
        oxygen = jnp.maximum(sub.oxygen, 0) * SIZE // params.max_oxygen
        is_gauge = _ROWS == SIZE - 1
        cells = (
            game.show(0, front == _CELLS)
            | game.show(1, jnp.where(sub.right, front - 1, front + 1) == _CELLS)
            | game.show(2, (shots[0] == _CELLS) | (shots[1] == _CELLS))
            | game.show(3, trail != 0)
            | game.show(4, torpedo != 0)
            | game.show(5, (there & ENEMIES & ~swimmers.armed) != 0)
            | game.show(6, (there & ENEMIES & swimmers.armed) != 0)
            | game.show(7, is_gauge & (oxygen > _COLUMNS))
            | game.show(8, is_gauge & (_COLUMNS < SIZE - 1) & (SIZE - 1 - sub.divers <= _COLUMNS))
            | game.show(9, (there & ~ENEMIES) != 0)
        )
        return game.spelled(cells, len(self.channels), self.dtype)
