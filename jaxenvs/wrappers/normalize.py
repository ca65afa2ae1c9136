"""Observations and rewards of a batch, normalized by running moments that all copies share.

These wrap what `jaxenvs.vectorize` returns, not a single environment: one stream of statistics
serves the whole batch. What nobody observed and nobody was paid is no part of it: a step that
stands for a reset, a step after the end of an episode that nothing has reset, the rows of an agent
that has left the game.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.core import Env, Transition
from jaxenvs.multi import has_agents, reward_shape
from jaxenvs.resets import Autoreset, due_after, where
from jaxenvs.struct import PyTree
from jaxenvs.vector import VecEnv
from jaxenvs.wrappers.moments import Moments, discounted_return


class BatchState(PyTree):
    """The wrapped batch's state, and who plays."""

    inner: Any
    playing: jax.Array | None
    """`[num_envs]` bool, or `[num_envs, num_agents]`, whose next step belongs to an episode: it is
    none that stands for a reset, and the agent has not left. None: everybody's always."""

    @property
    def env_state(self) -> Any:
        """The states of the copies, `[num_envs]`."""
        return self.inner.env_state

    @property
    def episode_return(self) -> jax.Array:
        """Rewards of the running episodes, `[num_envs, ...]` float32, as the game gives them."""
        return self.inner.episode_return

    @property
    def done(self) -> jax.Array:
        """Whether the last step ended the copy's episode, `[num_envs]` bool."""
        return self.inner.done


class ObservationState(BatchState):
    """The batch's state and the moments of all observations so far."""

    moments: Any
    """As one observation, a `Moments` at each leaf. Of several agents, each has its own: every leaf
    leads with an axis `[num_agents]`."""


class RewardState(BatchState):
    """The batch's state and the moments of discounted returns."""

    discounted: jax.Array  # as the reward, float32, the running discounted return of each copy
    moments: Moments


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
    def autoreset(self) -> Autoreset:
        """When copies start afresh; see `jaxenvs.vectorize`."""
        return self.batch.autoreset

    @property
    def default_params(self) -> Any:
        """The environment's default params."""
        return self.batch.default_params

    def sample_actions(self, key: jax.Array, params: Any = None, vstate: Any = None) -> Any:
        """Random actions, `[num_envs, ...]`, as of the inner batch; the key is consumed."""
        inner = None if vstate is None else vstate.inner
        return self.batch.sample_actions(key, params, inner)

    def action_mask(self, vstate: Any, params: Any = None) -> jax.Array | None:
        """The environment's action masks, `[num_envs, ...]` bool, or None where it has none."""
        return self.batch.action_mask(vstate.inner, params)

    def _reset_batch(self, key: jax.Array, params: Any, inner_moments: Any) -> tuple[Any, Any]:
        """First observations and states of the batch inside, with its moments if it has any."""
        if inner_moments is None:
            return self.batch.reset(key, params)
        if not isinstance(self.batch, _BatchWrapper):
            raise ValueError("inner_moments: expected None, as the batch inside has no moments")
        return self.batch.reset(key, params, moments=inner_moments)

    def _everyone(self) -> jax.Array | None:
        """Who plays at the start, as `BatchState.playing`."""
        shape = reward_shape(self.env)
        if not shape and self.autoreset == "same_step":
            return None
        return jnp.ones((self.num_envs, *shape), jnp.bool_)

    def _fresh(self, vstate: Any, step: Transition) -> jax.Array | None:
        """Whose episode this step starts, as `BatchState.playing`."""
        if vstate.playing is None:
            return None
        due = due_after(self.autoreset, vstate.done, step.info["episode"]["done"])
        return _spread(due, vstate.playing)


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class NormalizeObservation(_BatchWrapper):
    """Observations with mean 0 and variance 1 over all that the whole batch has observed, clipped.

    The moments include every observation unless `frozen`, as for evaluation, where they stay those
    given to `reset`: `reset(key, moments=vstate.moments)` after training, or of
    `wrappers.load_moments(path)`. `info["final_obs"]` is normalized with the same moments.
    """

    limit: float = 10.0  # observations are clipped to +-limit
    frozen: bool = False

    def reset(
        self,
        key: jax.Array,
        params: Any = None,
        *,
        moments: Any = None,
        inner_moments: Any = None,
    ) -> tuple[Any, ObservationState]:
        """Resets the inner batch; the key is consumed.

        Args:
          key: of the inner batch.
          params: of the environment.
          moments: what is known already, as `ObservationState.moments`; None: nothing.
          inner_moments: likewise of the inner batch, where that is normalized too.

        Raises:
          ValueError: moments that do not fit the observations, or none at all where they are
            `frozen`.
        """
        if self.frozen and moments is None:
            raise ValueError(
                "moments: expected those of training, as frozen=True learns none: "
                "reset(key, moments=vstate.moments) or moments=wrappers.load_moments(path); "
                "inner_moments where another wrapper is around this one"
            )
        obs, inner = self._reset_batch(key, params, inner_moments)
        playing = self._everyone()
        nothing = jax.tree.map(lambda leaf: self._unknown(leaf.shape[1:]), obs)
        moments = nothing if moments is None else _fitting(moments, nothing)
        moments = self._update(moments, obs, playing)
        state = ObservationState(inner=inner, playing=playing, moments=moments)
        return self._normalize(moments, obs), state

    def step(
        self, key: jax.Array, vstate: ObservationState, action: Any, params: Any = None
    ) -> Transition:
        """Steps the inner batch."""
        step = self.batch.step(key, vstate.inner, action, params)
        fresh = self._fresh(vstate, step)
        observed = vstate.playing
        if observed is not None and fresh is not None:
            observed = observed | fresh
        moments = self._update(vstate.moments, step.obs, observed)
        info = step.info
        if "final_obs" in info:
            info = info | {"final_obs": self._normalize(moments, info["final_obs"])}
        playing = _go_on(vstate.playing, fresh, step)
        return step._replace(
            obs=self._normalize(moments, step.obs),
            state=ObservationState(inner=step.state, playing=playing, moments=moments),
            info=info,
        )

    def reset_where(
        self, key: jax.Array, vstate: ObservationState, mask: jax.Array, params: Any = None
    ) -> tuple[Any, ObservationState]:
        """Starts the copies in `mask`, `[num_envs]` bool, afresh; the key is consumed."""
        obs, inner = self.batch.reset_where(key, vstate.inner, mask, params)
        playing, observed = vstate.playing, mask
        if playing is not None:
            observed = _spread(mask, playing)
            playing = playing | observed
        moments = self._update(vstate.moments, obs, observed)
        state = ObservationState(inner=inner, playing=playing, moments=moments)
        return self._normalize(moments, obs), state

    def _unknown(self, shape: tuple[int, ...]) -> Moments:
        """No moments yet, for observations of a shape; of several agents each has its own."""
        if not has_agents(self.env):
            return Moments.zero(shape)
        return jax.vmap(lambda _: Moments.zero(shape[1:]))(jnp.arange(shape[0], dtype=jnp.int32))

    def _update(self, moments: Any, obs: Any, observed: jax.Array | None) -> Any:
        if self.frozen:
            return moments

        def update(leaf: jax.Array, known: Moments) -> Moments:
            leaf = leaf.astype(jnp.float32)
            if not has_agents(self.env):
                return known.update(leaf, observed)
            return jax.vmap(Moments.update, (0, 1, 1))(known, leaf, observed)

        return jax.tree.map(update, obs, moments)

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

    def reset(
        self,
        key: jax.Array,
        params: Any = None,
        *,
        moments: Moments | None = None,
        inner_moments: Any = None,
    ) -> tuple[Any, RewardState]:
        """Resets the inner batch; the key is consumed.

        Args:
          key: of the inner batch.
          params: of the environment.
          moments: what is known already, as `RewardState.moments`; None: nothing.
          inner_moments: likewise of the inner batch, where that is normalized too.

        Raises:
          ValueError: moments that are not those of a number.
        """
        obs, inner = self._reset_batch(key, params, inner_moments)
        known = Moments.zero() if moments is None else _fitting(moments, Moments.zero())
        return obs, RewardState(
            inner=inner,
            playing=self._everyone(),
            # Returns start in the shape of the rewards, which the inner batch counts already.
            discounted=jnp.zeros_like(inner.episode_return),
            moments=known,
        )

    def step(
        self, key: jax.Array, vstate: RewardState, action: Any, params: Any = None
    ) -> Transition:
        """Steps the inner batch."""
        step = self.batch.step(key, vstate.inner, action, params)
        paid = vstate.playing
        discounted, seen = discounted_return(
            vstate.discounted, step.reward, step.terminated | step.truncated, self.gamma
        )
        if paid is not None:
            discounted = jnp.where(paid, discounted, 0.0)
        moments = vstate.moments.update(seen, paid)
        state = RewardState(
            inner=step.state,
            playing=_go_on(paid, self._fresh(vstate, step), step),
            discounted=discounted,
            moments=moments,
        )
        return step._replace(reward=moments.scale(step.reward, self.limit), state=state)

    def reset_where(
        self, key: jax.Array, vstate: RewardState, mask: jax.Array, params: Any = None
    ) -> tuple[Any, RewardState]:
        """Starts the copies in `mask`, `[num_envs]` bool, afresh; the key is consumed."""
        obs, inner = self.batch.reset_where(key, vstate.inner, mask, params)
        playing = vstate.playing
        if playing is not None:
            playing = playing | _spread(mask, playing)
        discounted = where(mask, jnp.zeros_like(vstate.discounted), vstate.discounted)
        return obs, vstate.replace(inner=inner, playing=playing, discounted=discounted)


def _go_on(
    playing: jax.Array | None, fresh: jax.Array | None, step: Transition
) -> jax.Array | None:
    """Who plays at the next step: those whose episode starts, and those for whom none has ended."""
    if playing is None or fresh is None:
        return None
    ended = step.terminated | _spread(step.info["episode"]["done"], playing)
    return fresh | (playing & ~ended)


def _spread(per_env: jax.Array, like: jax.Array) -> jax.Array:
    """`[num_envs]` bool as `[num_envs, ...]`, the same for every agent."""
    return jnp.broadcast_to(per_env.reshape(-1, *[1] * (like.ndim - 1)), like.shape)


def _fitting(moments: Any, expected: Any) -> Any:
    """The moments as arrays, if they are of the expected structure and shapes.

    Raises `ValueError` that tells what was expected.
    """
    wanted, given = (jax.tree.map(jnp.shape, tree) for tree in (expected, moments))
    if wanted != given:
        raise ValueError(f"moments: expected shapes {wanted}, got {given}")
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), moments)
