"""Decks of cards of which only one feature counts: the color, the suit or the rank.

A deck that is dealt from is kept as the number of cards of each kind that are left. Drawing a kind
with the chance of its share in what is left is the same as turning over a shuffled deck, and needs
neither the shuffle nor the memory.
"""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

Feature = Literal["colors", "suits", "ranks"]

DECK_SIZE = 52
NUM_KINDS: dict[str, int] = {"colors": 2, "suits": 4, "ranks": 13}


def full_deck(num_decks: int, feature: Feature) -> jax.Array:
    """How many cards there are of each kind, `(num_kinds,)` uint16."""
    num_kinds = NUM_KINDS[feature]
    return jnp.full(num_kinds, DECK_SIZE // num_kinds * num_decks, jnp.uint16)


def draw_card(bits: jax.Array, left: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Takes a card from what is left, `(num_kinds,)` uint16.

    `bits` is a random uint32. Returns the kind, () uint8, and what is left then. An empty deck
    stays empty and gives the last kind.
    """
    counts = left.astype(jnp.int32)
    # The remainder favours some cards by less than the deck's size in 2^32.
    size = jnp.maximum(counts.sum(dtype=jnp.int32), 1).astype(jnp.uint32)
    place = (bits % size).astype(jnp.int32)
    kind = (jnp.cumsum(counts)[:-1] <= place).sum(dtype=jnp.int32)
    taken = (np.arange(left.shape[0], dtype=np.int32) == kind) & (counts > 0)
    return kind.astype(jnp.uint8), left - taken.astype(jnp.uint16)


def permutation(key: jax.Array, size: int) -> jax.Array:
    """The numbers from 0 to `size` - 1 in random order, int32; the key is consumed."""
    bits = jax.random.bits(key, (size,), jnp.uint32)
    # The rank of each among all: many comparisons, but XLA sorts short arrays far more slowly.
    earlier = np.tri(size, k=-1, dtype=np.bool_)  # the first of two equals comes first
    smaller = (bits < bits[:, None]) | ((bits == bits[:, None]) & earlier)
    # Counted in 16 bits, which XLA does in one pass where it would store 32.
    return smaller.sum(axis=1, dtype=jnp.uint16).astype(jnp.int32)


def count_of(left: jax.Array, kind: jax.Array) -> jax.Array:
    """How many cards of a kind are left, () int32."""
    here = np.arange(left.shape[0], dtype=np.int32) == kind.astype(jnp.int32)
    return jnp.where(here, left, jnp.uint16(0)).sum(dtype=jnp.int32)
