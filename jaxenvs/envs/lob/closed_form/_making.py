"""What the market making models share: a mid price that diffuses, and two quotes around it.

One step lasts `dt = horizon / num_steps`. Market orders to sell and to buy arrive as two Poisson
processes, and one of them reaches a quote at the distance `depth` from the mid price with the
intensity `rate * exp(-decay * depth)`. So a quote is filled within a step with probability
`1 - exp(-rate * exp(-decay * depth) * dt)`, by one unit at most. Then the mid price moves by
`volatility * sqrt(dt)` times a standard normal number. A quote that would take the inventory over
its limit is not shown.
"""

import abc
from typing import Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.lob.closed_form import _clock
from jaxenvs.ranges import Count, Positive


class State(core.State):
    """A market maker's position."""

    moved: jax.Array  # () float32, mid price since the start
    inventory: jax.Array  # () int32, units held; negative: owed
    wealth: jax.Array  # () float32, cash and inventory at the mid price, since the start
    depths: jax.Array  # (2,) float32, of the last bid and ask; for pictures only
    fills: jax.Array  # (2,) bool, of the last bid and ask; for pictures only


class Params(core.Params):
    """The market of Avellaneda and Stoikov (2008), section 3.3."""

    horizon: Positive = 1.0  # time from start to end
    num_steps: Count = 200  # steps until the end
    volatility: Positive = 2.0  # of the mid price, per square root of time
    rate: Positive = 140.0  # market orders of each side per unit of time that a depth of 0 meets
    decay: Positive = 1.5  # how fast that falls with the depth, per unit of price
    initial_price: float = 100.0  # mid price at the start; changes nothing but pictures
    initial_inventory: int = 0  # units held at the start
    max_inventory: Count = 20  # no quote takes the inventory beyond this, up or down
    min_depth: float = -0.5  # lowest depth; below 0 a quote is beyond the mid price
    max_depth: float = 2.0  # highest depth


ParamsT = TypeVar("ParamsT", bound=Params)


class Making(core.Env[State, ParamsT], Generic[ParamsT]):
    """A market maker; what is rewarded is left to subclasses."""

    @abc.abstractmethod
    def objective(self, before: State, after: State, params: ParamsT) -> jax.Array:
        """The reward of a step, () float32."""

    def initial(self, key: jax.Array, params: ParamsT) -> State:
        del key  # every episode starts alike
        held = jnp.asarray(params.initial_inventory, jnp.int32)
        return State(
            time=jnp.int32(0),
            moved=jnp.float32(0),
            inventory=jnp.clip(held, -params.max_inventory, params.max_inventory),
            wealth=jnp.float32(0),
            depths=jnp.full(2, params.max_depth, jnp.float32),
            fills=jnp.zeros(2, jnp.bool_),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: ParamsT
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        fill_key, price_key = jax.random.split(key)
        dt = _clock.step_length(params)
        depths = jnp.clip(action, params.min_depth, params.max_depth)
        chance = -jnp.expm1(-params.rate * dt * jnp.exp(-params.decay * depths))
        draws = jax.random.uniform(fill_key, (2,), jnp.float32)
        bought = (draws[0] < chance[0]) & (state.inventory < params.max_inventory)
        sold = (draws[1] < chance[1]) & (state.inventory > -params.max_inventory)
        earned = jnp.where(bought, depths[0], np.float32(0))
        earned = earned + jnp.where(sold, depths[1], np.float32(0))
        inventory = state.inventory + bought.astype(jnp.int32) - sold.astype(jnp.int32)
        move = params.volatility * jnp.sqrt(dt) * jax.random.normal(price_key, (), jnp.float32)
        after = state.replace(
            moved=state.moved + move,
            inventory=inventory,
            wealth=state.wealth + earned + inventory.astype(jnp.float32) * move,
            depths=depths,
            fills=jnp.stack([bought, sold]),
        )
        reward = self.objective(state, after, params)
        info = {"wealth": after.wealth, "inventory": after.inventory}
        return after, reward, _clock.is_last(state, params), info

    def initial_info(self, state: State, params: ParamsT | None = None) -> core.Info:
        del params
        return {"wealth": state.wealth, "inventory": state.inventory}

    def action_space(self, params: ParamsT | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box(params.min_depth, params.max_depth, (2,))

    def seen(self, state: State, params: ParamsT) -> list[jax.Array]:
        """What every maker observes, () float32 each.

        The share of the time that is left; the inventory as a share of its limit; the mid price
        since the start, in deviations of its value at the end.
        """
        held = state.inventory.astype(jnp.float32) / jnp.asarray(params.max_inventory, jnp.float32)
        return [_clock.share_left(state, params), held, _clock.deviations(state.moved, params)]
