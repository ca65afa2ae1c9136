"""Observations and rewards that are normalized by what was seen before."""

from typing import Self

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.seats import Seen
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.moments import Moments, scaled_rewards


class Norms(PyTree):
    """Running statistics of a learner's experience; what is None is not normalized."""

    obs: Moments | None  # [num_features], of all agents together
    returns: jax.Array | None  # [num_envs, *seats] float32, discounted, of the running episodes
    rewards: Moments | None  # () of these returns

    @classmethod
    def zero(cls, obs: jax.Array, by_obs: bool, by_reward: bool = False) -> Self:
        """Nothing seen, for observations `[num_envs, *seats, num_features]`.

        Agents share a mean: that of each alone would hide which agent an observation is of.
        """
        return cls(
            obs=Moments.zero(obs.shape[-1:]) if by_obs else None,
            returns=jnp.zeros(obs.shape[:-1], jnp.float32) if by_reward else None,
            rewards=Moments.zero() if by_reward else None,
        )

    def seen(self, seen: Seen) -> Seen:
        """What networks take: observations shifted and scaled, if asked for."""
        return seen if self.obs is None else seen.replace(obs=self.obs.normalize(seen.obs))

    def reward(
        self,
        reward: jax.Array,
        done: jax.Array,
        gamma: jax.Array,
        present: jax.Array | None = None,
    ) -> tuple[Self, jax.Array]:
        """The statistics after a rollout, and its rewards in deviations of the discounted return.

        `reward`, `done`, which ends an episode, and `present`, false where an agent has left the
        game, are `[num_steps, num_envs, *seats]`. What is not present does not count; None: all is.
        """
        if self.rewards is None or self.returns is None:
            return self, reward
        moments, returns, scaled = scaled_rewards(
            self.rewards, self.returns, reward, done, gamma, present
        )
        return self.replace(returns=returns, rewards=moments), scaled

    def after(self, obs: jax.Array, present: jax.Array | None = None) -> Self:
        """The statistics after observations `[..., *seats, num_features]`, as they were shown.

        Those of agents that are not `present`, `[..., *seats]` bool, do not count; None: all do.
        """
        return self if self.obs is None else self.replace(obs=self.obs.update(obs, present))
