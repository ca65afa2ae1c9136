"""The kitchen as numbers that describe it, as the original's `featurize_state`.

Where the nearest things are depends on a cook's place and direction alone, because the original's
planner does not look at what lies on counters: it is looked up in tables. An observation is the
viewer's numbers, then the others', the ways to the others, and her place. The numbers of a cook:
her direction (4), what she holds (onion, soup, dish, tomato), the ways to the nearest onions,
tomatoes, dishes and soup (0, 0 for what she holds or cannot reach), the onions and tomatoes of that
soup, the ways to the serving place and a free counter, ten numbers for each of the nearest pots
(whether there is one, it is empty, full, cooking, ready; its onions, its tomatoes, the steps it has
to cook; the way), and whether something stands beside her (4).
"""

import collections
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.overcooked import _cooking as cooking
from jaxenvs.envs.overcooked._kitchens import MOST_INGREDIENTS
from jaxenvs.envs.overcooked._layouts import FLOOR, Layout
from jaxenvs.envs.overcooked._state import DISH, ONION, SOUP, TOMATO, State, is_soup

_PER_POT = 10


def size(num_cooks: int, num_pots: int) -> int:
    """96 for two cooks and two pots."""
    return num_cooks * (26 + _PER_POT * num_pots) + 2 * num_cooks


def observe(state: State, layout: Layout, params: Any, num_pots: int) -> jax.Array:
    """`(num_agents, size)` float32."""
    num_cooks = len(layout.cooks)
    own = _numbers(state, layout, params, num_pots)
    place = state.place.astype(jnp.int32)
    position = jnp.stack([place // layout.height, place % layout.height], axis=1)
    position = position.astype(jnp.float32)
    views = []
    for viewer in range(num_cooks):
        others = np.array([i for i in range(num_cooks) if i != viewer], np.int32)
        ways = (position[others] - position[viewer]).reshape(-1)
        parts = [own[viewer], own[others].reshape(-1), ways, position[viewer]]
        views.append(jnp.concatenate(parts))
    return jnp.stack(views)


def _numbers(state: State, layout: Layout, params: Any, num_pots: int) -> jax.Array:
    """`(num_agents, 26 + 10 * num_pots)`: each cook's own."""
    tables = _tables(layout, num_pots)
    place, look = state.place.astype(jnp.int32), state.direction.astype(jnp.int32)
    held = state.held[:, None]
    soup = is_soup(held)
    holds = jnp.concatenate([held == ONION, soup, held == DISH, held == TOMATO], axis=1)
    ways = jnp.asarray(tables.ways)[place, look]  # [cooks, 4, 2]
    needs = jnp.concatenate([held == thing for thing in (ONION, TOMATO, DISH)], axis=1)
    near = jnp.where(needs[:, :, None], np.float32(0), ways[:, :3])
    recipe = jnp.where(soup, held - np.uint8(SOUP), np.uint8(0))
    nowhere = jnp.zeros((len(layout.cooks), 2), jnp.float32)
    parts = [
        state.direction[:, None] == np.arange(4, dtype=np.uint8),
        holds,
        near.reshape(-1, 6),
        nowhere,  # the nearest soup, which is held or not found
        recipe >> np.uint8(2),
        recipe & np.uint8(3),
        ways[:, 3],
        nowhere,  # free counters, which are not looked for
        _pots(state, layout, params, tables, place, look),
        jnp.asarray(tables.walls)[place],
    ]
    return jnp.concatenate([part.astype(jnp.float32) for part in parts], axis=1)


def _pots(
    state: State, layout: Layout, params: Any, tables: "_Tables", place: jax.Array, look: jax.Array
) -> jax.Array:
    """`(num_agents, 10 * num_pots)`: the nearest pots of each cook."""
    pots = state.pots
    begun, ready = pots.tick >= 0, cooking.is_ready(pots, params)
    left = cooking.cook_time(pots, params) - pots.tick.astype(jnp.int32)
    columns = [
        jnp.ones_like(begun),
        pots.size == 0,
        begun | (pots.size == MOST_INGREDIENTS),
        begun & ~ready,
        ready,
        pots.onions,
        pots.tomatoes,
        jnp.where(begun, jnp.maximum(left, 0), 0),
    ]
    facts = jnp.stack([column.astype(jnp.float32) for column in columns], axis=1)
    none = jnp.zeros((1, facts.shape[1]), jnp.float32)
    order = jnp.asarray(tables.pots)[place, look]  # [cooks, pots seen]; beyond the last: no pot
    seen = jnp.concatenate([facts, none])[order]
    ways = jnp.asarray(tables.pot_ways)[place, look]
    return jnp.concatenate([seen, ways], axis=2).reshape(len(layout.cooks), -1)


# -- tables --------------------------------------------------------------------------------------


class _Tables(NamedTuple):
    """What is near each place, for each direction; of places that are no floor, nothing."""

    ways: np.ndarray  # [places, 4, 4, 2] float32, to onions, tomatoes, dishes, serving
    pots: np.ndarray  # [places, 4, pots seen] int32, nearest first; the number of pots: none
    pot_ways: np.ndarray  # [places, 4, pots seen, 2] float32
    walls: np.ndarray  # [places, 4] bool


@functools.cache
def _tables(layout: Layout, num_pots: int) -> _Tables:
    shape = (layout.num_places, 4)
    ways = np.zeros((*shape, 4, 2), np.float32)
    pots = np.full((*shape, num_pots), len(layout.pots), np.int32)
    pot_ways = np.zeros((*shape, num_pots, 2), np.float32)
    is_floor = layout.terrain == FLOOR
    steps = _steps(layout)
    walls = np.zeros(shape, np.bool_)
    goals = {place: _goals(layout, place) for place in np.flatnonzero(~is_floor).tolist()}
    for place in np.flatnonzero(is_floor).tolist():
        walls[place] = ~is_floor[place + steps]
        for look in range(4):
            cost = _costs(layout, place, look)
            for kind, sign in enumerate("OTDS"):
                near = _by_distance(layout.places(sign).tolist(), goals, cost)
                if near:
                    ways[place, look, kind] = _way(layout, place, near[0])
            near = _by_distance(layout.pots.tolist(), goals, cost)[:num_pots]
            for seen, pot in enumerate(near):
                pots[place, look, seen] = layout.pots.tolist().index(pot)
                pot_ways[place, look, seen] = _way(layout, place, pot)
    return _Tables(ways, pots, pot_ways, walls)


def _steps(layout: Layout) -> np.ndarray:
    return np.array([-1, 1, layout.height, -layout.height])


def _way(layout: Layout, start: int, end: int) -> tuple[int, int]:
    """Columns and rows from one place to another."""
    (x, y), (to_x, to_y) = divmod(start, layout.height), divmod(end, layout.height)
    return to_x - x, to_y - y


def _goals(layout: Layout, place: int) -> list[tuple[int, int]]:
    """Where one can stand, and look, to use what is at a place."""
    found = []
    for look, (dx, dy) in enumerate(((0, -1), (0, 1), (1, 0), (-1, 0))):
        x, y = divmod(place, layout.height)
        x, y = x - dx, y - dy
        inside = 0 <= x < layout.width and 0 <= y < layout.height
        if inside and layout.terrain[layout.place(x, y)] == FLOOR:
            found.append((layout.place(x, y), look))
    return found


def _costs(layout: Layout, place: int, look: int) -> dict[tuple[int, int], int]:
    """Steps to each place and direction that can be reached."""
    steps, terrain = _steps(layout).tolist(), layout.terrain
    cost = {(place, look): 0}
    waiting = collections.deque(cost)
    while waiting:
        now = waiting.popleft()
        for turn, step in enumerate(steps):
            ahead = now[0] + step
            after = (ahead if terrain[ahead] == FLOOR else now[0], turn)
            if after not in cost:
                cost[after] = cost[now] + 1
                waiting.append(after)
    return cost


def _by_distance(
    places: list[int], goals: dict[int, list[tuple[int, int]]], cost: dict[tuple[int, int], int]
) -> list[int]:
    """Those that can be reached, nearest first; ties keep their order."""
    nearest = {p: min((cost[g] for g in goals[p] if g in cost), default=None) for p in places}
    found = [place for place in places if nearest[place] is not None]
    return sorted(found, key=lambda place: nearest[place] or 0)
