"""GaussianBandit: find out whether an unknown arm is better than nothing.

Source: gymnax's `environments/misc/gaussian_bandit.py`; Lange & Sprekeler, "Learning not to learn:
Nature versus nurture in silico" (2022).
Differs from it in: the clock is scaled by the time limit, where gymnax's is by 100 steps;
observations lie in the declared space, which has no bounds on rewards.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.misc import _clock as clock
from jaxenvs.ranges import NonNegative


class State(core.State):
    """The unknown arm and what was seen last."""

    mean: jax.Array  # () float32, of the second arm's rewards
    last_action: jax.Array  # () int32, 0 at the start
    last_reward: jax.Array  # () float32, 0 at the start


class Params(clock.Params):
    """gymnax's numbers."""

    mean_mu: float = -1.0  # average over episodes of the second arm's mean
    sigma_p: NonNegative = 1.0  # standard deviation of that mean between episodes
    sigma_l: NonNegative = 0.1  # standard deviation of its rewards between pulls
    max_steps: int = 100


class GaussianBandit(core.Env[State, Params]):
    """Actions: arm 0 or 1. Observation `(4,)`: last reward, last action (one-hot), clock.

    Reward: 0 for arm 0; for arm 1 normal around a mean that is new, and normal, in each episode.
    Never terminates; truncated after 100 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        return State(
            time=jnp.int32(0),
            mean=params.mean_mu + params.sigma_p * jax.random.normal(key, (), jnp.float32),
            last_action=jnp.int32(0),
            last_reward=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        unknown = state.mean + params.sigma_l * jax.random.normal(key, (), jnp.float32)
        reward = jnp.where(action == 0, np.float32(0), unknown)
        return state.replace(last_action=action, last_reward=reward), reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        pulled = state.last_action == np.arange(2, dtype=np.int32)
        ends = state.last_reward[None], clock.shown_time(state.time, params)[None]
        return jnp.concatenate([ends[0], pulled.astype(jnp.float32), ends[1]])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        early, late = clock.bounds(self.canonical_params(params))
        return spaces.Box([-np.inf, 0, 0, early], [np.inf, 1, 1, late])

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)
