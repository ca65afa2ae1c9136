"""Observations and rewards of a batch, normalized by running moments that all copies share.

These wrap what `jaxenvs.vectorize` returns, not a single environment: one stream of statistics
serves the whole batch.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Env, Transition
from jaxenvs.struct import PyTree
from jaxenvs.vector import VecEnv
from jaxenvs.wrappers.moments import Moments, discounted_return


class ObservationState(PyTree):
    """The batch's state and the moments of all observations so far."""

    inner: Any  # the wrapped batch's state
    moments: Any  # as one observation, a Moments at each leaf

    @property
    def env_state(self) -> Any:
        """The states of the copies, `[num_envs]`."""
        return self.inner.env_state


class RewardState(PyTree):
    """The batch's state and the moments of discounted returns."""

    inner: Any  # the wrapped batch's state
    discounted: jax.Array  # as the reward, float32, the running discounted return of each copy
    moments: Moments

    @property
    def env_state(self) -> Any:
        """The states of the copies, `[num_envs]`."""
        return self.inner.env_state


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class _BatchWrapper:
    """A batch around another one."""

    batch: "VecEnv[Any, Any] | NormalizeObservation | NormalizeReward"

    @property
    def env(self) -> Env[Any, Any]:
        """One of the environments."""
        return self.batch.env

    @property
    def num_envs(self) -> int:
        """The length of the leading axis."""
        return self.batch.num_envs

    @property
    def default_params(self) -> Any:
        """The environment's default params."""
        return self.batch.default_params

    def sample_actions(self, key: jax.Array, params: Any = None) -> Any:
        """Random actions, `[num_envs, ...]`; the key is consumed."""
        return self.batch.sample_actions(key, params)

    def action_mask(self, vstate: Any, params: Any = None) -> jax.Array | None:
        """The environment's action masks, `[num_envs, ...]` bool, or None where it has none."""
        return self.batch.action_mask(vstate.inner, params)


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class NormalizeObservation(_BatchWrapper):
    """Observations with mean 0 and variance 1 over all that the whole batch has observed, clipped.

    The moments include every batch of observations unless `frozen`, as for evaluation.
    `info["final_obs"]` is normalized with the same moments.
    """

    limit: float = 10.0  # observations are clipped to +-limit
    frozen: bool = False

    def reset(self, key: jax.Array, params: Any = None) -> tuple[Any, ObservationState]:
        """Resets the inner batch and forgets the moments."""
        obs, inner = self.batch.reset(key, params)
        moments = jax.tree.map(lambda leaf: Moments.zero(leaf.shape[1:]), obs)
        moments = self._update(moments, obs)
        return self._normalize(moments, obs), ObservationState(inner=inner, moments=moments)

    def step(
        self, key: jax.Array, vstate: ObservationState, action: Any, params: Any = None
    ) -> Transition:
        """Steps the inner batch."""
        step = self.batch.step(key, vstate.inner, action, params)
        moments = self._update(vstate.moments, step.obs)
        info = step.info
        if "final_obs" in info:
            info = info | {"final_obs": self._normalize(moments, info["final_obs"])}
        return step._replace(
            obs=self._normalize(moments, step.obs),
            state=ObservationState(inner=step.state, moments=moments),
            info=info,
        )

    def _update(self, moments: Any, obs: Any) -> Any:
        if self.frozen:
            return moments
        return jax.tree.map(
            lambda leaf, known: known.update(leaf.astype(jnp.float32)), obs, moments
        )

    def _normalize(self, moments: Any, obs: Any) -> Any:
        return jax.tree.map(
            lambda leaf, known: known.normalize(leaf.astype(jnp.float32), self.limit), obs, moments
        )


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class NormalizeReward(_BatchWrapper):
    """Rewards divided by the standard deviation of the discounted returns of the whole batch.

    Engstrom et al., "Implementation matters in deep policy gradients" (2020), section 2.
    `info["episode"]` keeps the game's own returns.
    """

    gamma: float = 0.99
    limit: float = 10.0  # rewards are clipped to +-limit

    def reset(self, key: jax.Array, params: Any = None) -> tuple[Any, RewardState]:
        """Resets the inner batch and forgets the moments."""
        obs, inner = self.batch.reset(key, params)
        # Returns start in the shape of the rewards, which the inner batch counts already.
        zeros = jnp.zeros_like(_episode_return(inner))
        return obs, RewardState(inner=inner, discounted=zeros, moments=Moments.zero())

    def step(
        self, key: jax.Array, vstate: RewardState, action: Any, params: Any = None
    ) -> Transition:
        """Steps the inner batch."""
        step = self.batch.step(key, vstate.inner, action, params)
        discounted, seen = discounted_return(
            vstate.discounted, step.reward, step.terminated | step.truncated, self.gamma
        )
        moments = vstate.moments.update(seen)
        state = RewardState(inner=step.state, discounted=discounted, moments=moments)
        return step._replace(reward=moments.scale(step.reward, self.limit), state=state)


def _episode_return(vstate: Any) -> jax.Array:
    while not hasattr(vstate, "episode_return"):
        vstate = vstate.inner
    return vstate.episode_return
