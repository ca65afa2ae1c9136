"""The kitchen as layers, everything at its place.

In this order: where each cook stands, where each looks (north, south, east, west), the viewer
before the others; pots, counters, onions, tomatoes, dishes and serving; onions and tomatoes in pots
that have not begun; onions and tomatoes in soups; steps to cook, whether done; dishes, onions and
tomatoes that lie about or are held; and whether fewer than 40 steps are left.

All that changes at a place is packed into words, of which each layer shows some bits.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.overcooked import _cooking as cooking
from jaxenvs.envs.overcooked._layouts import (
    COUNTER,
    DISHES,
    ONIONS,
    POT,
    SERVING,
    TOMATOES,
    Layout,
)
from jaxenvs.envs.overcooked._state import DONE, State, with_cooks_settled
from jaxenvs.fusion import settled

_TERRAIN = (POT, COUNTER, ONIONS, TOMATOES, DISHES, SERVING)
_URGENT = 40
_COOK_BITS = 5  # whether she is there, and where she looks

# Where things begin in the first word; what lies about takes the bits of its number.
_SOUP_TOMATOES, _SOUP_ONIONS, _DONE, _ONION, _TOMATO, _DISH = 0, 2, 4, 5, 6, 7
_IDLE_ONIONS, _IDLE_TOMATOES, _LEFT, _IS_URGENT, _IS_BARE, _COOKS = 8, 10, 12, 20, 21, 22


def num_layers(num_cooks: int) -> int:
    """26 for two cooks."""
    return _COOK_BITS * num_cooks + 16


def observe(state: State, layout: Layout, params: Any, *, jaxmarl: bool) -> jax.Array:
    """`(num_agents, width, height, num_layers)` uint8.

    `jaxmarl`: rows lead, as `(num_agents, height, width, num_layers)`, and counters are not shown
    under things.
    """
    table = _table(layout, jaxmarl)
    words = settled(_words(with_cooks_settled(state), layout, params))
    shape = layout.width, layout.height
    if jaxmarl:
        words = jnp.swapaxes(words.reshape(-1, *shape), 1, 2).reshape(words.shape)
        shape = shape[::-1]
    layers = jnp.asarray(table.terrain)
    for word, shift, mask in zip(words, table.shift, table.mask, strict=True):
        shown = (word[None, :, None] >> shift[:, None]) & mask[:, None]
        # Or, not plus, which is as good: XLA would leave a sum to whoever reads the layers.
        layers = layers | shown.astype(jnp.uint8)
    return layers.reshape(len(layout.cooks), *shape, -1)


def _words(state: State, layout: Layout, params: Any) -> jax.Array:
    """`(num_words, num_places)` uint32."""
    num_cooks, num_places = len(layout.cooks), layout.num_places
    places = np.arange(num_places, dtype=np.int32)
    looks = np.uint32(2) << state.direction.astype(jnp.uint32) | np.uint32(1)
    first_bits = [_cook_bit(cook) for cook in range(num_cooks)]
    words = []
    for word in range(1 + max(first_bits)[0]):
        # Cooks stand on floors, where nothing lies, so all there is can be added.
        there = state.held.astype(jnp.uint32) if word == 0 else jnp.zeros(num_cooks, jnp.uint32)
        shift = np.array([bit if at == word else 0 for at, bit in first_bits], np.uint32)
        mine = np.array([at == word for at, _ in first_bits])
        there = there + jnp.where(mine, looks << shift, np.uint32(0))
        stands = state.place.astype(jnp.int32)[:, None] == places
        words.append(jnp.where(stands, there[:, None], np.uint32(0)).sum(axis=0, dtype=jnp.uint32))
    at = layout.pots[:, None] == places
    pots = jnp.where(at, _pot_words(state, params)[:, None], np.uint32(0))
    bare = (layout.terrain == COUNTER) & (state.items == 0)
    bare = bare.astype(jnp.uint32) << np.uint32(_IS_BARE)
    urgent = (params.max_steps > 0) & (params.max_steps - state.time < _URGENT)
    urgent = jnp.asarray(urgent).astype(jnp.uint32) << np.uint32(_IS_URGENT)
    rest = pots.sum(axis=0, dtype=jnp.uint32) + state.items.astype(jnp.uint32) + bare + urgent
    return jnp.stack([words[0] + rest, *words[1:]])


def _pot_words(state: State, params: Any) -> jax.Array:
    """`(num_pots,)` uint32, what is in each pot."""
    pots = state.pots
    onions, tomatoes = pots.onions.astype(jnp.uint32), pots.tomatoes.astype(jnp.uint32)
    idle = onions << np.uint32(_IDLE_ONIONS) | tomatoes << np.uint32(_IDLE_TOMATOES)
    left = cooking.cook_time(pots, params) - pots.tick.astype(jnp.int32)
    left = jnp.clip(left, 0, 255).astype(jnp.uint32)
    done = jnp.where(cooking.is_ready(pots, params), np.uint32(DONE), np.uint32(0))
    begun = pots.recipe.astype(jnp.uint32) | done | left << np.uint32(_LEFT)
    return jnp.where(pots.tick >= 0, begun, idle)


# -- tables --------------------------------------------------------------------------------------


class _Table(NamedTuple):
    """Which bits each viewer's layers show."""

    terrain: np.ndarray  # [1, num_places, num_layers] uint8, what never changes
    shift: np.ndarray  # [num_words, num_agents, num_layers] uint32
    mask: np.ndarray  # [num_words, num_agents, num_layers] uint32


def _cook_bit(cook: int) -> tuple[int, int]:
    """The word and the bit where a cook begins: two in the first word, six in each other."""
    if cook < 2:
        return 0, _COOKS + _COOK_BITS * cook
    word, place = divmod(cook - 2, 6)
    return 1 + word, _COOK_BITS * place


@functools.cache
def _table(layout: Layout, jaxmarl: bool) -> _Table:
    cooks = range(len(layout.cooks))
    views = []
    for viewer in cooks:
        order = [viewer, *(cook for cook in cooks if cook != viewer)]
        bits = [_cook_bit(cook) for cook in order]
        shown = [(word, bit, 1) for word, bit in bits]
        shown += [(word, bit + 1 + way, 1) for word, bit in bits for way in range(4)]
        shown += [(0, _IS_BARE, int(jaxmarl and kind == COUNTER)) for kind in _TERRAIN]
        shown += [(0, _IDLE_ONIONS, 3), (0, _IDLE_TOMATOES, 3)]
        shown += [(0, _SOUP_ONIONS, 3), (0, _SOUP_TOMATOES, 3), (0, _LEFT, 255), (0, _DONE, 1)]
        shown += [(0, bit, 1) for bit in (_DISH, _ONION, _TOMATO, _IS_URGENT)]
        views.append(shown)
    table = np.array(views)  # [viewers, layers, (word, shift, mask)]
    words = np.arange(1 + table[:, :, 0].max())[:, None, None]
    here = table[:, :, 0] == words
    shift = np.where(here, table[:, :, 1], 0).astype(np.uint32)
    mask = np.where(here, table[:, :, 2], 0).astype(np.uint32)
    return _Table(_terrain(layout, jaxmarl)[None], shift, mask)


def _terrain(layout: Layout, jaxmarl: bool) -> np.ndarray:
    kinds = layout.terrain.reshape(layout.width, layout.height)
    kinds = (kinds.T if jaxmarl else kinds).reshape(-1)
    layers = np.zeros((layout.num_places, num_layers(len(layout.cooks))), np.uint8)
    first = _COOK_BITS * len(layout.cooks)
    for layer, kind in enumerate(_TERRAIN, start=first):
        if not (jaxmarl and kind == COUNTER):  # which are there only while they are bare
            layers[:, layer] = kinds == kind
    return layers
