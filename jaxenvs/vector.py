"""The batch engine: many copies of one environment, with automatic resets.

A finished copy starts afresh inside `step`. The observation is computed once, on the state that was
selected. How fresh starts are made depends on what a reset costs; see `jaxenvs.resets`.
"""

import dataclasses
from typing import Any, Generic, Literal

import jax
import jax.numpy as jnp

from jaxenvs import prng, resets
from jaxenvs.core import Env, ParamsT, StateT, Transition, as_key
from jaxenvs.levels import LevelEnv, LevelSource, has_levels
from jaxenvs.multi import reward_shape
from jaxenvs.ranges import Count, check, check_value
from jaxenvs.resets import Autoreset, Pool, usual_chunk, where
from jaxenvs.spaces import sample_legal
from jaxenvs.struct import PyTree

Resets = Literal["auto", "fused", "chunked", "pool"]


class Starts(PyTree):
    """Fresh episodes, every leaf with the same leading axis."""

    state: Any
    level: Any  # None without a level source


class VecState(PyTree):
    """What the batch engine remembers between steps."""

    env_state: Any  # [num_envs] states of the environment
    episode_return: jax.Array  # [num_envs, ...] float32, rewards of the running episode
    done: jax.Array  # [num_envs] bool, whether the last step ended the episode
    level: Any  # [num_envs] levels being played; None without a level source
    level_carry: Any  # the level source's memory; None without one
    pool: Pool | None


def vectorize(
    env: Env[StateT, ParamsT],
    num_envs: int,
    autoreset: Autoreset = "same_step",
    resets: Resets = "auto",
    *,
    final_obs: bool = False,
    level_source: LevelSource | None = None,
    chunk: int | None = None,
    pool_size: int = 256,
    pool_refresh: int = 1,
) -> "VecEnv[StateT, ParamsT]":
    """`num_envs` copies of `env`, stepped together, with the same `reset` and `step`.

    Args:
      env: any environment that keeps the contract.
      num_envs: the length of the leading axis of every array.
      autoreset: `same_step`: the step that ends an episode returns the first observation of the
        next one. `next_step`: it returns the last observation; the following step ignores its
        action, gives reward 0 and the first observation (Gymnasium's default). `disabled`: copies
        are reset only through `reset_where`.
      resets: how fresh starts are made: `fused`, `chunked` or `pool`, as `jaxenvs.resets` explains;
        `auto`: `chunked` where the environment's `reset_cost` is "expensive", else `fused`.
      final_obs: adds `info["final_obs"]`, the observation before the reset, equal to `obs` where
        no reset happened.
      level_source: where levels come from, for a `LevelEnv`; None: its own `sample_level`.
      chunk: starts made at a time by `chunked`; by default `num_envs / 32`.
      pool_size: starts held by `pool`.
      pool_refresh: how many of them are renewed at every step; divides `pool_size`.

    Raises:
      TypeError: names the argument of another kind.
      ValueError: names the argument that is out of range.
    """
    check_value("env", env, Env)
    check_value("num_envs", num_envs, Count)
    if level_source is not None and not has_levels(env):
        raise ValueError(f"level_source: {type(env.unwrapped).__name__} has no levels")
    if resets == "auto":
        resets = "chunked" if env.reset_cost == "expensive" else "fused"
    venv = VecEnv(
        env=env,
        num_envs=num_envs,
        autoreset=autoreset,
        resets=resets,
        final_obs=final_obs,
        level_source=level_source,
        chunk=chunk if chunk is not None else usual_chunk(num_envs),
        pool_size=pool_size,
        pool_refresh=pool_refresh,
    )
    if venv.chunk > num_envs:
        raise ValueError(f"chunk: expected 1 to num_envs ({num_envs}), got {chunk}")
    if pool_size % pool_refresh:
        raise ValueError(f"pool_refresh: expected a divisor of {pool_size}, got {pool_refresh}")
    return venv


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class VecEnv(Generic[StateT, ParamsT]):
    """A batch of environments; made by `vectorize`, which documents the fields. Static under `jit`.

    `info["episode"]` of every step holds `return` (`[num_envs]` float32; with the agent axis for
    several agents), `length` (`[num_envs]` int32) and `done` (`[num_envs]` bool), of the running
    episode up to and including this step: final values where `done`.
    """

    env: Env[StateT, ParamsT]
    num_envs: Count
    autoreset: Autoreset
    resets: Resets
    final_obs: bool
    level_source: LevelSource | None
    chunk: Count
    pool_size: Count
    pool_refresh: Count

    def __post_init__(self) -> None:
        check(self)

    @property
    def default_params(self) -> ParamsT:
        """The environment's default params."""
        return self.env.default_params

    def reset(self, key: jax.Array, params: ParamsT | None = None) -> tuple[Any, VecState]:
        """Starts all copies; the key is consumed. Returns observations `[num_envs, ...]`, state."""
        params = self.env.canonical_params(params)
        source_key, pool_key, start_key = jax.random.split(prng.fast_key(as_key(key)), 3)
        carry = None
        if self.level_source is not None:
            carry = self.level_source.init(source_key, self._level_env, params)
        pool = None
        if self.resets == "pool":
            starts, carry = self._starts(
                pool_key, jnp.arange(self.pool_size, dtype=jnp.int32), carry, params
            )
            pool = Pool(starts=starts, cursor=jnp.int32(0))
        starts, carry = self._starts(start_key, self._ids, carry, params)
        vstate = VecState(
            env_state=starts.state,
            episode_return=jnp.zeros((self.num_envs, *reward_shape(self.env)), jnp.float32),
            done=jnp.zeros(self.num_envs, jnp.bool_),
            level=starts.level,
            level_carry=carry,
            pool=pool,
        )
        return self._observe(vstate.env_state, params), vstate

    def step(
        self, key: jax.Array, vstate: VecState, action: Any, params: ParamsT | None = None
    ) -> Transition:
        """Plays one action in every copy and resets as `autoreset` says; the key is consumed."""
        params = self.env.canonical_params(params)
        cast = jax.vmap(lambda a: self.env.action_space().cast(a, "action"))
        step_key, reset_key = jax.random.split(prng.fast_key(as_key(key)))
        env_state, reward, terminated, truncated, info = jax.vmap(
            self.env.advance, in_axes=(0, 0, 0, None)
        )(self._env_keys(step_key), vstate.env_state, cast(action), params)
        reward, terminated, truncated, info = resets.silenced(
            self.autoreset, vstate.done, (reward, terminated, truncated, info)
        )
        done = _over_for_all(terminated | truncated)
        restart = resets.due_after(self.autoreset, vstate.done, done)
        episode_return = vstate.episode_return + reward
        if self.autoreset == "next_step":
            episode_return = where(restart, jnp.zeros_like(reward), episode_return)
        ended = vstate.replace(env_state=env_state, episode_return=episode_return, done=done)
        after = (
            ended
            if self.autoreset == "disabled"
            else self._restart(reset_key, ended, restart, params)
        )
        counted = after if self.autoreset == "next_step" else ended
        info = info | {
            "episode": {
                "return": counted.episode_return,
                "length": counted.env_state.time,
                "done": done,
            }
        }
        obs = self._observe(after.env_state, params)
        if self.final_obs:
            same_step = self.autoreset == "same_step"
            info["final_obs"] = self._observe(env_state, params) if same_step else obs
        return Transition(obs, after, reward, terminated, truncated, info)

    def reset_where(
        self,
        key: jax.Array,
        vstate: VecState,
        mask: jax.Array,
        params: ParamsT | None = None,
    ) -> tuple[Any, VecState]:
        """Starts the copies in `mask`, `[num_envs]` bool, afresh; the key is consumed."""
        params = self.env.canonical_params(params)
        fresh = vstate.replace(done=vstate.done & ~mask)
        fresh = self._restart(prng.fast_key(as_key(key)), fresh, mask, params)
        return self._observe(fresh.env_state, params), fresh

    def sample_actions(
        self, key: jax.Array, params: ParamsT | None = None, vstate: VecState | None = None
    ) -> Any:
        """Random actions, `[num_envs, ...]`, within the bounds of `params`; the key is consumed.

        With the state of the batch, `vstate`, only actions that its masks allow.
        """
        keys, space = self._env_keys(as_key(key)), self.env.action_space(params)
        mask = None if vstate is None else self.action_mask(vstate, params)
        if mask is None:
            return jax.vmap(space.sample)(keys)
        return jax.vmap(lambda key, mask: sample_legal(space, key, mask))(keys, mask)

    def action_mask(self, vstate: VecState, params: ParamsT | None = None) -> jax.Array | None:
        """The environment's action masks, `[num_envs, ...]` bool, or None where it has none."""
        params = self.env.canonical_params(params)
        return jax.vmap(self.env.action_mask, in_axes=(0, None))(vstate.env_state, params)

    # -- inside --------------------------------------------------------------------------------

    @property
    def _ids(self) -> jax.Array:
        return jnp.arange(self.num_envs, dtype=jnp.int32)

    @property
    def _level_env(self) -> LevelEnv[Any, Any, Any]:
        """The environment, which plays levels where there is a level source."""
        assert has_levels(self.env)
        return self.env

    def _env_keys(self, key: jax.Array) -> jax.Array:
        return prng.keys_for(key, self._ids)

    def _observe(self, env_state: Any, params: ParamsT) -> Any:
        return jax.vmap(self.env.observe, in_axes=(0, None))(env_state, params)

    def _starts(
        self,
        key: jax.Array,
        ids: jax.Array,
        carry: Any,
        params: ParamsT,
        used: jax.Array | None = None,
    ) -> tuple[Starts, Any]:
        """A fresh start for each id, and the level source's next carry.

        A start depends on the key and its own id alone, whatever else is asked for.
        """
        if self.level_source is None:
            keys = prng.keys_for(key, ids)
            state = jax.vmap(self.env.initial, in_axes=(0, None))(keys, params)
            return Starts(state=state, level=None), carry
        level_key, start_key = jax.random.split(key)
        used = jnp.ones(ids.shape, jnp.bool_) if used is None else used
        # The source draws for the whole chunk at once, so the first id makes its key.
        draw_key = jax.random.fold_in(level_key, ids[0])
        level, carry = self.level_source.draw(draw_key, carry, used, self._level_env, params)
        keys = prng.keys_for(start_key, ids)
        state = jax.vmap(self._level_env.initial_on, in_axes=(0, 0, None))(keys, level, params)
        return Starts(state=state, level=level), carry

    def _restart(
        self, key: jax.Array, vstate: VecState, restart: jax.Array, params: ParamsT
    ) -> VecState:
        """Puts a fresh start where `restart` says, by the strategy of `resets`."""
        pick_key, start_key = jax.random.split(key) if self.resets == "pool" else (key, key)

        def make_starts(ids: jax.Array, used: jax.Array, carry: Any) -> tuple[Starts, Any]:
            return self._starts(start_key, ids, carry, params, used)

        current = Starts(state=vstate.env_state, level=vstate.level)
        carry, pool = vstate.level_carry, vstate.pool
        if pool is not None:
            current, carry, pool = resets.pooled(
                pick_key, make_starts, restart, current, carry, pool, self.pool_refresh
            )
        elif self.resets == "chunked":
            current, carry = resets.chunked(make_starts, restart, current, carry, self.chunk)
        else:
            current, carry = resets.fused(make_starts, restart, current, carry)
        zeros = jnp.zeros_like(vstate.episode_return)
        return vstate.replace(
            env_state=current.state,
            level=current.level,
            level_carry=carry,
            pool=pool,
            episode_return=where(restart, zeros, vstate.episode_return),
        )


def _over_for_all(done: jax.Array) -> jax.Array:
    """`[num_envs]` from `[num_envs, ...]`: an episode is over when it is for all its agents."""
    return done if done.ndim == 1 else done.all(axis=tuple(range(1, done.ndim)))
