"""Cartea-Jaimungal execution: sell a position at a speed, with penalties for what is left.

Source: Cartea, Jaimungal and Penalva, "Algorithmic and High-Frequency Trading" (2015), section 6.5.
mbt_gym (Jerome et al., arXiv 2209.07823) simulates the same model.
Differs from it in: time goes in steps, with one speed in each; nothing is ever bought.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.lob.closed_form import _clock, _execution
from jaxenvs.envs.lob.closed_form._execution import State
from jaxenvs.ranges import NonNegative


class Params(_execution.Params):
    """The market, and what inventory costs."""

    running_penalty: NonNegative = 0.01  # for inventory^2, per unit of time
    terminal_penalty: NonNegative = 0.1  # for inventory^2 at the end


class CarteaJaimungalExecution(_execution.Execution[Params]):
    """Action `(1,)`: the speed of selling, 1 sells all evenly until the end; 0 to 5.

    Observation `(3,)`: share of the time that is left, 0 to 1; share of the units that is left, 0
    to 1; price since the start, in deviations of its value at the end. Reward, per unit to sell:
    the change of wealth, which is cash and inventory at the price, less
    running_penalty inventory^2 dt, and at the end less terminal_penalty inventory^2; inventory is
    that after the step's trade. Terminates after 50 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def sold(self, state: State, wanted: jax.Array, params: Params) -> jax.Array:
        return wanted

    def objective(self, before: State, after: State, params: Params) -> jax.Array:
        is_last = _clock.is_last(before, params)
        at_the_end = jnp.where(is_last, params.terminal_penalty, np.float32(0))
        weight = params.running_penalty * _clock.step_length(params) + at_the_end
        return after.wealth - before.wealth - weight * after.inventory * after.inventory
