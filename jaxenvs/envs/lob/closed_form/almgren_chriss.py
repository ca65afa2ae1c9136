"""Almgren-Chriss: sell a position by a deadline, at little cost and little risk.

Source: Almgren and Chriss, "Optimal execution of portfolio transactions", Journal of Risk 3 (2000),
with the numbers of its table 1.
Differs from it in: the variance of the cost is paid as it arises, risk_aversion volatility^2 dt x^2
in a step that ends with x units left; for a schedule fixed in advance the sum is what the paper
minimizes, the expected cost plus risk_aversion times its variance; nothing is ever bought.
"""

import jax
import jax.numpy as jnp

from jaxenvs.envs.lob.closed_form import _clock, _execution
from jaxenvs.envs.lob.closed_form._execution import State
from jaxenvs.ranges import Count, NonNegative, Positive


class Params(_execution.Params):
    """Table 1 of the paper: dollars, shares and days."""

    horizon: Positive = 5.0
    num_steps: Count = 5
    volatility: Positive = 0.95
    units: Positive = 1e6
    half_spread: NonNegative = 0.0625
    temporary: Positive = 2.5e-6
    permanent: NonNegative = 2.5e-7
    initial_price: float = 50.0
    risk_aversion: NonNegative = 1e-6  # per dollar, weight of the variance


class AlmgrenChriss(_execution.Execution[Params]):
    """Action `(1,)`: units sold in this step, in even shares of all, 0 to 5; the last sells all.

    Observation `(3,)`: share of the time that is left, 0 to 1; share of the units that is left, 0
    to 1; price since the start, in deviations of its value at the end. Reward, per unit to sell:
    the change of wealth, which is cash and inventory at the price, less
    risk_aversion volatility^2 dt inventory^2 of the inventory after the trade. Terminates after 5
    steps.
    """

    def original_params(self) -> Params:
        return Params()

    def sold(self, state: State, wanted: jax.Array, params: Params) -> jax.Array:
        return jnp.where(_clock.is_last(state, params), state.inventory, wanted)

    def objective(self, before: State, after: State, params: Params) -> jax.Array:
        variance = params.volatility**2 * _clock.step_length(params) * after.inventory**2
        return after.wealth - before.wealth - params.risk_aversion * variance
