"""A jaxenvs environment as a `dm_env.Environment`."""

from typing import Any

import dm_env
import jax
import numpy as np
from dm_env import specs

from jaxenvs import spaces
from jaxenvs.adapters._host import arguments, bsuite_counts
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.core import Env


class DmEnv(dm_env.Environment):
    """One environment with DeepMind's interface.

    Where the game is over the last step has discount 0, where only the time limit was reached
    discount 1, so that a value follows. A step after the last one starts a new episode and ignores
    its action, as `dm_env` asks.

    Games of bsuite have `bsuite_num_episodes` and `bsuite_info` too, so that bsuite's loggers take
    them: `csv_logging.wrap_environment(DmEnv("bsuite-Catch-v0"), "catch/0", results_dir)`.

    Args:
      env: a registered id or an environment; its own time limit holds.
      seed: fixes everything random.
      **kwargs: constructor fields and params of the id's class, as in `jaxenvs.make`.
    """

    def __init__(self, env: str | Env[Any, Any], seed: int | None = None, **kwargs: Any) -> None:
        self._env = GymnasiumEnv(arguments.game_of(env, kwargs))
        self._seed = seed
        self._over = True
        game = self._env.jax_env
        self._counts = bsuite_counts.Counts(game) if bsuite_counts.is_of_bsuite(game) else None

    def reset(self) -> dm_env.TimeStep:
        obs, _ = self._env.reset(seed=self._seed)
        self._seed, self._over = None, False
        if self._counts is not None:
            self._counts.restart()
        return dm_env.restart(_as_numpy(obs))

    def step(self, action: Any) -> dm_env.TimeStep:
        if self._over:
            return self.reset()
        obs, reward, terminated, truncated, info = self._env.step(action)
        obs, self._over = _as_numpy(obs), terminated or truncated
        if self._counts is not None:
            self._counts.add(reward, info, self._over)
        if terminated:
            return dm_env.termination(reward, obs)
        return dm_env.truncation(reward, obs) if truncated else dm_env.transition(reward, obs)

    def observation_spec(self) -> Any:
        return to_spec(self._env.jax_env.observation_space(), "observation")

    def action_spec(self) -> Any:
        return to_spec(self._env.jax_env.action_space(), "action")

    @property
    def bsuite_num_episodes(self) -> int:
        """For how many episodes bsuite plays the game; `AttributeError` for any other game."""
        self._check_bsuite()
        return bsuite_counts.num_episodes(self._env.jax_env)

    def bsuite_info(self) -> dict[str, float]:
        """What bsuite's own environment has counted by now, over all episodes.

        Raises `AttributeError` for a game that is not of bsuite.
        """
        return self._check_bsuite().report()

    def _check_bsuite(self) -> bsuite_counts.Counts:
        if self._counts is None:
            name = type(self._env.jax_env.unwrapped).__name__
            raise AttributeError(f"{name} is no game of bsuite, which alone are counted")
        return self._counts

    def close(self) -> None:
        self._env.close()


def to_spec(space: spaces.Space, name: str) -> Any:
    """The space in DeepMind's specs; dicts and tuples stay such, with specs inside."""
    match space:
        case spaces.Discrete() if space.start == 0:
            return specs.DiscreteArray(space.n, np.int32, name)
        case spaces.Discrete():
            return specs.BoundedArray((), space.dtype, space.start, space.start + space.n - 1, name)
        case spaces.Box():
            if np.isinf(space.low).all() and np.isinf(space.high).all():
                return specs.Array(space.shape, space.dtype, name)
            return specs.BoundedArray(space.shape, space.dtype, space.low, space.high, name)
        case spaces.MultiDiscrete():
            last = space.start + space.num_values - 1
            return specs.BoundedArray(space.shape, space.dtype, space.start, last, name)
        case spaces.MultiBinary():
            return specs.BoundedArray(space.shape, space.dtype, False, True, name)
        case spaces.Dict():
            return {key: to_spec(part, key) for key, part in space.spaces.items()}
        case spaces.Tuple():
            return tuple(to_spec(part, f"{name}_{i}") for i, part in enumerate(space.spaces))
    raise TypeError(f"{name}: no spec for {space}")


def _as_numpy(obs: Any) -> Any:
    """Numbers of a Discrete space as numpy's, which specs validate."""
    return jax.tree.map(
        lambda leaf: np.asarray(leaf, np.int32) if isinstance(leaf, int | np.integer) else leaf, obs
    )
