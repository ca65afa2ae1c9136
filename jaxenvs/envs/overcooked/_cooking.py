"""A step of the kitchen: hands first, then feet, then fire."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.overcooked._kitchens import MOST_INGREDIENTS
from jaxenvs.envs.overcooked._layouts import (
    COUNTER,
    DISHES,
    FLOOR,
    ONIONS,
    SERVING,
    TOMATOES,
    Layout,
)
from jaxenvs.envs.overcooked._state import DISH, NOTHING, ONION, SOUP, TOMATO, Pots, State, is_soup


def interact(
    state: State, acts: jax.Array, layout: Layout, params: Any, *, begin_by_hand: bool
) -> tuple[State, jax.Array, jax.Array]:
    """The state after those in `acts`, `(num_agents,)` bool, have used what is ahead of them.

    One after the other, the first cook first. Returns what each one earned and the shaped reward,
    `(num_agents,)` float32.
    """
    # As the original does, dishes are counted as they are now and pots as they were before.
    num_wanted = _pots_that_want_dishes(state.pots)
    sparse, shaped = [], []
    for cook in range(len(layout.cooks)):
        state, earned, helped = _use(
            state, cook, acts[cook], layout, params, num_wanted, begin_by_hand
        )
        sparse.append(earned)
        shaped.append(helped)
    return state, jnp.stack(sparse), jnp.stack(shaped)


def _pots_that_want_dishes(pots: Pots) -> jax.Array:
    """How many are cooking, ready, or half full, () int32."""
    some = (pots.size > 0) & (pots.size < MOST_INGREDIENTS)
    return ((pots.tick >= 0) | some).sum(dtype=jnp.int32)


def is_ready(pots: Pots, params: Any) -> jax.Array:
    """`(num_pots,)` bool, whether the soup is done."""
    return (pots.tick >= 0) & (pots.tick.astype(jnp.int32) >= cook_time(pots, params))


def cook_time(pots: Pots, params: Any) -> jax.Array:
    """`(num_pots,)` int32, steps that what is in each pot cooks."""
    return jnp.asarray(params.cook_times)[pots.recipe.astype(jnp.int32)]


def _use(
    state: State,
    cook: int,
    acts: jax.Array,
    layout: Layout,
    params: Any,
    num_wanted: jax.Array,
    begin_by_hand: bool,
) -> tuple[State, jax.Array, jax.Array]:
    """One cook uses what is ahead of her; returns what she earned and her shaped reward."""
    place, held, pots = _ahead(state, cook, layout), state.held[cook], state.pots
    terrain = jnp.asarray(layout.terrain)[place]
    here = (np.arange(layout.num_places, dtype=np.int32) == place) & acts
    item = jnp.where(here, state.items, np.uint8(0)).sum(dtype=jnp.uint8)
    is_free = held == NOTHING

    swaps = acts & (terrain == COUNTER) & (is_free != (item == NOTHING))
    takes = acts & is_free
    takes_dish = takes & (terrain == DISHES)
    serves = acts & (terrain == SERVING) & is_soup(held)

    at = (layout.pots == place) & acts
    waits = at & (pots.tick < 0)
    begins = waits & is_free & (pots.size > 0) & begin_by_hand
    adds = waits & ((held == ONION) | (held == TOMATO)) & (pots.size < MOST_INGREDIENTS)
    scoops = at & (held == DISH) & is_ready(pots, params)
    soup = jnp.where(scoops, pots.recipe, np.uint8(0)).sum(dtype=jnp.uint8) + np.uint8(SOUP)

    earned = jnp.where(serves, _worth(params)[(held % np.uint8(SOUP)).astype(jnp.int32)], 0.0)
    wanted = takes_dish & _is_dish_wanted(state, num_wanted)
    helped = (
        jnp.where(adds.any(), params.placement_reward, np.float32(0))
        + jnp.where(scoops.any(), params.soup_reward, np.float32(0))
        + jnp.where(wanted, params.dish_reward, np.float32(0))
    )

    taken = jnp.where(swaps, item, held)
    for source, thing in ((ONIONS, ONION), (TOMATOES, TOMATO), (DISHES, DISH)):
        taken = jnp.where(takes & (terrain == source), np.uint8(thing), taken)
    taken = jnp.where(adds.any() | serves, np.uint8(NOTHING), taken)
    taken = jnp.where(scoops.any(), soup, taken)

    def after(count: jax.Array, thing: int) -> jax.Array:
        count = count + (adds & (held == thing)).astype(jnp.uint8)
        return jnp.where(scoops, np.uint8(0), count)

    tick = jnp.where(begins, np.int16(0), jnp.where(scoops, np.int16(-1), pots.tick))
    state = state.replace(
        held=jnp.where(np.arange(len(layout.cooks)) == cook, taken, state.held),
        items=jnp.where(here & swaps, held, state.items),
        pots=Pots(
            onions=after(pots.onions, ONION), tomatoes=after(pots.tomatoes, TOMATO), tick=tick
        ),
    )
    return state, earned, helped


def _is_dish_wanted(state: State, num_wanted: jax.Array) -> jax.Array:
    """Whether a dish is worth a shaped reward; the original says so for two cooks alone."""
    if state.held.shape[0] != 2:
        return jnp.bool_(False)
    num_held = (state.held == DISH).sum(dtype=jnp.int32)
    return ~(state.items == DISH).any() & (num_held < num_wanted)


def _worth(params: Any) -> jax.Array:
    """`(16,)` float32, what each recipe earns."""
    times = jnp.where(jnp.asarray(params.bonus_orders), params.order_bonus, np.float32(1))
    values = jnp.asarray(params.recipe_values) * times
    return jnp.where(jnp.asarray(params.orders), values, np.float32(0))


# -- feet ----------------------------------------------------------------------------------------


def _steps(layout: Layout) -> np.ndarray:
    """`(6,)` int32, how the number of a place changes with each action."""
    return np.array([-1, 1, layout.height, -layout.height, 0, 0], np.int32)


def _ahead(state: State, cook: int, layout: Layout) -> jax.Array:
    """The place that a cook looks at, () int32."""
    step = jnp.asarray(_steps(layout))[state.direction[cook].astype(jnp.int32)]
    return state.place[cook].astype(jnp.int32) + step


def walk(state: State, action: jax.Array, layout: Layout) -> State:
    """The state after all have turned and stepped; if any two would collide, nobody steps."""
    num = len(layout.cooks)
    known = jnp.where((action >= 0) & (action < 6), action, np.int32(4))
    here = state.place.astype(jnp.int32)
    there = here + jnp.asarray(_steps(layout))[known]
    there = jnp.where(jnp.asarray(layout.terrain)[there] == FLOOR, there, here)
    others = ~np.eye(num, dtype=np.bool_)
    same = there[:, None] == there
    swap = (there[:, None] == here) & (here[:, None] == there)
    collide = ((same | swap) & others).any()
    turned = jnp.where(known < 4, known.astype(jnp.uint8), state.direction)
    return state.replace(place=jnp.where(collide, here, there).astype(jnp.uint16), direction=turned)


# -- fire ----------------------------------------------------------------------------------------


def cook(state: State, params: Any, *, begin_when_full: bool) -> State:
    """The state after a step of cooking, in which full pots may begin by themselves."""
    pots = state.pots
    tick = pots.tick
    if begin_when_full:
        tick = jnp.where((tick < 0) & (pots.size == MOST_INGREDIENTS), np.int16(0), tick)
    cooks = (tick >= 0) & (tick.astype(jnp.int32) < cook_time(pots, params))
    return state.replace(pots=pots.replace(tick=tick + cooks.astype(jnp.int16)))
