"""Cartea-Jaimungal market making: quote a bid and an ask, with penalties for inventory.

Source: Cartea, Jaimungal and Penalva, "Algorithmic and High-Frequency Trading" (2015), section
10.2. mbt_gym (Jerome et al., arXiv 2209.07823) simulates the same model.
Differs from it in: time goes in steps, in which a quote is filled with probability
1 - exp(-rate exp(-decay depth) dt), by one unit at most; depths are bounded.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.lob.closed_form import _clock, _making
from jaxenvs.envs.lob.closed_form._making import State
from jaxenvs.ranges import NonNegative


class Params(_making.Params):
    """The market, and what inventory costs.

    The running penalty is that of Avellaneda-Stoikov's default: risk_aversion volatility^2 / 2.
    """

    running_penalty: NonNegative = 0.2  # for inventory^2, per unit of time
    terminal_penalty: NonNegative = 0.1  # for inventory^2 at the end


class CarteaJaimungalMaking(_making.Making[Params]):
    """Action `(2,)`: how far the bid lies below the mid price and the ask above it, -0.5 to 2.

    Observation `(3,)`: share of the time that is left, 0 to 1; inventory as a share of its limit,
    -1 to 1; mid price since the start, in deviations of its value at the end. Reward: the change of
    wealth, which is cash and inventory at the mid price, less running_penalty inventory^2 dt, and
    at the end less terminal_penalty inventory^2; inventory is that after the step's fills.
    Terminates after 200 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def objective(self, before: State, after: State, params: Params) -> jax.Array:
        is_last = _clock.is_last(before, params)
        at_the_end = jnp.where(is_last, params.terminal_penalty, np.float32(0))
        weight = params.running_penalty * _clock.step_length(params) + at_the_end
        held = after.inventory.astype(jnp.float32)
        return after.wealth - before.wealth - weight * held * held

    def observe(self, state: State, params: Params) -> jax.Array:
        return jnp.stack(self.seen(state, params))

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box([0, -1, -np.inf], [1, 1, np.inf])
