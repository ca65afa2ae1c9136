"""Avellaneda-Stoikov: quote a bid and an ask, with exponential utility of what is earned.

Source: Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance
8 (2008). With a limit on the inventory: Guéant, Lehalle and Fernandez-Tapia, "Dealing with the
inventory risk: a solution to the market making problem", Mathematics and Financial Economics 7
(2013). mbt_gym (Jerome et al., arXiv 2209.07823) simulates the same model.
Differs from it in: a quote is filled in a step with probability 1 - exp(-rate exp(-decay depth) dt)
where the paper's simulation has the first term of this, rate exp(-decay depth) dt; the inventory
has a limit; depths are bounded; rewards are increments of the utility, which add up to that of the
end.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.envs.lob.closed_form import _making
from jaxenvs.envs.lob.closed_form._making import State
from jaxenvs.ranges import Positive


class Params(_making.Params):
    """The market, and the taste of who trades in it."""

    risk_aversion: Positive = 0.1  # per unit of money


class AvellanedaStoikov(_making.Making[Params]):
    """Action `(2,)`: how far the bid lies below the mid price and the ask above it, -0.5 to 2.

    Observation `(4,)`: share of the time that is left, 0 to 1; inventory as a share of its limit,
    -1 to 1; mid price since the start, in deviations of its value at the end; wealth since the
    start times the risk aversion. Reward: the change of the utility
    U(w) = (1 - exp(-risk_aversion w)) / risk_aversion of the wealth w, which is cash and inventory
    at the mid price, since the start; over an episode it adds up to U at the end. Terminates after
    200 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def objective(self, before: State, after: State, params: Params) -> jax.Array:
        return utility(after.wealth, params) - utility(before.wealth, params)

    def observe(self, state: State, params: Params) -> jax.Array:
        return jnp.stack([*self.seen(state, params), params.risk_aversion * state.wealth])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box([0, -1, -np.inf, -np.inf], [1, 1, np.inf, np.inf])


def utility(wealth: jax.Array, params: Params) -> jax.Array:
    """U of a wealth since the start, of any shape; 0 for nothing, and of slope 1 there."""
    return -jnp.expm1(-params.risk_aversion * wealth) / params.risk_aversion
