"""Seaquest's rules: the parts of a step, in their order."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.minatar import _slots as slots
from jaxenvs.envs.minatar._game import DOWN, FIRE, LEFT, RIGHT, SIZE, UP
from jaxenvs.envs.minatar._seaquest_state import (
    ENEMIES,
    LAST_ROW,
    MAX_ON_BOARD,
    NUM_DIVERS,
    NUM_ENEMIES,
    NUM_SHOTS,
    Arrival,
    Arrivals,
    Difficulty,
    Draws,
    Params,
    Shots,
    State,
    Submarine,
    Swimmers,
    Torpedoes,
)
from jaxenvs.fusion import settled


def arrived(state: State, draws: Draws, params: Params) -> tuple[Swimmers, Arrivals]:
    """An enemy and a diver come when it is time.

    The enemy does not if one in its row swims the other way.
    """
    swimmers, arrivals = state.swimmers, state.arrivals
    taken = swimmers.here | state.torpedoes.here
    enemy_due = arrivals.enemy_timer == 0
    diver_due = arrivals.diver_timer == 0
    in_row = swimmers.here & ENEMIES & slots.equal(swimmers.y, draws.enemy.row)
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
        next_diver=turned(arrivals.next_diver, diver != 0, NUM_ENEMIES, NUM_DIVERS),
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
    new = fires & ~shots.here & (np.arange(NUM_SHOTS, dtype=np.int32) == arrivals.next_shot)
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
        y=jnp.clip(sub.y + down, 0, LAST_ROW),
        right=jnp.where(aside == 0, sub.right, aside == 1),
        reload=counted_down(jnp.where(fires, params.reload, sub.reload)),
    )
    next_shot = turned(arrivals.next_shot, new.any(), 0, NUM_SHOTS)
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

    return removed(swimmers, shots, swimmers.here & ENEMIES, target)


def swum_into(
    swimmers: Swimmers, shots: Shots, moved: jax.Array, arrivals: Arrivals
) -> tuple[Swimmers, Shots, jax.Array]:
    """Every shot takes one enemy that moved into it: one that is armed rather, and the latest."""

    def target(met: jax.Array) -> jax.Array:
        return slots.last(slots.either(met & swimmers.armed, met), arrivals.next_enemy)

    return removed(swimmers, shots, swimmers.here & ENEMIES & moved, target)


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
    rest = slots.put(rest, moves & ENEMIES, difficulty.rest)
    rest = slots.put(rest, moves & ~ENEMIES, params.diver_rest)

    at_sub = slots.equal(swimmers.x, sub.x) | slots.equal(x, sub.x)
    found = swimmers.here & ~ENEMIES & at_sub & slots.equal(swimmers.y, sub.y)
    newest = slots.last(found, arrivals.next_diver)
    room = MAX_ON_BOARD - sub.divers
    boards = settled(slots.when(room > 0, newest) | slots.when(room > 1, found))
    num_boarding = jax.lax.population_count(boards).astype(jnp.int32)
    after = swimmers.replace(here=here & ~boards, x=x, rest=rest)
    return after, moves, sub.replace(divers=sub.divers + num_boarding)


def touched(swimmers: Swimmers, sub: Submarine) -> jax.Array:
    """Whether an enemy is where the front of the submarine is."""
    at_sub = slots.equal(swimmers.x, sub.x) & slots.equal(swimmers.y, sub.y)
    return (swimmers.here & ENEMIES & at_sub) != 0


def fired(
    before: Swimmers, swimmers: Swimmers, torpedoes: Torpedoes, params: Params
) -> tuple[Swimmers, Torpedoes]:
    """Submarines that are ready shoot from where they have moved, unless that is off the board."""
    ready = settled(before.here & ENEMIES & before.armed & slots.equal(before.reload, 0))
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
    full = comes_up & (sub.divers == MAX_ON_BOARD)
    debt = jnp.asarray(params.owes_diver).astype(jnp.int32)
    handed_in = jnp.where(full, MAX_ON_BOARD + debt, comes_up.astype(jnp.int32))
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
