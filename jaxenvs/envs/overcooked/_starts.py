"""How a kitchen is found at first."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.overcooked._kitchens import NORTH, Kitchen
from jaxenvs.envs.overcooked._layouts import FLOOR, Layout
from jaxenvs.envs.overcooked._state import DISH, NOTHING, ONION, SOUP, Pots, State

JAXMARL: dict[str, tuple[tuple[int, int], ...]] = {
    "cramped_room": ((1, 1), (3, 1)),
    "asymmetric_advantages": ((2, 3), (5, 3)),
    "coordination_ring": ((2, 1), (1, 2)),
    "forced_coordination": ((1, 2), (3, 1)),
    "counter_circuit_o_1order": ((2, 1), (6, 3)),
}
"""Where JaxMARL's cooks start, column and row."""


def start(
    key: jax.Array, kitchen: Kitchen, params: Any, cooks: tuple[tuple[int, int], ...] | None
) -> State:
    """The first state; `cooks`: where they stand, else as the kitchen says. The key is consumed."""
    layout = kitchen.layout
    fixed = layout.cooks if cooks is None else cooks
    num_cooks, num_pots = len(fixed), len(layout.pots)
    # Halves of words are fine enough, and a small draw fuses with what it is used for.
    words = jax.random.bits(key, (2, num_cooks + num_pots), jnp.uint32)
    halves = jnp.concatenate([words >> np.uint32(16), words & np.uint32(65535)])
    draws = halves.astype(jnp.float32) * np.float32(2**-16)
    for_cooks, for_pots = draws[:, :num_cooks], draws[:, num_cooks:]
    place = np.array([layout.place(x, y) for x, y in fixed], np.int32)
    place = jnp.where(params.random_places, _apart(for_cooks[0], layout), place)
    looks = np.array(kitchen.directions if cooks is None else [NORTH] * num_cooks, np.uint8)
    anywhere = jnp.floor(for_cooks[1] * 4).astype(jnp.uint8)
    return State(
        time=jnp.int32(0),
        place=place.astype(jnp.uint16),
        direction=jnp.where(params.random_directions, anywhere, looks),
        held=_held(for_cooks[2:], params),
        items=jnp.zeros(layout.num_places, jnp.uint8),
        pots=_pots(for_pots, kitchen, params),
    )


def _apart(draws: jax.Array, layout: Layout) -> jax.Array:
    """Different places of the floor, all choices equally likely, int32, from draws in [0, 1)."""
    floor = layout.terrain == FLOOR
    free, places = jnp.asarray(floor), []
    for cook in range(draws.shape[0]):
        left = int(floor.sum()) - cook
        number = jnp.minimum((draws[cook] * left).astype(jnp.int32), left - 1)
        chosen = free & (jnp.cumsum(free, dtype=jnp.int32) == number + 1)
        numbers = np.arange(layout.num_places, dtype=np.int32)
        places.append(jnp.where(chosen, numbers, np.int32(0)).sum(dtype=jnp.int32))
        free = free & ~chosen
    return jnp.stack(places)


def _happens(draws: jax.Array, params: Any) -> jax.Array:
    """Whether things are found where usually there are none, bool, from draws in [0, 1)."""
    # Where there never are any, the compiler sees it and leaves out all that was drawn.
    return (params.random_things > 0) & (draws < params.random_things)


def _soup(draws: jax.Array) -> tuple[jax.Array, jax.Array]:
    """1 to 3 onions, and tomatoes in what room is left, uint8, as the original draws them."""
    onions = jnp.floor(draws * 3)
    tomatoes = jnp.floor((draws * 3 - onions) * (3 - onions))
    return onions.astype(jnp.uint8) + np.uint8(1), tomatoes.astype(jnp.uint8)


def _held(draws: jax.Array, params: Any) -> jax.Array:
    """`(num_agents,)` uint8: a dish, an onion or a soup in some hands."""
    onions, tomatoes = _soup(jnp.clip(draws[1] * 5 - 4, 0, 1 - 1e-6))  # a soup is one in five
    soup = np.uint8(SOUP) + onions * np.uint8(4) + tomatoes
    thing = jnp.where(draws[1] < 0.2, np.uint8(DISH), np.uint8(ONION))
    thing = jnp.where(draws[1] >= 0.8, soup, thing)
    return jnp.where(_happens(draws[0], params), thing, np.uint8(NOTHING))


def _pots(draws: jax.Array, kitchen: Kitchen, params: Any) -> Pots:
    """The pots, of which some are in use and some of these cook."""
    used, cooks = _happens(draws[0], params), _happens(draws[1], params)
    onions, tomatoes = _soup(draws[2])
    usual_onions, usual_tomatoes = np.divmod(np.array(kitchen.soups, np.uint8), np.uint8(4))
    return Pots(
        onions=jnp.where(used, onions, usual_onions),
        tomatoes=jnp.where(used, tomatoes, usual_tomatoes),
        tick=jnp.where(used & cooks, np.int16(0), np.int16(-1)),
    )
