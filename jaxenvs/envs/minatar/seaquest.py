"""Seaquest: a submarine picks up divers and shoots fish and enemy submarines while its air runs
out.

Source: MinAtar 1.0.15 (Young & Tian, "MinAtar: an Atari-inspired testbed for thorough and
reproducible reinforcement learning experiments", 2019). Written from its rules; compared with it in
tests/parity. Differs from it in: what `jaxenvs.envs.minatar.game` says of sticky actions.

How many things there can be, with MinAtar's numbers. What moves every m + 1 steps, the first time m
steps after the one in which it came, is there after 10 m + 9 steps and leaves in the next.
- Enemies: one comes in a step at most, and only after 19 surfacings in every step; m is 2 from the
  sixth surfacing on. So 29 are there after a step, and one more within it. Before that m is at most
  5 and 14 or more steps lie between two of them, so they are fewer: at most 59 / 14, rounded up.
- Divers: one comes every 30 steps, m is 5: two.
- The player's shots: one every 5 steps, seen after 9 steps at most: two.
The slots of each kind are used in turn, which keeps them in the order in which they came. With
params that make more of them, a thing whose slot is taken does not come; the fields make room.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import bitmap, game
from jaxenvs.envs.minatar.bitmap import Bitmap
from jaxenvs.envs.minatar.game import DOWN, FIRE, LEFT, NOOP, RIGHT, SIZE, UP

_MAX_DIVERS = 6
_LAST_ROW = 8  # of the sea; row 9 shows the gauges
_CELLS = np.arange(SIZE * SIZE, dtype=np.int32)


class Submarine(game.PyTree):
    """The player."""

    x: jax.Array  # () int32, column of its front
    y: jax.Array  # () int32, row, 0 to 8: 0 is the surface
    right: jax.Array  # () bool, where it heads; its back is the cell behind
    oxygen: jax.Array  # () int32, steps it can stay under water
    divers: (
        jax.Array
    )  # () int32, on board, up to 6; MinAtar owes one below 0, see `Params.owes_diver`
    surfaced: jax.Array  # () bool, it was at the surface already
    shot_timer: jax.Array  # () int32, steps until it can shoot


class Shots(game.PyTree):
    """The player's shots, in slots."""

    here: jax.Array  # (shot_slots,) bool; the other fields tell of those that are here
    right: jax.Array  # (shot_slots,) bool, where it flies
    x: jax.Array  # (shot_slots,) int8, column
    y: jax.Array  # (shot_slots,) int8, row
    next_slot: jax.Array  # () int32


class Divers(game.PyTree):
    """Divers in the water, in slots."""

    here: jax.Array  # (diver_slots,) bool
    right: jax.Array  # (diver_slots,) bool, where it swims
    x: jax.Array  # (diver_slots,) int8, column
    y: jax.Array  # (diver_slots,) int8, row
    move_timer: jax.Array  # (diver_slots,) int16, steps until it moves
    next_slot: jax.Array  # () int32
    spawn_timer: jax.Array  # () int32, steps until one comes


class Enemies(game.PyTree):
    """Fish and submarines, in slots."""

    here: jax.Array  # (enemy_slots,) bool
    shoots: jax.Array  # (enemy_slots,) bool, it is a submarine, not a fish
    right: jax.Array  # (enemy_slots,) bool, where it swims
    x: jax.Array  # (enemy_slots,) int8, column
    y: jax.Array  # (enemy_slots,) int8, row
    move_timer: jax.Array  # (enemy_slots,) int16, steps until it moves
    shot_timer: jax.Array  # (enemy_slots,) int16, steps until it shoots
    next_slot: jax.Array  # () int32
    spawn_timer: jax.Array  # () int32, steps until one comes


class Torpedoes(game.PyTree):
    """What enemies shot, by direction. Two in one cell stay together for good and count as one."""

    right: Bitmap
    left: Bitmap


class Difficulty(game.PyTree):
    """How fast enemies come and move."""

    spawn_interval: jax.Array  # () int32, steps between two enemies
    move_interval: jax.Array  # () int32, steps an enemy rests between two moves
    level: jax.Array  # () int32, how often it got harder


class State(game.State):
    """The sea and all in it."""

    sub: Submarine
    shots: Shots
    divers: Divers
    enemies: Enemies
    torpedoes: Torpedoes
    difficulty: Difficulty


class Params(game.Params):
    """MinAtar's constants."""

    max_oxygen: int = 200  # steps under water
    spawn_interval: int = 20  # steps between two enemies, at the start
    move_interval: int = 5  # steps an enemy rests between two moves, at the start
    enemy_shot_interval: int = 10  # steps an enemy submarine waits between two shots
    sub_prob: float = 1 / 3  # chance that an enemy is a submarine
    diver_spawn_interval: int = 30  # steps between two divers
    diver_move_interval: int = 5  # steps a diver rests between two moves
    shot_interval: int = 5  # steps between two shots of the player
    ramping: bool = True  # whether each surfacing makes it harder
    owes_diver: bool = True  # handing in six divers leaves -1, as in MinAtar, in place of 0


class Arrival(game.PyTree):
    """Where a new thing comes into view."""

    from_left: jax.Array  # () bool
    row: jax.Array  # () int32, 1 to 8


class Draws(game.Draws):
    """The random choices of one step."""

    enemy: Arrival
    enemy_shoots: jax.Array  # () bool, the enemy is a submarine
    diver: Arrival


class Seaquest(game.Game[State, Params, Draws]):
    """Actions: 0 stay, 1 left, 2 up, 3 right, 4 down, 5 shoot.

    Observation `(10, 10, 10)`: the submarine's front and back, its shots, the trail of what swims,
    the enemies' shots, fish, enemy submarines, oxygen gauge, gauge of divers on board, divers.
    Reward: 1 for an enemy shot; for surfacing with six divers, the cells of the oxygen gauge. Ends
    when an enemy or its shot touches the submarine's front, when the oxygen is used up, or on
    surfacing without a diver.
    """

    enemy_slots: int = 30
    diver_slots: int = 2
    shot_slots: int = 2

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
        return start(self, params)

    def draw(self, key: jax.Array, params: Params) -> Draws:
        words = jax.random.bits(key, (4,), jnp.uint32)
        enemy, diver = (
            Arrival(from_left=game.coin(word), row=1 + game.pick(word, _LAST_ROW))
            for word in (words[1], words[2])
        )
        return Draws(
            repeats=game.chance(words[0], params.sticky_action_prob),
            enemy=enemy,
            enemy_shoots=game.chance(words[3], params.sub_prob),
            diver=diver,
        )

    def rules(
        self, state: State, action: jax.Array, draws: Draws, params: Params
    ) -> tuple[State, jax.Array]:
        enemies = with_enemy(state.enemies, draws, state.difficulty, params)
        divers = with_diver(state.divers, draws.diver, params)
        sub, shots = acted(state.sub, state.shots, action, params)

        enemies, shots, kills = shot_down(enemies, flown(shots))
        divers, num_found = rescued(divers, sub, params)
        sub = sub.replace(divers=sub.divers + num_found)
        rammed = touches(enemies, sub)
        enemies, torpedoes, moved = swum(enemies, state.torpedoes, state.difficulty, params)
        rammed |= touches(enemies, sub)
        enemies, shots, more_kills = swum_into(enemies, shots, moved)
        torpedoes, sunk = launched(torpedoes, sub)
        sub, difficulty, reward, lost = breathed(sub, state.difficulty, params)

        after = state.replace(
            sub=sub,
            shots=shots,
            divers=divers,
            enemies=enemies,
            torpedoes=torpedoes,
            difficulty=difficulty,
            terminal=rammed | sunk | lost,
        )
        return after, reward + kills + more_kills

    def observe(self, state: State, params: Params) -> jax.Array:
        sub, enemies, divers = state.sub, state.enemies, state.divers
        trails = bitmap.covered(enemies.here, enemies.y, behind(enemies.x, enemies.right))
        trails |= bitmap.covered(divers.here, divers.y, behind(divers.x, divers.right))
        layers = {
            "friendly_bullet": bitmap.covered(state.shots.here, state.shots.y, state.shots.x),
            "trail": trails,
            "enemy_bullet": state.torpedoes.right | state.torpedoes.left,
            "enemy_fish": bitmap.covered(enemies.here & ~enemies.shoots, enemies.y, enemies.x),
            "enemy_sub": bitmap.covered(enemies.here & enemies.shoots, enemies.y, enemies.x),
            "diver": bitmap.covered(divers.here, divers.y, divers.x),
        }
        front = sub.y * SIZE + sub.x
        gauges = _CELLS - (SIZE - 1) * SIZE  # the column, in the gauges' row
        oxygen = jnp.maximum(sub.oxygen, 0) * SIZE // params.max_oxygen
        shown = {name: bitmap.by_cell(cells) for name, cells in layers.items()} | {
            "sub_front": front == _CELLS,
            "sub_back": behind(front, sub.right) == _CELLS,
            "oxygen_gauge": (gauges >= 0) & (gauges < oxygen),
            "diver_gauge": (gauges >= SIZE - 1 - sub.divers) & (gauges >= 0) & (gauges < SIZE - 1),
        }
        words = jnp.zeros(SIZE * SIZE, jnp.uint32)
        for channel, name in enumerate(self.channels):
            words |= game.show(channel, shown[name])
        return game.spelled(words, len(self.channels), self.dtype)


def start(env: Seaquest, params: Params) -> State:
    """The opening: at the surface, with full oxygen and an empty sea."""
    nothing = bitmap.bitmap(np.zeros((SIZE, SIZE), np.bool_))
    zero, no = jnp.int32(0), jnp.bool_(False)
    slots = {
        num: {
            "here": jnp.zeros(num, jnp.bool_),
            "right": jnp.zeros(num, jnp.bool_),
            "x": jnp.zeros(num, jnp.int8),
            "y": jnp.zeros(num, jnp.int8),
            "next_slot": zero,
        }
        for num in (env.enemy_slots, env.diver_slots, env.shot_slots)
    }
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
            shot_timer=zero,
        ),
        shots=Shots(**slots[env.shot_slots]),
        divers=Divers(
            **slots[env.diver_slots],
            move_timer=jnp.zeros(env.diver_slots, jnp.int16),
            spawn_timer=jnp.asarray(params.diver_spawn_interval, jnp.int32),
        ),
        enemies=Enemies(
            **slots[env.enemy_slots],
            shoots=jnp.zeros(env.enemy_slots, jnp.bool_),
            move_timer=jnp.zeros(env.enemy_slots, jnp.int16),
            shot_timer=jnp.zeros(env.enemy_slots, jnp.int16),
            spawn_timer=spawn_interval,
        ),
        torpedoes=Torpedoes(right=nothing, left=nothing),
        difficulty=Difficulty(
            spawn_interval=spawn_interval,
            move_interval=jnp.asarray(params.move_interval, jnp.int32),
            level=zero,
        ),
    )


# -- slots ---------------------------------------------------------------------------------------


def free_slot(things: Shots | Divers | Enemies) -> jax.Array:
    """The slot whose turn it is, `(slots,)` bool; none where it is taken."""
    return (np.arange(things.here.shape[0], dtype=np.int32) == things.next_slot) & ~things.here


def turned(next_slot: jax.Array, new: jax.Array) -> jax.Array:
    """The slot whose turn it is once those in `new` are taken."""
    following = next_slot + jnp.any(new).astype(jnp.int32)
    return jnp.where(following == new.shape[0], 0, following)


def ages(things: Divers | Enemies) -> jax.Array:
    """How many came after each thing, at least: `(slots,)` int32, 0 for the newest."""
    num = things.here.shape[0]
    age = things.next_slot - 1 - np.arange(num, dtype=np.int32)
    return jnp.where(age < 0, age + num, age)


def arrived(arrival: Arrival, new: jax.Array, things: Divers | Enemies) -> dict[str, jax.Array]:
    """The fields of a thing's slot that say where it is, with one come into view in `new`."""
    side = jnp.where(arrival.from_left, np.int8(0), np.int8(SIZE - 1))
    return {
        "here": things.here | new,
        "right": jnp.where(new, arrival.from_left, things.right),
        "x": jnp.where(new, side, things.x),
        "y": jnp.where(new, arrival.row.astype(jnp.int8), things.y),
        "next_slot": turned(things.next_slot, new),
    }


def behind(x: jax.Array, right: jax.Array) -> jax.Array:
    """The cell behind one that heads to the right or else to the left."""
    one = x.dtype.type(1)
    return jnp.where(right, x - one, x + one)


def ahead(x: jax.Array, right: jax.Array) -> jax.Array:
    """The cell ahead."""
    return behind(x, ~right)


def on_board(x: jax.Array) -> jax.Array:
    """Whether a column is one of the board's."""
    return (x >= 0) & (x < SIZE)


def counted_down(timer: jax.Array) -> jax.Array:
    """One less, down to 0."""
    return jnp.maximum(timer - timer.dtype.type(1), timer.dtype.type(0))


# -- the parts of a step, in their order ---------------------------------------------------------


def with_enemy(enemies: Enemies, draws: Draws, difficulty: Difficulty, params: Params) -> Enemies:
    """An enemy comes when it is time, unless one in its row swims the other way."""
    due = enemies.spawn_timer == 0
    in_row = enemies.here & (enemies.y == draws.enemy.row.astype(jnp.int8))
    blocked = jnp.any(in_row & (enemies.right != draws.enemy.from_left))
    new = free_slot(enemies) & due & ~blocked
    move_timer = difficulty.move_interval.astype(jnp.int16)
    shot_timer = jnp.asarray(params.enemy_shot_interval).astype(jnp.int16)
    return Enemies(
        **arrived(draws.enemy, new, enemies),
        shoots=jnp.where(new, draws.enemy_shoots, enemies.shoots),
        move_timer=jnp.where(new, move_timer, enemies.move_timer),
        shot_timer=jnp.where(new, shot_timer, enemies.shot_timer),
        spawn_timer=counted_down(jnp.where(due, difficulty.spawn_interval, enemies.spawn_timer)),
    )


def with_diver(divers: Divers, arrival: Arrival, params: Params) -> Divers:
    """A diver comes when it is time."""
    due = divers.spawn_timer == 0
    new = free_slot(divers) & due
    move_timer = jnp.asarray(params.diver_move_interval).astype(jnp.int16)
    return Divers(
        **arrived(arrival, new, divers),
        move_timer=jnp.where(new, move_timer, divers.move_timer),
        spawn_timer=counted_down(jnp.where(due, params.diver_spawn_interval, divers.spawn_timer)),
    )


def acted(
    sub: Submarine, shots: Shots, action: jax.Array, params: Params
) -> tuple[Submarine, Shots]:
    """The player moves or shoots."""
    fires = (action == FIRE) & (sub.shot_timer == 0)
    new = free_slot(shots) & fires
    shots = Shots(
        here=shots.here | new,
        right=jnp.where(new, sub.right, shots.right),
        x=jnp.where(new, sub.x.astype(jnp.int8), shots.x),
        y=jnp.where(new, sub.y.astype(jnp.int8), shots.y),
        next_slot=turned(shots.next_slot, new),
    )
    aside = (action == RIGHT).astype(jnp.int32) - (action == LEFT).astype(jnp.int32)
    down = (action == DOWN).astype(jnp.int32) - (action == UP).astype(jnp.int32)
    moved = sub.replace(
        x=jnp.clip(sub.x + aside, 0, SIZE - 1),
        y=jnp.clip(sub.y + down, 0, _LAST_ROW),
        right=jnp.where(aside == 0, sub.right, aside == 1),
        shot_timer=counted_down(jnp.where(fires, params.shot_interval, sub.shot_timer)),
    )
    return moved, shots


def flown(shots: Shots) -> Shots:
    """The player's shots one cell on."""
    x = ahead(shots.x, shots.right)
    return shots.replace(here=shots.here & on_board(x), x=x)


def shot_down(enemies: Enemies, shots: Shots) -> tuple[Enemies, Shots, jax.Array]:
    """Every shot takes one enemy where it is: fish first, then the one that came first."""
    num = enemies.here.shape[0]
    priority = ages(enemies) + jnp.where(enemies.shoots, 0, num)
    return removed(enemies, shots, enemies.here, priority)


def removed(
    enemies: Enemies, shots: Shots, targets: jax.Array, priority: jax.Array
) -> tuple[Enemies, Shots, jax.Array]:
    """Removes every shot that meets a target, and the target of the highest priority with it.

    Args:
      enemies: all of them.
      shots: all of them, in different cells.
      targets: `(enemy_slots,)` bool, the enemies that can be met.
      priority: `(enemy_slots,)` int32, distinct, at least 0.

    Returns:
      The enemies and the shots that are left, and how many of each went, int32.
    """
    same_cell = (enemies.x[:, None] == shots.x) & (enemies.y[:, None] == shots.y)
    meet = same_cell & targets[:, None] & shots.here
    first = jnp.max(jnp.where(meet, priority[:, None], -1), axis=0)
    gone = jnp.any(meet & (priority[:, None] == first), axis=1)
    used = first >= 0
    left = enemies.replace(here=enemies.here & ~gone)
    return left, shots.replace(here=shots.here & ~used), jnp.sum(used, dtype=jnp.int32)


def rescued(divers: Divers, sub: Submarine, params: Params) -> tuple[Divers, jax.Array]:
    """Divers come on board where the submarine is, the newest first while there is room; others
    move.

    Returns the divers in the water and how many came on board, int32.
    """
    moves = divers.here & (divers.move_timer == 0)
    x = jnp.where(moves, ahead(divers.x, divers.right), divers.x)
    rest = jnp.asarray(params.diver_move_interval).astype(jnp.int16)
    in_row = divers.here & (divers.y == sub.y.astype(jnp.int8))
    found = in_row & ((divers.x == sub.x.astype(jnp.int8)) | (x == sub.x.astype(jnp.int8)))
    age = ages(divers)
    num_newer = jnp.sum(found & (age < age[:, None]), axis=1, dtype=jnp.int32)
    boards = found & (sub.divers + num_newer < _MAX_DIVERS)
    left = divers.replace(
        here=divers.here & ~boards & on_board(x),
        x=x,
        move_timer=jnp.where(moves, rest, counted_down(divers.move_timer)),
    )
    return left, jnp.sum(boards, dtype=jnp.int32)


def touches(enemies: Enemies, sub: Submarine) -> jax.Array:
    """Whether an enemy is where the front of the submarine is."""
    same_cell = (enemies.x == sub.x.astype(jnp.int8)) & (enemies.y == sub.y.astype(jnp.int8))
    return jnp.any(enemies.here & same_cell)


def swum(
    enemies: Enemies, torpedoes: Torpedoes, difficulty: Difficulty, params: Params
) -> tuple[Enemies, Torpedoes, jax.Array]:
    """Enemies whose time has come move, and then submarines whose time has come shoot.

    Returns them, what they shot with what was there, and who moved, `(enemy_slots,)` bool.
    """
    moves = enemies.here & (enemies.move_timer == 0)
    rest = difficulty.move_interval.astype(jnp.int16)
    pause = jnp.asarray(params.enemy_shot_interval).astype(jnp.int16)
    x = jnp.where(moves, ahead(enemies.x, enemies.right), enemies.x)
    fires = enemies.here & enemies.shoots & (enemies.shot_timer == 0)
    # One that leaves the board in this step shoots too, past the edge.
    torpedoes = Torpedoes(
        right=torpedoes.right | bitmap.covered(fires & enemies.right, enemies.y, x),
        left=torpedoes.left | bitmap.covered(fires & ~enemies.right, enemies.y, x),
    )
    after = enemies.replace(
        here=enemies.here & on_board(x),
        x=x,
        move_timer=jnp.where(moves, rest, counted_down(enemies.move_timer)),
        shot_timer=jnp.where(fires, pause, counted_down(enemies.shot_timer)),
    )
    return after, torpedoes, moves


def swum_into(enemies: Enemies, shots: Shots, moved: jax.Array) -> tuple[Enemies, Shots, jax.Array]:
    """Enemies that moved into a shot: of several the submarines first, then the one that came last."""
    num = enemies.here.shape[0]
    priority = num - 1 - ages(enemies) + jnp.where(enemies.shoots, num, 0)
    return removed(enemies, shots, enemies.here & moved, priority)


def launched(torpedoes: Torpedoes, sub: Submarine) -> tuple[Torpedoes, jax.Array]:
    """The enemies' shots one cell on, and whether one was or is where the submarine's front is."""
    before = bitmap.at(torpedoes.right | torpedoes.left, sub.y, sub.x)
    after = Torpedoes(right=bitmap.right(torpedoes.right), left=bitmap.left(torpedoes.left))
    return after, before | bitmap.at(after.right | after.left, sub.y, sub.x)


def breathed(
    sub: Submarine, difficulty: Difficulty, params: Params
) -> tuple[Submarine, Difficulty, jax.Array, jax.Array]:
    """Oxygen runs down under water; surfacing costs a diver and fills it up.

    Returns the submarine, the difficulty, the reward (int32) and whether the game is lost: for want of
    oxygen, or because it surfaced without a diver.
    """
    under = sub.y > 0
    surfaces = ~under & ~sub.surfaced
    comes_up = surfaces & (sub.divers != 0)
    full = comes_up & (sub.divers == _MAX_DIVERS)
    debt = jnp.asarray(params.owes_diver).astype(jnp.int32)
    handed_in = jnp.where(full, _MAX_DIVERS + debt, comes_up.astype(jnp.int32))
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
    """A spawn interval shorter by one where due, down to 1; a move interval, down to 2, every second time."""
    due &= (now.spawn_interval > 1) | (now.move_interval > 2)
    faster_spawns = due & (now.spawn_interval > 1)
    faster_moves = due & (now.move_interval > 2) & (now.level % 2 == 1)
    return Difficulty(
        spawn_interval=now.spawn_interval - faster_spawns.astype(jnp.int32),
        move_interval=now.move_interval - faster_moves.astype(jnp.int32),
        level=now.level + due.astype(jnp.int32),
    )
