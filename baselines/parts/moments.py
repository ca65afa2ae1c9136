"""Observations and rewards that are normalized by what was seen before."""

from typing import Self

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.seats import Seen
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.moments import Moments


class Norms(PyTree):
    """Running statistics of a learner's experience; what is None is not normalized."""

    obs: Moments | None  # [*seats, num_features]
    returns: jax.Array | None  # [num_envs, *seats] float32, discounted, of the running episodes
    rewards: Moments | None  # () of these returns

    @classmethod
    def zero(cls, obs: jax.Array, by_obs: bool, by_reward: bool = False) -> Self:
        """Nothing seen, for observations `[num_envs, *seats, num_features]`."""
        return cls(
            obs=Moments.zero(obs.shape[1:]) if by_obs else None,
            returns=jnp.zeros(obs.shape[:-1], jnp.float32) if by_reward else None,
            rewards=Moments.zero() if by_reward else None,
        )

    def seen(self, seen: Seen) -> Seen:
        """What networks take: observations shifted and scaled, if asked for."""
        return seen if self.obs is None else seen.replace(obs=self.obs.normalize(seen.obs))

    def reward(
        self, reward: jax.Array, done: jax.Array, gamma: jax.Array
    ) -> tuple[Self, jax.Array]:
        """The statistics after a rollout, and its rewards in deviations of the discounted return.

        `reward` and `done`, which ends an episode, are `[num_steps, num_envs, *seats]`.
        """
        if self.rewards is None or self.returns is None:
            return self, reward

        def step(total: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            total = gamma * total + row[0]
            return jnp.where(row[1], 0.0, total), total

        returns, totals = jax.lax.scan(step, self.returns, (reward, done))
        moments = self.rewards.update(totals)
        return self.replace(returns=returns, rewards=moments), moments.scale(reward)

    def after(self, obs: jax.Array) -> Self:
        """The statistics after observations `[..., *seats, num_features]`, as they were shown."""
        return self if self.obs is None else self.replace(obs=self.obs.update(obs))
