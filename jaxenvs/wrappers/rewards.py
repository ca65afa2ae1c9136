"""The same game with noisy rewards, or with rewards in another unit."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Info
from jaxenvs.ranges import NonNegative
from jaxenvs.wrappers.base import Wrapper


class RewardNoise(Wrapper):
    """Adds normal noise of standard deviation `noise_scale` to every reward.

    `info["raw_reward"]` is the game's own. Source: bsuite 0.3.6 `utils/wrappers.py`.
    """

    noise_scale: NonNegative = 1.0
    """Standard deviation of the noise."""

    def transition(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        noise_key, step_key = jax.random.split(key)
        state, reward, terminated, info = self.env.transition(step_key, state, action, params)
        noise = jax.random.normal(noise_key, reward.shape, jnp.float32)
        noisy = reward + self.noise_scale * noise
        return state, noisy, terminated, info | {"raw_reward": reward}


class RewardScale(Wrapper):
    """Multiplies every reward by `reward_scale`.

    `info["raw_reward"]` is the game's own. Source: bsuite 0.3.6 `utils/wrappers.py`.
    """

    reward_scale: float = 1.0
    """What rewards are multiplied with."""

    def transition(
        self, key: jax.Array, state: Any, action: Any, params: Any
    ) -> tuple[Any, jax.Array, jax.Array, Info]:
        state, reward, terminated, info = self.env.transition(key, state, action, params)
        scaled = reward * self.reward_scale
        return state, scaled, terminated, info | {"raw_reward": reward}
