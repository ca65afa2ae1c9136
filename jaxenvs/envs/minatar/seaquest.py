"""Seaquest: a submarine picks up divers and shoots fish and other submarines, short of air.

Source: MinAtar (Young & Tian, "MinAtar: an Atari-inspired testbed for thorough and reproducible
reinforcement learning experiments", 2019). Written from its rules; compared with it in
tests/parity.
Differs from it in: what `jaxenvs.envs.minatar._game` lists.

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

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng
from jaxenvs.envs.minatar import _game as game
from jaxenvs.envs.minatar import _slots as slots
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, NOOP, RIGHT, SIZE, UP
from jaxenvs.fusion import settled

NUM_ENEMIES, _NUM_DIVERS, _NUM_SHOTS = 30, 2, 2  # slots
_ENEMIES = np.uint32(2**NUM_ENEMIES - 1)  # the slots of enemies; divers have the other two
_MAX_ON_BOARD = 6  # divers
_LAST_ROW = 8  # of the sea; row 9 shows the gauges
_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)
_COLUMNS, _ROWS = _CELLS % SIZE, _CELLS // SIZE


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

    max_oxygen: int = 200  # steps under water
    reload: int = 5  # steps between two shots of the player
    spawn_interval: int = 20  # steps between two enemies, at the start
    rest: int = 5  # steps an enemy rests between two moves, at the start
    enemy_reload: int = 10  # steps an enemy submarine waits between two shots
    armed_prob: float = 1 / 3  # chance that an enemy is a submarine
    diver_spawn_interval: int = 30  # steps between two divers
    diver_rest: int = 5  # steps a diver rests between two moves
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
            Arrival(from_left=game.coin(word), row=1 + prng.below(word, _LAST_ROW))
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
        swimmers, arrivals = arrived(state, draws, params)
        sub, shots, arrivals = acted(state.sub, state.shots, arrivals, action, params)
        swimmers, shots, kills = shot_down(swimmers, flown(shots), arrivals)
        before = swimmers
        swimmers, moved, sub = swum(swimmers, arrivals, sub, state.difficulty, params)
        rammed = touched(before, sub) | touched(swimmers, sub)
        swimmers, torpedoes = fired(before, swimmers, state.torpedoes, params)
        swimmers, shots, more_kills = swum_into(swimmers, shots, moved, arrivals)
        torpedoes, sunk = launched(torpedoes, swimmers, sub)
        sub, difficulty, reward, lost = breathed(sub, state.difficulty, params)
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
            | game.show(5, (there & _ENEMIES & ~swimmers.armed) != 0)
            | game.show(6, (there & _ENEMIES & swimmers.armed) != 0)
            | game.show(7, is_gauge & (oxygen > _COLUMNS))
            | game.show(8, is_gauge & (_COLUMNS < SIZE - 1) & (SIZE - 1 - sub.divers <= _COLUMNS))
            | game.show(9, (there & ~_ENEMIES) != 0)
        )
        return game.spelled(cells, len(self.channels), self.dtype)


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
            here=jnp.zeros(_NUM_SHOTS, jnp.bool_),
            right=jnp.zeros(_NUM_SHOTS, jnp.bool_),
            x=jnp.zeros(_NUM_SHOTS, jnp.int32),
            y=jnp.zeros(_NUM_SHOTS, jnp.int32),
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


# -- the parts of a step, in their order ---------------------------------------------------------


def arrived(state: State, draws: Draws, params: Params) -> tuple[Swimmers, Arrivals]:
    """An enemy and a diver come when it is time.

    The enemy does not if one in its row swims the other way.
    """
    swimmers, arrivals = state.swimmers, state.arrivals
    taken = swimmers.here | state.torpedoes.here
    enemy_due = arrivals.enemy_timer == 0
    diver_due = arrivals.diver_timer == 0
    in_row = swimmers.here & _ENEMIES & slots.equal(swimmers.y, draws.enemy.row)
    against = in_row & (swimmers.right ^ slots.everywhere(draws.enemy.from_left))
    enemy = slots.slot(arrivals.next_enemy) & ~taken
    enemy = settled(slots.when(enemy_due & (against == 0), enemy))
    diver = slots.slot(arrivals.next_diver) & ~taken
    diver = settled(slots.when(diver_due, diver))
    swimmers = placed(swimmers, enemy, draws.enemy, state.difficulty.rest)
    swimmers = placed(swimmers, diver, draws.diver, params.diver_rest)
    swimmers = swimmers.replace(
        armed=(swimmers.armed & ~enemy) | slots.when(draws.armed, enemy),
        reload=slots.put(swimmers.reload, enemy, params.enemy_reload),
    )
    enemy_timer = jnp.where(enemy_due, state.difficulty.spawn_interval, arrivals.enemy_timer)
    diver_timer = jnp.where(diver_due, params.diver_spawn_interval, arrivals.diver_timer)
    arrivals = arrivals.replace(
        next_enemy=turned(arrivals.next_enemy, enemy != 0, 0, NUM_ENEMIES),
        next_diver=turned(arrivals.next_diver, diver != 0, NUM_ENEMIES, _NUM_DIVERS),
        enemy_timer=counted_down(enemy_timer),
        diver_timer=counted_down(diver_timer),
    )
    return swimmers, arrivals


def placed(swimmers: Swimmers, new: jax.Array, arrival: Arrival, rest: jax.Array | int) -> Swimmers:
    """Those in the `new` slots come into view."""
    side = jnp.where(arrival.from_left, np.int32(0), np.int32(SIZE - 1))
    return swimmers.replace(
        here=swimmers.here | new,
        right=(swimmers.right & ~new) | slots.when(arrival.from_left, new),
        x=slots.put(swimmers.x, new, side),
        y=slots.put(swimmers.y, new, arrival.row),
        rest=slots.put(swimmers.rest, new, rest),
    )


def acted(
    sub: Submarine, shots: Shots, arrivals: Arrivals, action: jax.Array, params: Params
) -> tuple[Submarine, Shots, Arrivals]:
    """The player moves or shoots."""
    fires = (action == FIRE) & (sub.reload == 0)
    new = fires & ~shots.here & (np.arange(_NUM_SHOTS, dtype=np.int32) == arrivals.next_shot)
    shots = Shots(
        here=shots.here | new,
        right=jnp.where(new, sub.right, shots.right),
        x=jnp.where(new, sub.x, shots.x),
        y=jnp.where(new, sub.y, shots.y),
    )
    aside = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
    down = (action == DOWN).astype(jnp.int32) - (action == UP).astype(jnp.int32)
    sub = sub.replace(
        x=jnp.clip(sub.x + aside, 0, SIZE - 1),
        y=jnp.clip(sub.y + down, 0, _LAST_ROW),
        right=jnp.where(aside == 0, sub.right, aside == 1),
        reload=counted_down(jnp.where(fires, params.reload, sub.reload)),
    )
    next_shot = turned(arrivals.next_shot, new.any(), 0, _NUM_SHOTS)
    return sub, shots, arrivals.replace(next_shot=next_shot)


def flown(shots: Shots) -> Shots:
    """The player's shots one cell on."""
    x = jnp.where(shots.right, shots.x + 1, shots.x - 1)
    return shots.replace(here=shots.here & (x >= 0) & (x < SIZE), x=x)


def shot_down(
    swimmers: Swimmers, shots: Shots, arrivals: Arrivals
) -> tuple[Swimmers, Shots, jax.Array]:
    """Every shot takes one enemy where it is: a fish rather, and the one that came first."""

    def target(met: jax.Array) -> jax.Array:
        return slots.first(slots.either(met & ~swimmers.armed, met), arrivals.next_enemy)

    return removed(swimmers, shots, swimmers.here & _ENEMIES, target)


def swum_into(
    swimmers: Swimmers, shots: Shots, moved: jax.Array, arrivals: Arrivals
) -> tuple[Swimmers, Shots, jax.Array]:
    """Every shot takes one enemy that moved into it: one that is armed rather, and the latest."""

    def target(met: jax.Array) -> jax.Array:
        return slots.last(slots.either(met & swimmers.armed, met), arrivals.next_enemy)

    return removed(swimmers, shots, swimmers.here & _ENEMIES & moved, target)


def removed(
    swimmers: Swimmers,
    shots: Shots,
    targets: jax.Array,
    target: Callable[[jax.Array], jax.Array],
) -> tuple[Swimmers, Shots, jax.Array]:
    """Removes the shots that meet one of the targets, and what `target` picks of those they meet.

    No two shots are in one cell. Returns the swimmers and the shots that are left, and how many of
    each went, int32.
    """
    same_cell = slots.equal(swimmers.x, shots.x) & slots.equal(swimmers.y, shots.y)
    met = settled(jnp.where(shots.here, targets & same_cell, np.uint32(0)))
    gone = jax.lax.reduce_or(target(met), (0,))
    hits = met != 0
    left = swimmers.replace(here=swimmers.here & ~gone)
    return left, shots.replace(here=shots.here & ~hits), jnp.sum(hits, dtype=jnp.int32)


def swum(
    swimmers: Swimmers,
    arrivals: Arrivals,
    sub: Submarine,
    difficulty: Difficulty,
    params: Params,
) -> tuple[Swimmers, jax.Array, Submarine]:
    """Swimmers whose time has come move one cell on; off the board they are gone.

    Divers come on board where the submarine is, before or after their move, the newest first, while
    there is room. Returns the swimmers, which of them moved, and the submarine.
    """
    moves = settled(swimmers.here & slots.equal(swimmers.rest, 0))
    x = slots.stepped(swimmers.x, moves, ~swimmers.right)
    here = swimmers.here & ~(slots.equal(x, SIZE) | slots.equal(x, 15))  # 15: left of 0
    rest = slots.stepped(swimmers.rest, swimmers.here & ~moves, swimmers.here)
    rest = slots.put(rest, moves & _ENEMIES, difficulty.rest)
    rest = slots.put(rest, moves & ~_ENEMIES, params.diver_rest)

    at_sub = slots.equal(swimmers.x, sub.x) | slots.equal(x, sub.x)
    found = swimmers.here & ~_ENEMIES & at_sub & slots.equal(swimmers.y, sub.y)
    newest = slots.last(found, arrivals.next_diver)
    room = _MAX_ON_BOARD - sub.divers
    boards = settled(slots.when(room > 0, newest) | slots.when(room > 1, found))
    num_boarding = jax.lax.population_count(boards).astype(jnp.int32)
    after = swimmers.replace(here=here & ~boards, x=x, rest=rest)
    return after, moves, sub.replace(divers=sub.divers + num_boarding)


def touched(swimmers: Swimmers, sub: Submarine) -> jax.Array:
    """Whether an enemy is where the front of the submarine is."""
    at_sub = slots.equal(swimmers.x, sub.x) & slots.equal(swimmers.y, sub.y)
    return (swimmers.here & _ENEMIES & at_sub) != 0


def fired(
    before: Swimmers, swimmers: Swimmers, torpedoes: Torpedoes, params: Params
) -> tuple[Swimmers, Torpedoes]:
    """Submarines that are ready shoot from where they have moved, unless that is off the board."""
    ready = settled(before.here & _ENEMIES & before.armed & slots.equal(before.reload, 0))
    reload = slots.stepped(before.reload, before.here & ~ready, before.here)
    reload = slots.put(reload, ready, params.enemy_reload)
    new = ready & swimmers.here & ~torpedoes.here
    x = slots.chosen(new, swimmers.x, torpedoes.x)
    return swimmers.replace(reload=reload), Torpedoes(here=torpedoes.here | new, x=x)


def launched(
    torpedoes: Torpedoes, swimmers: Swimmers, sub: Submarine
) -> tuple[Torpedoes, jax.Array]:
    """The torpedoes one cell on, and whether one was or is where the submarine's front is."""
    x = slots.stepped(torpedoes.x, torpedoes.here, ~swimmers.right)
    here = torpedoes.here & ~(slots.equal(x, SIZE) | slots.equal(x, 15))
    at_sub = slots.equal(torpedoes.x, sub.x) | slots.equal(x, sub.x)
    sunk = (torpedoes.here & at_sub & slots.equal(swimmers.y, sub.y)) != 0
    return Torpedoes(here=here, x=x), sunk


def breathed(
    sub: Submarine, difficulty: Difficulty, params: Params
) -> tuple[Submarine, Difficulty, jax.Array, jax.Array]:
    """Oxygen runs down under water; surfacing costs a diver and fills it up.

    Returns the submarine, the difficulty, the reward (int32) and whether the game is lost: for want
    of oxygen, or because it surfaced without a diver.
    """
    under = sub.y > 0
    surfaces = ~under & ~sub.surfaced
    comes_up = surfaces & (sub.divers != 0)
    full = comes_up & (sub.divers == _MAX_ON_BOARD)
    debt = jnp.asarray(params.owes_diver).astype(jnp.int32)
    handed_in = jnp.where(full, _MAX_ON_BOARD + debt, comes_up.astype(jnp.int32))
    reward = jnp.where(full, sub.oxygen * SIZE // params.max_oxygen, 0)
    oxygen = jnp.where(comes_up, params.max_oxygen, sub.oxygen - under.astype(jnp.int32))
    after = sub.replace(
        oxygen=oxygen,
        divers=sub.divers - handed_in,
        surfaced=~under & (sub.surfaced | comes_up),
    )
    lost = (sub.oxygen <= 0) | (surfaces & (sub.divers == 0))
    return after, ramped(difficulty, comes_up & params.ramping), reward, lost


def ramped(now: Difficulty, due: jax.Array) -> Difficulty:
    """Where due, enemies come a step earlier, to 1, and every second time rest less, to 2."""
    due &= (now.spawn_interval > 1) | (now.rest > 2)
    faster_spawns = due & (now.spawn_interval > 1)
    faster_moves = due & (now.rest > 2) & (now.level % 2 == 1)
    return Difficulty(
        spawn_interval=now.spawn_interval - faster_spawns.astype(jnp.int32),
        rest=now.rest - faster_moves.astype(jnp.int32),
        level=now.level + due.astype(jnp.int32),
    )


# -- small things --------------------------------------------------------------------------------


def turned(index: jax.Array, taken: jax.Array, first: int, num: int) -> jax.Array:
    """The slot that is next once this one is taken, of `num` from `first` on."""
    following = index + taken.astype(jnp.int32)
    return jnp.where(following == first + num, first, following)


def counted_down(timer: jax.Array) -> jax.Array:
    """One less, down to 0."""
    return jnp.maximum(timer - 1, 0)
