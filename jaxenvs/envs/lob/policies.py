"""Policies that come with the books of orders.

Of the executors, all by orders at the far touch but the last:

- `twap`: the base quantity, so that trades are even in time.
- `vwap`: the base quantity times the volume of the last step over the mean volume lately.
- `pov`: 3% of the volume of the last step, a part of the volume.
- `immediate`: all that is left.
- `passive`: all that is left at the near touch, and nowhere else until the window ends.

Of the market makers:

- `avellaneda_stoikov`: quotes around a reservation price that leans against the inventory.
- `symmetric`: a tick behind the mid on both sides, whatever the inventory.

With several agents, `scripted` lets market makers play the first and executors `twap`. Amounts are
played as the nearest that discrete actions have.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.lob import _executor, _maker
from jaxenvs.envs.lob._market import Market
from jaxenvs.envs.lob.execution import Execution
from jaxenvs.envs.lob.market_making import MarketMaking
from jaxenvs.envs.lob.multi_agent import MultiAgent

Choose = Callable[[jax.Array, Any], jax.Array]
Maker = Callable[[Any, Any], Choose]

FAR, MID, NEAR, PASSIVE = range(4)
POV_RATE = np.float32(0.03)
RISK_AVERSION, FILL_DECAY, HORIZON = np.float32(0.05), np.float32(0.7), 16


def _executing(level: int, amount: Callable[[jax.Array, jax.Array, Market], jax.Array]) -> Maker:
    """Orders at one level; `amount` is that of base quantity, what is left, and the market."""

    def make(env: Execution, params: Any) -> Choose:
        def policy(key: jax.Array, state: Any) -> jax.Array:
            del key
            base = _executor.base(state.executor, state.time, params).astype(jnp.float32)
            left = _executor.remaining(state.executor, params).astype(jnp.float32)
            shares = jnp.clip(amount(base, left, state.market), 0, left)
            if env.actions == "discrete":
                return _nearest(level, shares, base, left)
            share = shares / (params.max_rate * jnp.maximum(base, 1))
            at_level = np.arange(_executor.NUM_PLACES) == level
            return jnp.where(at_level, jnp.minimum(share, 1), 0).astype(jnp.float32)

        return policy

    return make


def _nearest(level: int, shares: jax.Array, base: jax.Array, left: jax.Array) -> jax.Array:
    """The discrete action that comes nearest to an amount at a level, () int32."""
    offered = jnp.minimum(jnp.asarray(_executor.MULTIPLES) * jnp.maximum(base, 1), left)
    distance = jnp.abs(jnp.append(offered, np.float32(0)) - shares)
    size = jnp.argmin(distance).astype(jnp.int32)
    count = len(_executor.MULTIPLES)
    place = np.int32(1 + count * level) + size
    return jnp.where(size == count, np.int32(_executor.CANCEL_ALL), place)


def _volume(market: Market) -> jax.Array:
    """Shares traded in each of the last steps, [HISTORY] float32."""
    return market.history.volume.sum(axis=1, dtype=jnp.int32).astype(jnp.float32)


def _by_volume(base: jax.Array, left: jax.Array, market: Market) -> jax.Array:
    del left
    volume = _volume(market)
    known = jnp.maximum((volume > 0).sum(dtype=jnp.int32), 1).astype(jnp.float32)
    mean = volume.sum() / known
    return jnp.where(mean > 0, base * volume[-1] / jnp.maximum(mean, 1), base)


EXECUTORS = {
    "twap": _executing(FAR, lambda base, left, market: base),
    "vwap": _executing(FAR, _by_volume),
    "pov": _executing(FAR, lambda base, left, market: POV_RATE * _volume(market)[-1]),
    "immediate": _executing(FAR, lambda base, left, market: left),
    "passive": _executing(NEAR, lambda base, left, market: left),
}


def avellaneda_stoikov(env: MarketMaking, params: Any) -> Choose:
    """Quotes around a reservation price that leans against the inventory.

    Source: Avellaneda & Stoikov, "High-frequency trading in a limit order book", Quantitative
    Finance 8 (2008), equations 29 and 30, in units of `quote_size` shares, of ticks and of steps.
    The variance is that of the last steps; the time to the end counts for 16 steps at most, since
    the inventory can be turned over by then.
    """

    def policy(key: jax.Array, state: Any) -> jax.Array:
        del key
        return _quoted(env, params, state.maker, state.market, state.time)

    return policy


def symmetric(env: MarketMaking, params: Any) -> Choose:
    """A tick behind the mid on both sides, whatever the inventory."""

    def policy(key: jax.Array, state: Any) -> jax.Array:
        del key
        one = jnp.ones(2, jnp.float32)
        return _as_action(env, params, one, state.maker)

    return policy


def _quoted(
    env: Any, params: Any, maker: _maker.Maker, market: Market, time: jax.Array
) -> jax.Array:
    """The action of the Avellaneda-Stoikov policy."""
    past = market.history.touch.sum(axis=1, dtype=jnp.int32).astype(jnp.float32) / 2
    variance = jnp.mean(jnp.square(jnp.diff(past)))
    steps = jnp.minimum(jnp.asarray(params.window, jnp.int32) - time, HORIZON)
    risk = RISK_AVERSION * variance * jnp.maximum(steps, 0).astype(jnp.float32)
    half = risk / 2 + jnp.log1p(RISK_AVERSION / FILL_DECAY) / RISK_AVERSION
    held = maker.account.inventory.astype(jnp.float32)
    held = held / jnp.asarray(params.quote_size).astype(jnp.float32)
    return _as_action(env, params, jnp.stack([half + held * risk, half - held * risk]), maker)


def _as_action(env: Any, params: Any, offset: jax.Array, maker: _maker.Maker) -> jax.Array:
    """The action that comes nearest to offsets of bid and ask, (2,) float32 ticks."""
    if getattr(env, "actions", "discrete") == "continuous":
        size = jnp.asarray(params.quote_size / params.max_size, jnp.float32)
        offset = jnp.clip(offset / params.max_offset, 0, 1)
        return jnp.append(offset, jnp.broadcast_to(jnp.minimum(size, 1), (2,)))
    step = jnp.asarray(params.offset_ticks).astype(jnp.float32)
    choice = jnp.clip(jnp.round(offset / step), 0, env.num_offsets - 1).astype(jnp.int32)
    full = maker.account.inventory * _maker.SIDES >= params.max_inventory
    choice = jnp.where(full, np.int32(env.num_offsets), choice)
    return choice[0] * np.int32(env.num_offsets + 1) + choice[1]


def scripted(env: MultiAgent, params: Any) -> Choose:
    """Market makers play `avellaneda_stoikov`, executors trade evenly in time."""

    def policy(key: jax.Array, state: Any) -> jax.Array:
        del key

        def of_executor(one: Any) -> jax.Array:
            done = _executor.remaining(one, params.executor) <= 0
            twap = np.int32(1 + len(_executor.MULTIPLES) * FAR + 1)
            return jnp.where(done, np.int32(_executor.HOLD), twap)

        makers = jax.vmap(lambda one: _quoted(env, params.maker, one, state.market, state.time))(
            state.makers
        )
        return jnp.concatenate([makers, jax.vmap(of_executor)(state.executors)])

    return policy


POLICIES = {
    Execution: EXECUTORS,
    MarketMaking: {"avellaneda_stoikov": avellaneda_stoikov, "symmetric": symmetric},
    MultiAgent: {"scripted": scripted},
}
