"""Markets: firms that flood a market, and fishers who empty a sea.

Source: pax `cournot.py` and `fishery.py`; Cournot (1838); Perman et al., "Natural resource and
environmental economics" (2003).
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import NonNegative, Range

_Agents = Annotated[int, Range(1, 1000)]


class CournotState(core.State):
    """What was made last."""

    quantity: jax.Array  # (num_agents,) float32


class CournotParams(core.Params):
    """The market."""

    demand: float = 100.0  # the price of nothing
    slope: float = 1.0  # what the price falls for each unit
    cost: float = 10.0  # of making a unit
    max_steps: int = 100


class Cournot(MultiAgentEnv[CournotState, CournotParams]):
    """`num_agents` firms; action `(1,)`: how much to make, at least 0.

    Observation `(5,)`: demand, slope, cost, what the others made last, the price. Reward: the price
    less the cost, for each unit; the price is the demand less the slope for each unit made by
    anybody. Truncated after 100 steps.

    Differs from pax in: at the start nothing has been made, where pax shows random numbers; any
    number of firms.
    """

    num_agents: _Agents = 2  # pyright: ignore[reportIncompatibleMethodOverride]
    """Firms."""

    def original_params(self) -> CournotParams:
        return CournotParams()

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(self.num_agents))

    def initial(self, key: jax.Array, params: CournotParams) -> CournotState:
        return CournotState(time=jnp.int32(0), quantity=jnp.zeros(self.num_agents, jnp.float32))

    def transition(
        self, key: jax.Array, state: CournotState, action: jax.Array, params: CournotParams
    ) -> tuple[CournotState, jax.Array, jax.Array, core.Info]:
        quantity = jnp.maximum(action[:, 0], 0)
        state = state.replace(quantity=quantity)
        reward = (_price(state, params) - params.cost) * quantity
        return state, reward, jnp.zeros(self.num_agents, jnp.bool_), {}

    def observe(self, state: CournotState, params: CournotParams) -> jax.Array:
        others = state.quantity.sum() - state.quantity
        known = (params.demand, params.slope, params.cost, _price(state, params))
        demand, slope, cost, price = (
            jnp.broadcast_to(jnp.float32(x), (self.num_agents,)) for x in known
        )
        return jnp.stack([demand, slope, cost, others, price], axis=1)

    def observation_spaces(self, params: CournotParams | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Box(-np.inf, np.inf, (5,)) for agent in self.agents}

    def action_spaces(self, params: CournotParams | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Box(0, np.inf, (1,)) for agent in self.agents}

    def global_state(self, state: CournotState, params: CournotParams) -> jax.Array:
        """`(num_agents,)` float32: what everybody made."""
        return state.quantity


def _price(state: CournotState, params: CournotParams) -> jax.Array:
    return params.demand - params.slope * state.quantity.sum()


class FisheryState(core.State):
    """The sea and what was done last."""

    stock: jax.Array  # () float32
    effort: jax.Array  # (num_agents,) float32


class FisheryParams(core.Params):
    """The fish and their price."""

    growth: float = 0.15  # of a small stock, per step
    efficiency: float = 0.009  # the share of the stock that a unit of effort catches
    price: float = 200.0  # of the whole sea's catch
    cost: float = 0.9  # of a unit of effort
    initial_stock: NonNegative = 0.5
    max_stock: NonNegative = 1.0  # beyond which nothing grows
    max_steps: int = 100


class Fishery(MultiAgentEnv[FisheryState, FisheryParams]):
    """`num_agents` fishers; action `(1,)`: effort, at least 0.

    Observation `(num_agents + 1,)`: what everybody did last, and the stock. The stock grows, less
    the more there is, then loses the catch, effort times efficiency times the stock before, at most
    all. Reward: one's share of the catch by effort, times the price, less the cost of the effort.
    Truncated after 100 steps.

    Differs from pax in: at the start nobody has fished, where pax shows random numbers.
    """

    num_agents: _Agents = 2  # pyright: ignore[reportIncompatibleMethodOverride]
    """Fishers."""

    def original_params(self) -> FisheryParams:
        return FisheryParams()

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"agent_{i}" for i in range(self.num_agents))

    def initial(self, key: jax.Array, params: FisheryParams) -> FisheryState:
        return FisheryState(
            time=jnp.int32(0),
            stock=jnp.asarray(params.initial_stock, jnp.float32),
            effort=jnp.zeros(self.num_agents, jnp.float32),
        )

    def transition(
        self, key: jax.Array, state: FisheryState, action: jax.Array, params: FisheryParams
    ) -> tuple[FisheryState, jax.Array, jax.Array, core.Info]:
        effort = jnp.maximum(action[:, 0], 0)
        total, stock = effort.sum(), state.stock
        grown = stock + params.growth * stock * (1 - stock / params.max_stock)
        catch = jnp.minimum(total * stock * params.efficiency, grown)
        share = jnp.where(total > 0, effort / jnp.where(total > 0, total, 1), 0)
        reward = params.price * share * catch - params.cost * effort
        state = state.replace(stock=grown - catch, effort=effort)
        left = jnp.zeros(self.num_agents, jnp.bool_)
        return state, reward, left, {"catch": catch}

    def observe(self, state: FisheryState, params: FisheryParams) -> jax.Array:
        seen = jnp.concatenate([state.effort, state.stock[None]])
        return jnp.broadcast_to(seen, (self.num_agents, self.num_agents + 1))

    def observation_spaces(self, params: FisheryParams | None = None) -> dict[str, spaces.Space]:
        shape = (self.num_agents + 1,)
        return {agent: spaces.Box(0, np.inf, shape) for agent in self.agents}

    def action_spaces(self, params: FisheryParams | None = None) -> dict[str, spaces.Space]:
        return {agent: spaces.Box(0, np.inf, (1,)) for agent in self.agents}

    def global_state(self, state: FisheryState, params: FisheryParams) -> jax.Array:
        """`(num_agents + 1,)` float32: as the observation."""
        return jnp.concatenate([state.effort, state.stock[None]])
