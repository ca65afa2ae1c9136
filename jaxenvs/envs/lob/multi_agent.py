"""Market makers and executors on one limit order book.

Source: the environment of Mohl, Frey, Leyland, Li, Nigmatulin, Cucuringu, Zohren, Foerster &
Calinescu, "JaxMARL-HFT: GPU-Accelerated Large-Scale Multi-Agent Reinforcement Learning for
High-Frequency Trading", ICAIF 2025, arXiv 2511.02136. Made anew from the paper.
Differs from it in: agents are rows of one array, market makers first, whatever they do; what single
agents do and how they are rewarded is as in `MarketMaking` and `Execution`; an executor who is done
holds still until the window ends, and the episode ends for all at once.
"""

from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.lob import _executor, _maker, _orders, _view
from jaxenvs.envs.lob._env import MAX_TRADERS, BookEnv, order_ids
from jaxenvs.envs.lob._executor import Executor
from jaxenvs.envs.lob._maker import Maker
from jaxenvs.envs.lob._market import Flows, Market, booked, twice_mid
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.orderbook import Message
from jaxenvs.orderbook.flow import named
from jaxenvs.ranges import NonNegative, Positive, Range

_PLACES = max(_maker.NUM_PLACES, _executor.NUM_PLACES)


class State(core.State):
    """A market and who trades in it."""

    market: Market
    makers: Maker  # [num_makers, ...]
    executors: Executor  # [num_executors, ...]


class Params(core.Params):
    """The numbers of both kinds of agents."""

    window: Annotated[int, Range(1, 100_000)] = 64  # steps
    quote_size: Annotated[int, Range(1, 1_000)] = 20  # shares of a market maker's quote
    offset_ticks: Annotated[int, Range(1, 100)] = 1  # between two of a market maker's offsets
    max_inventory: Annotated[int, Range(1, 5_000)] = 200  # shares that a market maker may hold
    inventory_penalty: NonNegative = 0.02  # ticks a step, for each share a market maker holds
    reward_scale: Positive = 0.05  # of a market maker's profit in ticks x shares
    parent: Annotated[int, Range(1, 5_000)] = 200  # shares that an executor has to trade
    passive_ticks: Annotated[int, Range(1, 100)] = 2  # how deep an executor's passive level lies
    penalty_ticks: Annotated[int, Range(0, 1_000)] = 10  # beyond the far touch, for what is left
    latency: Annotated[int, Range(0, 100_000)] = 0  # background messages before the agents' own
    law: Any = named("zi").law()  # of the background, a record of its own

    @property
    def maker(self) -> _maker.Params:
        """What market makers go by."""
        return _maker.Params(
            window=self.window,
            quote_size=self.quote_size,
            offset_ticks=self.offset_ticks,
            max_inventory=self.max_inventory,
            penalty_ticks=self.penalty_ticks,
            inventory_penalty=self.inventory_penalty,
            reward_scale=self.reward_scale,
        )

    @property
    def executor(self) -> _executor.Params:
        """What executors go by."""
        return _executor.Params(
            window=self.window,
            parent=self.parent,
            passive_ticks=self.passive_ticks,
            penalty_ticks=self.penalty_ticks,
        )


class MultiAgent(MultiAgentEnv[State, Params], BookEnv[State, Params]):
    """Actions: for each agent one of the discrete actions of `MarketMaking` or `Execution`.

    Market makers come first, `maker_0`, ..., then executors, `executor_0`, ..., each of whom buys
    or sells, drawn at each reset. In every step the agents' messages arrive in a random order,
    those of one agent after each other.

    Observation: (num_agents, 42) float32, those of `MarketMaking` (36, then zeros) and of
    `Execution` (42). Reward: as there, with the linear penalty and the slippage. The episode ends
    for all with the window's last step. `info` holds each agent's shares `filled` in the step and
    `settled` outside the book, and the `spread` at its end in ticks.
    """

    num_makers: Annotated[int, Range(0, MAX_TRADERS)] = 1
    """How many market makers."""

    num_executors: Annotated[int, Range(0, MAX_TRADERS)] = 1
    """How many executors."""

    num_offsets: Annotated[int, Range(1, 32)] = 5
    """Offsets that market makers choose from, for each side."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_makers + self.num_executors < 1:
            raise ValueError("num_makers: expected one agent at least, got 0 and no executors")

    @property
    def agents(self) -> tuple[str, ...]:
        makers = tuple(f"maker_{i}" for i in range(self.num_makers))
        return makers + tuple(f"executor_{i}" for i in range(self.num_executors))

    def original_params(self) -> Params:
        return Params(law=self.flow.law())

    def initial(self, key: jax.Array, params: Params) -> State:
        market_key, side_key = jax.random.split(key)
        market = self._opened(market_key, params)
        bits = jax.random.bits(side_key, (self.num_executors,), jnp.uint32) & np.uint32(1)
        sides = np.int32(2) * bits.astype(jnp.int32) - np.int32(1)
        maker = _maker.started()
        return State(
            time=jnp.int32(0),
            market=market,
            makers=jax.tree.map(lambda leaf: jnp.zeros(self.num_makers, leaf.dtype), maker),
            executors=jax.vmap(lambda side: _executor.started(side, market))(sides),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        order_key, play_key = jax.random.split(key)
        messages, counts = self._messages(state, action, params)
        messages = _shuffled(order_key, messages, counts)
        market, flows, info = self._played(play_key, state.market, messages, params)
        is_over = state.time + np.int32(1) >= params.window
        before = state.makers, state.executors
        mids = twice_mid(state.market), twice_mid(market)
        makers, executors = self._booked(before, flows)
        held = self._inventory(makers, executors)
        makers = jax.vmap(lambda one: _maker.finished(one, market, is_over, params.maker))(makers)
        executors = jax.vmap(lambda one: _executor.finished(one, market, is_over, params.executor))(
            executors
        )
        rewards = self._rewards(before, (makers, executors), mids, params)
        info |= {
            "filled": (flows.bought + flows.sold)[1:],
            "settled": self._inventory(makers, executors) - held,
            "spread": market.touch[1] - market.touch[0],
        }
        state = state.replace(market=market, makers=makers, executors=executors)
        return state, rewards, jnp.broadcast_to(is_over, (self.num_agents,)), info

    def observe(self, state: State, params: Params) -> jax.Array:
        market, time = state.market, state.time

        def of_maker(one: Maker, owner: jax.Array) -> jax.Array:
            has, touch = _seen_by_maker(market, owner)
            return _maker.observe(one, market, has, touch, time, params.maker)

        def of_executor(one: Executor, owner: jax.Array) -> jax.Array:
            has, touch = _seen_by_executor(market, one, owner)
            return _executor.observe(one, market, has, touch, time, params.executor)

        makers = jax.vmap(of_maker)(state.makers, self._owners[: self.num_makers])
        executors = jax.vmap(of_executor)(state.executors, self._owners[self.num_makers :])
        width = max(self._widths)
        rows = [
            jnp.pad(rows, ((0, 0), (0, width - rows.shape[1])))
            for rows in (makers, executors)
            if rows.shape[0]
        ]
        return jnp.concatenate(rows)

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        return {
            agent: spaces.Box(-_view.BOUND, _view.BOUND, (width,))
            for agent, width in zip(self.agents, self._widths, strict=True)
        }

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        counts = [_maker.num_actions(self.num_offsets)] * self.num_makers
        counts += [_executor.NUM_ACTIONS] * self.num_executors
        return {agent: spaces.Discrete(n) for agent, n in zip(self.agents, counts, strict=True)}

    def action_mask(self, state: State, params: Params | None = None) -> jax.Array:
        params = self.canonical_params(params)
        makers = jax.vmap(lambda one: _maker.mask(one, params.maker, self.num_offsets))
        executors = jax.vmap(lambda one: _executor.mask(one, params.executor))
        masks = [makers(state.makers)] * (self.num_makers > 0)
        masks += [executors(state.executors)] * (self.num_executors > 0)
        width = max(rows.shape[1] for rows in masks)
        return jnp.concatenate([
            jnp.pad(rows, ((0, 0), (0, width - rows.shape[1]))) for rows in masks
        ])  # fmt: skip

    def global_state(self, state: State, params: Params) -> jax.Array:
        """What all agents observe, in a row."""
        return self.observe(state, self.canonical_params(params)).reshape(-1)

    @property
    def _owners(self) -> Any:
        return np.arange(1, 1 + self.num_agents, dtype=np.int32)

    @property
    def _widths(self) -> list[int]:
        makers = [len(_maker.NAMES)] * self.num_makers
        return makers + [len(_executor.NAMES)] * self.num_executors

    def _messages(
        self, state: State, action: jax.Array, params: Params
    ) -> tuple[Message, list[int]]:
        """All agents' messages, one agent after the other, and how many each has."""
        market, time = state.market, state.time

        def of_maker(one: Maker, owner: jax.Array, action: jax.Array) -> Message:
            has, touch = _seen_by_maker(market, owner)
            wanted = _maker.wanted(
                one, action, touch, time, params.maker, self.num_offsets, "discrete"
            )
            ids = order_ids(owner, _maker.NUM_PLACES)
            messages = _orders.requests(has, wanted, ids, owner, raises=False)
            return _maker.in_order(messages, has, wanted)

        def of_executor(one: Executor, owner: jax.Array, action: jax.Array) -> Message:
            has, touch = _seen_by_executor(market, one, owner)
            wanted = _executor.wanted(one, action, has, touch, time, params.executor, "discrete")
            ids = order_ids(owner, _executor.NUM_PLACES)
            return _orders.requests(has, wanted, ids, owner, raises=True)

        k = self.num_makers
        makers = jax.vmap(of_maker)(state.makers, self._owners[:k], action[:k])
        executors = jax.vmap(of_executor)(state.executors, self._owners[k:], action[k:])
        together = jax.tree.map(
            lambda a, b: jnp.concatenate([a.reshape(-1), b.reshape(-1)]), makers, executors
        )
        counts = [_maker.NUM_PLACES] * k + [_executor.NUM_PLACES] * self.num_executors
        return together, counts

    def _booked(self, before: tuple[Maker, Executor], flows: Flows) -> tuple[Maker, Executor]:
        """Both kinds of agents with what they traded in a block."""
        makers, executors = before
        k = self.num_makers
        return (
            makers.replace(account=booked(makers.account, flows, self._owners[:k])),
            executors.replace(account=booked(executors.account, flows, self._owners[k:])),
        )

    def _inventory(self, makers: Maker, executors: Executor) -> jax.Array:
        return jnp.concatenate([makers.account.inventory, executors.account.inventory])

    def _rewards(
        self,
        before: tuple[Maker, Executor],
        after: tuple[Maker, Executor],
        mids: tuple[jax.Array, jax.Array],
        params: Params,
    ) -> jax.Array:
        """Everybody's reward, (num_agents,) float32."""
        makers = jax.vmap(lambda a, b: _maker.reward(a, b, *mids, params.maker, "linear"))
        executors = jax.vmap(
            lambda a, b: _executor.reward(a, b, *mids, params.executor, "slippage")
        )
        return jnp.concatenate([makers(before[0], after[0]), executors(before[1], after[1])])


def _seen_by_maker(market: Market, owner: jax.Array) -> tuple[_orders.Resting, jax.Array]:
    """A market maker's own orders, and the touch of the others."""
    has = _orders.resting(market.book, _maker.ALL_SIDES, order_ids(owner, _maker.NUM_PLACES))
    return has, _orders.others_touch(market.book, market.touch, owner)


def _seen_by_executor(
    market: Market, executor: Executor, owner: jax.Array
) -> tuple[_orders.Resting, jax.Array]:
    """An executor's own orders, and the touch of the others."""
    ids = order_ids(owner, _executor.NUM_PLACES)
    sides = jnp.broadcast_to(executor.side, ids.shape)
    return _orders.resting(market.book, sides, ids), _orders.others_touch(
        market.book, market.touch, owner
    )


def _shuffled(key: jax.Array, messages: Message, counts: list[int]) -> Message:
    """The messages in a random order of the agents; an agent's own stay in theirs."""
    agent = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    place = np.concatenate([np.arange(count, dtype=np.int32) for count in counts])
    turn = jax.random.permutation(key, len(counts)).astype(jnp.int32)
    order = jnp.argsort(turn[agent] * np.int32(_PLACES) + place)
    return jax.tree.map(lambda leaf: leaf[order], messages)
