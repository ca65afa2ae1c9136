"""Market making in a limit order book: quote both sides, earn the spread, carry little.

Source: the task of Mohl, Frey, Leyland, Li, Nigmatulin, Cucuringu, Zohren, Foerster & Calinescu,
"JaxMARL-HFT: GPU-Accelerated Large-Scale Multi-Agent Reinforcement Learning for High-Frequency
Trading", ICAIF 2025, arXiv 2511.02136; the penalties are those of Spooner, Fearnley, Savani &
Koukorinis, "Market Making via Reinforcement Learning", AAMAS 2018. Made anew from the papers.
Differs from it in: a quote that is wanted as it rests keeps its place in the queue, where the
original cancels all; no data is needed: the background is a model that answers to the agent's
orders; agents' messages may arrive late, `latency` messages into the step; prices are offsets from
the mid without the own quotes; the inventory at the end is a market order in the last step, and
then a trade at a stated price.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.lob import _maker, _orders, _view
from jaxenvs.envs.lob._env import BookEnv, order_ids
from jaxenvs.envs.lob._maker import Maker, Params
from jaxenvs.envs.lob._market import Market, booked, twice_mid, worth
from jaxenvs.ranges import Range

OWNER = 1
_IDS = order_ids(OWNER, _maker.NUM_PLACES)


class State(core.State):
    """A market and who makes it."""

    market: Market
    maker: Maker


class MarketMaking(BookEnv[State, Params]):
    """Actions: a bid and an ask, each so many ticks from the mid, or none.

    Discrete, with k = `num_offsets`: (k + 1) x bid + ask, where a number below k is an offset of as
    many `offset_ticks` and k is no quote; quotes are of `quote_size` shares. The last action takes
    the quotes out and gets rid of the inventory by a market order. Continuous: a `Box` of (4,), the
    offsets of bid and ask in `max_offset` ticks, then their sizes in `max_size` shares. The mid is
    that without the own quotes, rounded to the own side; a bid stays a tick below the others' best
    ask, an ask a tick above the own bid. No quote may lead to more than `max_inventory` shares,
    long or short; a larger one is cut. A quote at the price that is wanted keeps its place in the
    queue and is lowered where less is wanted; for more it is replaced by a new one if `raises`,
    else it stays.

    Observation: (36,) float32, clipped to -10 to 10, in this order: share of the window that is
    left, the inventory in `max_inventory`; the spread, the imbalance of the best quantities; for
    five price levels of the bids their distance from the mid and their quantity, the same for the
    asks; moves of the mid and signed volume taken over the last 1, 4 and 16 steps; of bid and ask
    their quantity, their distance from the mid, and the quantity before them in their queue.
    Distances are in 10 ticks; quantities are log(1 + shares) / log(101).

    Reward: the change of cash + inventory x mid in ticks x shares, less `inventory_penalty` times
    the shares held (or their square), times `reward_scale`. The episode ends with the window's last
    step: then the inventory goes out as a market order, and what even this leaves is settled
    `penalty_ticks` beyond the far touch. `info` holds the `profit` of the step in half ticks x
    shares, exactly, the shares `filled`, and those `settled` outside the book.
    """

    actions: _maker.Actions = "discrete"
    """What actions are: a choice of two offsets, or offsets and sizes."""

    num_offsets: Annotated[int, Range(1, 32)] = 5
    """Offsets that discrete actions choose from, for each side."""

    penalty: _maker.Penalty = "linear"
    """How inventory is punished: in proportion to the shares, to their square, or not at all."""

    raises: bool = False
    """Whether a quote is replaced where more is wanted at its price."""

    def original_params(self) -> Params:
        return Params(law=self.flow.law())

    def initial(self, key: jax.Array, params: Params) -> State:
        market = self._opened(key, params)
        return State(time=jnp.int32(0), market=market, maker=_maker.started())

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        old, market = state.maker, state.market
        has, touch = self._seen(state)
        wanted = _maker.wanted(
            old, action, touch, state.time, params, self.num_offsets, self.actions
        )
        messages = _orders.requests(has, wanted, _IDS, OWNER, self.raises)
        messages = _maker.in_order(messages, has, wanted)
        market, flows, info = self._played(key, market, messages, params)
        traded = old.replace(account=booked(old.account, flows, OWNER))
        is_over = state.time + np.int32(1) >= params.window
        new = _maker.finished(traded, market, is_over, params)
        mids = twice_mid(state.market), twice_mid(market)
        reward = _maker.reward(old, new, *mids, params, self.penalty)
        info |= {
            "profit": worth(new.account, mids[1]) - worth(old.account, mids[0]),
            "filled": flows.bought[OWNER] + flows.sold[OWNER],
            "settled": new.account.inventory - traded.account.inventory,
        }
        return state.replace(market=market, maker=new), reward, is_over, info

    def observe(self, state: State, params: Params) -> jax.Array:
        has, touch = self._seen(state)
        return _maker.observe(state.maker, state.market, has, touch, state.time, params)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        return spaces.Box(-_view.BOUND, _view.BOUND, (len(_maker.NAMES),))

    def action_space(self, params: Params | None = None) -> spaces.Space:
        if self.actions == "discrete":
            return spaces.Discrete(_maker.num_actions(self.num_offsets))
        return spaces.Box(0.0, 1.0, (4,))

    def action_mask(self, state: State, params: Params | None = None) -> jax.Array | None:
        if self.actions == "continuous":
            return None
        return _maker.mask(state.maker, self.canonical_params(params), self.num_offsets)

    def own_orders(self, state: State) -> _orders.Resting:
        """The agent's bid, ask and (always nothing) market order, (3,) int32 each."""
        return self._seen(state)[0]

    def _seen(self, state: State) -> tuple[_orders.Resting, jax.Array]:
        """The own orders and the others' touch."""
        book = state.market.book
        has = _orders.resting(book, _maker.ALL_SIDES, _IDS)
        return has, _orders.others_touch(book, state.market.touch, OWNER)
