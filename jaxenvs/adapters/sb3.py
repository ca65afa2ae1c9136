"""A batch of one jaxenvs environment as a Stable-Baselines3 `VecEnv`.

from stable_baselines3 import PPO
from jaxenvs.adapters.sb3 import JaxVecEnv

PPO("MlpPolicy", JaxVecEnv("CartPole-v1", num_envs=64)).learn(200_000)
"""

from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env import VecEnv  # pyright: ignore[reportMissingImports]

import jaxenvs
from jaxenvs.adapters._host import outputs
from jaxenvs.adapters._host.episodes import Episodes
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from jaxenvs.core import Env

Indices = int | Iterable[int] | None

_FINAL = ("final_obs", "final_info")


class JaxVecEnv(VecEnv):
    """`num_envs` copies, stepped and restarted in one dispatch.

    A step that ends an episode returns the first observation of the next one; its info then holds
    `terminal_observation`, `TimeLimit.truncated` (the time limit and nothing else ended it) and
    `episode`, with return `r` and length `l`, as SB3's `Monitor` reports them.

    Args:
      env: a registered id or an environment; its own time limit holds.
      num_envs: how many copies.
      render_mode: None or "rgb_array".
      **kwargs: constructor fields and params of the id's class, as in `jaxenvs.make`.
    """

    def __init__(
        self,
        env: str | Env[Any, Any],
        num_envs: int = 1,
        render_mode: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(env, str) and kwargs:
            raise TypeError(f"{[*kwargs]} are options of an id; change the environment itself")
        game = jaxenvs.make(env, **kwargs) if isinstance(env, str) else env
        # Before the base class, which asks for the render mode.
        self.batch = GymnasiumVectorEnv(
            game, num_envs, autoreset_mode=AutoresetMode.SAME_STEP, render_mode=render_mode
        )
        self._actions: Any = None
        self._episodes = Episodes(num_envs)
        super().__init__(
            num_envs, self.batch.single_observation_space, self.batch.single_action_space
        )

    def reset(self) -> Any:
        options = self._options[0]
        if any(other != options for other in self._options):
            raise ValueError("options: expected the same for all copies")
        obs, infos = self.batch.reset(seed=self._seeds, options=options or None)
        self._reset_seeds()
        self._reset_options()
        self._episodes.restart(np.ones(self.num_envs, np.bool_))
        self.reset_infos = [outputs.entry(infos, i) for i in range(self.num_envs)]
        return obs

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> Any:
        obs, reward, terminated, truncated, infos = self.batch.step(self._actions)
        done = terminated | truncated
        rows = [{"TimeLimit.truncated": False} for _ in range(self.num_envs)]
        final_info = infos.get("final_info", {})
        own = {name: part for name, part in infos.items() if name.lstrip("_") not in _FINAL}
        if own:
            for i in range(self.num_envs):
                if done[i]:
                    self.reset_infos[i] = outputs.entry(own, i)
                else:
                    rows[i] |= outputs.entry(own, i)
        for i, episode in self._episodes.count(reward, done).items():
            rows[i] = outputs.entry(final_info, i) | {
                "TimeLimit.truncated": bool(truncated[i] and not terminated[i]),
                "terminal_observation": infos["final_obs"][i],
                "episode": {"r": episode.episode_return, "l": episode.length},
            }
        return obs, reward.astype(np.float32), done, rows

    def close(self) -> None:
        self.batch.close()

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """An attribute of this object, of the batch or of the environment, once for each copy."""
        for owner in (self.batch, self.batch.jax_env):
            if hasattr(owner, attr_name):
                return [getattr(owner, attr_name)] * len(self._listed(indices))
        raise AttributeError(f"neither the batch nor its environment has {attr_name!r}")

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Refused: the copies are one program."""
        raise AttributeError(
            f"{attr_name} cannot be set on a running batch: give it to JaxVecEnv as an option"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """Calls a method of the environment, a pure function, once for each copy."""
        method = getattr(self.batch.jax_env, method_name)
        return [method(*method_args, **method_kwargs) for _ in self._listed(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper], indices: Indices = None
    ) -> list[bool]:
        """Whether episodes are monitored: they are, so SB3 adds no `Monitor`."""
        monitored = wrapper_class.__name__ == "Monitor"
        return [monitored] * len(self._listed(indices))

    def get_images(self) -> Sequence[np.ndarray | None]:
        """A picture of each copy, uint8 `[height, width, 3]`."""
        if self.render_mode != "rgb_array":
            return [None] * self.num_envs
        return self.batch.render() or []

    def _listed(self, indices: Indices) -> list[int]:
        return list(self._get_indices(indices))
