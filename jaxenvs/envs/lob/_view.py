"""What agents see of a market, in numbers near 1, and from their own side.

For a seller the book is mirrored: its own side is that of the asks, and a price that rises is one
that gets better. So one policy serves both sides.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import orderbook
from jaxenvs.envs.lob._market import Market

LEVELS = 5
"""Price levels of each side."""
LAGS = (1, 4, 16)
"""Steps over which moves and volumes are summed."""
TICKS, HALF_TICKS = np.float32(10), np.float32(20)
"""A distance of this is 1."""
BOUND = np.float32(10)
"""Observations are clipped to -BOUND to BOUND."""

MARKET_NAMES = (
    "spread", "imbalance",
    *(f"{side}_{what}_{i}" for side in ("own", "opposite") for what in ("distance", "quantity")
      for i in range(1, LEVELS + 1)),
    *(f"{what}_{lag}" for what in ("move", "flow") for lag in LAGS),
)  # fmt: skip
"""What the entries of `market` are."""


def shares(quantity: jax.Array) -> jax.Array:
    """Quantities on a scale where 100 shares are 1 and 10,000 are 2; float32."""
    return jnp.log1p(quantity.astype(jnp.float32)) / np.float32(np.log(101.0))


def market(market: Market, side: jax.Array) -> jax.Array:
    """(len(MARKET_NAMES),) float32: the market as one who is on `side`, 1 or -1, sees it."""
    levels = orderbook.depth(market.book, LEVELS)
    levels = jnp.where(side > 0, levels, levels[::-1])  # own side first
    price, quantity = levels[..., 0], levels[..., 1]
    twice = market.touch[0] + market.touch[1]
    outwards = side * np.array([[1], [-1]], np.int32)
    distance = outwards * (twice - np.int32(2) * price)
    distance = jnp.where(quantity > 0, distance, 0).astype(jnp.float32) / HALF_TICKS
    spread = (market.touch[1] - market.touch[0]).astype(jnp.float32) / TICKS
    best = quantity[:, 0].astype(jnp.float32)
    imbalance = (best[0] - best[1]) / jnp.maximum(best[0] + best[1], np.float32(1))
    book = jnp.concatenate([
        jnp.stack([spread, imbalance]),
        distance[0], shares(quantity[0]), distance[1], shares(quantity[1]),
    ])  # fmt: skip
    return jnp.concatenate([book, _recent(market, side)])


def _recent(market: Market, side: jax.Array) -> jax.Array:
    """Moves of the mid and signed volumes over the last steps, (2 x lags,) float32."""
    past, volume = market.history.touch, market.history.volume
    twice = past[:, 0] + past[:, 1]
    signed = jnp.cumsum((volume[:, 0] - volume[:, 1])[::-1], dtype=jnp.int32)
    moves = jnp.stack([side * (twice[-1] - twice[-1 - lag]) for lag in LAGS])
    flows = jnp.stack([side * signed[lag - 1] for lag in LAGS])
    flows = jnp.sign(flows).astype(jnp.float32) * shares(jnp.abs(flows))
    return jnp.concatenate([moves.astype(jnp.float32) / HALF_TICKS, flows])
