"""What the execution models share: a position to sell, and a price that gives way.

One step lasts `dt = horizon / num_steps`. It sells `n` units at the price from before the step,
less `half_spread + temporary * n / dt`. Then the price moves by `volatility * sqrt(dt)` times a
standard normal number, less `permanent * n`.
"""

import abc
from typing import Annotated, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.lob.closed_form import _clock
from jaxenvs.ranges import Count, NonNegative, Positive, Range


class State(core.State):
    """What is left to sell."""

    moved: jax.Array  # () float32, price since the start
    inventory: jax.Array  # () float32, units left
    wealth: jax.Array  # () float32, cash and inventory at the price, since the start
    traded: jax.Array  # () float32, units sold in the last step; for pictures only


class Params(core.Params):
    """The market. The impacts are the defaults of mbt_gym."""

    horizon: Positive = 1.0  # time from start to end
    num_steps: Count = 50  # steps until the end
    volatility: Positive = 0.05  # of the price, per square root of time
    units: Positive = 1.0  # to sell
    half_spread: NonNegative = 0.0  # paid for each unit
    temporary: Positive = 0.01  # impact on the price of a trade, for one unit per unit of time
    permanent: NonNegative = 0.01  # impact on all later prices, for one unit
    initial_price: float = 10.0  # at the start; changes nothing but pictures
    max_pace: Annotated[float, Range(1)] = (
        5.0  # most that a step sells, in even shares of the units
    )


ParamsT = TypeVar("ParamsT", bound=Params)


class Execution(core.Env[State, ParamsT], Generic[ParamsT]):
    """A position to sell; what a step may sell and what is rewarded is left to subclasses."""

    @abc.abstractmethod
    def objective(self, before: State, after: State, params: ParamsT) -> jax.Array:
        """The reward of a step, times the units to sell, () float32."""

    @abc.abstractmethod
    def sold(self, state: State, wanted: jax.Array, params: ParamsT) -> jax.Array:
        """The units that a step sells, () float32, of those wanted."""

    def initial(self, key: jax.Array, params: ParamsT) -> State:
        del key  # every episode starts alike
        zero = jnp.float32(0)
        units = jnp.asarray(params.units, jnp.float32)
        return State(time=jnp.int32(0), moved=zero, inventory=units, wealth=zero, traded=zero)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: ParamsT
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        dt = _clock.step_length(params)
        pace = jnp.clip(action[0], np.float32(0), params.max_pace)
        wanted = jnp.minimum(
            pace * params.units / jnp.asarray(params.num_steps, jnp.float32), state.inventory
        )
        traded = self.sold(state, wanted, params)
        noise = jax.random.normal(key, (), jnp.float32)
        move = params.volatility * jnp.sqrt(dt) * noise - params.permanent * traded
        inventory = state.inventory - traded
        paid = traded * (params.half_spread + params.temporary * traded / dt)
        after = state.replace(
            moved=state.moved + move,
            inventory=inventory,
            wealth=state.wealth - paid + inventory * move,
            traded=traded,
        )
        reward = self.objective(state, after, params) / params.units
        info = {"wealth": after.wealth, "inventory": inventory}
        return after, reward, _clock.is_last(state, params), info

    def initial_info(self, state: State, params: ParamsT | None = None) -> core.Info:
        del params
        return {"wealth": state.wealth, "inventory": state.inventory}

    def action_space(self, params: ParamsT | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        return spaces.Box(0, params.max_pace, (1,))

    def observe(self, state: State, params: ParamsT) -> jax.Array:
        share = state.inventory / params.units
        left, moved = _clock.share_left(state, params), _clock.deviations(state.moved, params)
        return jnp.stack([left, share, moved])

    def observation_space(self, params: ParamsT | None = None) -> spaces.Box:
        del params
        return spaces.Box([0, 0, -np.inf], [1, 1, np.inf])
