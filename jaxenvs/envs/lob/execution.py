"""Execution in a limit order book: buy or sell a parent order within a window, cheaply.

Source: the task of Frey, Li, Nagy, Sapora, Lu, Zohren, Foerster & Calinescu, "JAX-LOB: A
GPU-Accelerated limit order book simulator to unlock large scale reinforcement learning for
trading", ICAIF 2023, arXiv 2308.13289, and of Mohl, Frey, Leyland, Li, Nigmatulin, Cucuringu,
Zohren, Foerster & Calinescu, "JaxMARL-HFT", ICAIF 2025, arXiv 2511.02136. Made anew from the
papers.
Differs from it in: the matching engine fills every level that an order reaches, and orders keep
their place in the queue where they are wanted as they are, where the original cancels all of them
at each step; no data is needed: the background is a model that answers to the agent's orders;
agents' messages may arrive late, `latency` messages into the step; observations are 42 numbers from
-10 to 10, mirrored for sellers, not 610 raw prices; what is left at the end is a market order in
the last step, and then a trade at a stated price.
"""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.lob import _executor, _orders, _view
from jaxenvs.envs.lob._env import BookEnv, order_ids
from jaxenvs.envs.lob._executor import Executor, Params
from jaxenvs.envs.lob._market import Market, booked, twice_mid

OWNER = 1
_IDS = order_ids(OWNER, _executor.NUM_PLACES)


class State(core.State):
    """A market and the task in it."""

    market: Market
    executor: Executor


class Execution(BookEnv[State, Params]):
    """Actions: how much to have in the book at four prices; orders are changed to match it.

    The levels: the far touch (an immediate-or-cancel order at the opposite best price), the mid,
    the near touch (the best price of the own side) and `passive_ticks` behind it, all without the
    own orders. Discrete: 0 leaves the orders as they are, 1 + 4 x level + size wants half a base
    quantity, one, two or all that is left at one level and nothing elsewhere, 17 wants nothing.
    Continuous: a `Box` of (4,), far touch first, where 1 is `max_rate` base quantities. The base
    quantity is what is left over the steps that are left, so that one of them in each step keeps
    to a schedule that is even in time. An order at the price that is wanted keeps its place in the
    queue and is lowered where less is wanted; for more it is replaced by a new one if `raises`,
    else it stays.

    Observation: (42,) float32, clipped to -10 to 10, in this order: share of the window that is
    left, share of the parent order that is left, the second less the first, the side (1 buys, -1
    sells), the mid's move since arrival; the spread, the imbalance of the best quantities; for five
    price levels of the own side their distance from the mid and their quantity, the same for the
    opposite side; moves of the mid and signed volume taken over the last 1, 4 and 16 steps; for the
    orders at the passive level, the near touch and the mid their share of the parent order, their
    distance behind the near touch, and the quantity before them in their queue. Distances are in
    10 ticks and count towards the own side as positive; quantities of the book are
    log(1 + shares) / log(101).

    Reward: ticks per share of the parent order, see `reward`. The episode ends when everything is
    done, or with the window's last step: what is left then is sent as a market order, and what
    even this leaves open is settled `penalty_ticks` beyond the far touch. `info` holds the shares
    `filled` in the step and those `settled` outside the book.
    """

    task: Literal["sell", "buy", "random"] = "random"
    """The side of the parent order; "random": drawn at each reset."""

    actions: _executor.Actions = "discrete"
    """What actions are: one of 18 choices, or four amounts."""

    reward: _executor.Reward = "slippage"
    """"slippage": each trade against the mid at arrival. "shortfall": the same sum, but each move
    of the price counts when it happens. "drift_adjusted": each trade against the mid at the start
    of its step, and `drift_weight` times the drift since arrival."""

    raises: bool = True
    """Whether an order is replaced where more is wanted at its price."""

    def original_params(self) -> Params:
        return Params(law=self.flow.law())

    def initial(self, key: jax.Array, params: Params) -> State:
        market_key, side_key = jax.random.split(key)
        market = self._opened(market_key, params)
        sides = {"buy": 1, "sell": -1}
        if self.task in sides:
            side = jnp.int32(sides[self.task])
        else:
            buys = jax.random.bits(side_key, (), jnp.uint32) & np.uint32(1)
            side = np.int32(2) * buys.astype(jnp.int32) - np.int32(1)
        return State(time=jnp.int32(0), market=market, executor=_executor.started(side, market))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        old, market = state.executor, state.market
        has, touch = self._seen(state)
        wanted = _executor.wanted(old, action, has, touch, state.time, params, self.actions)
        messages = _orders.requests(has, wanted, _IDS, OWNER, self.raises)
        market, flows, info = self._played(key, market, messages, params)
        traded = old.replace(account=booked(old.account, flows, OWNER))
        left = _executor.remaining(traded, params)
        is_over = (left <= 0) | (state.time + np.int32(1) >= params.window)
        new = _executor.finished(traded, market, is_over, params)
        reward = _executor.reward(
            old, new, twice_mid(state.market), twice_mid(market), params, self.reward
        )
        info |= {
            "filled": flows.bought[OWNER] + flows.sold[OWNER],
            "settled": jnp.where(is_over, left, 0),
        }
        return state.replace(market=market, executor=new), reward, is_over, info

    def observe(self, state: State, params: Params) -> jax.Array:
        has, touch = self._seen(state)
        return _executor.observe(state.executor, state.market, has, touch, state.time, params)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        return spaces.Box(-_view.BOUND, _view.BOUND, (len(_executor.NAMES),))

    def action_space(self, params: Params | None = None) -> spaces.Space:
        if self.actions == "discrete":
            return spaces.Discrete(_executor.NUM_ACTIONS)
        return spaces.Box(0.0, 1.0, (_executor.NUM_PLACES,))

    def own_orders(self, state: State) -> _orders.Resting:
        """The agent's orders at the passive level, near touch, mid and (always nothing) far touch.

        (4,) int32 each, as they rest in the book.
        """
        return self._seen(state)[0]

    def _seen(self, state: State) -> tuple[_orders.Resting, jax.Array]:
        """The own orders and the others' touch."""
        book = state.market.book
        sides = jnp.broadcast_to(state.executor.side, _IDS.shape)
        has = _orders.resting(book, sides, _IDS)
        return has, _orders.others_touch(book, state.market.touch, OWNER)
