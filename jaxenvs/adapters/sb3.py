"""A batch of one jaxenvs environment as a Stable-Baselines3 `VecEnv`.

from stable_baselines3 import PPO
from jaxenvs.adapters.sb3 import JaxVecEnv

PPO("MlpPolicy", JaxVecEnv("CartPole-v1", num_envs=64)).learn(200_000)
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from jaxenvs.adapters._host import arguments, outputs
from jaxenvs.adapters._host.episodes import Episodes
from jaxenvs.adapters._host.sb3_batch import BatchVecEnv
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from jaxenvs.core import Env

_FINAL = ("final_obs", "final_info")


class JaxVecEnv(BatchVecEnv):
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
        # Before the base class, which asks for the render mode.
        self.batch = GymnasiumVectorEnv(
            arguments.game_of(env, kwargs),
            num_envs,
            autoreset_mode=AutoresetMode.SAME_STEP,
            render_mode=render_mode,
        )
        self._actions: Any = None
        self._episodes = Episodes(num_envs)
        super().__init__(
            num_envs, self.batch.single_observation_space, self.batch.single_action_space
        )
        self.metadata["render_fps"] = self.batch.metadata["render_fps"]

    def reset(self) -> Any:
        obs, infos = self.batch.reset(seed=self._seeds, options=self._options[0] or None)
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

    def action_masks(self) -> np.ndarray:
        """Bool `[num_envs, num_actions]`, as `GymnasiumEnv.action_masks`; for MaskablePPO."""
        return self.batch.action_masks()

    def set_options(self, options: list[dict] | dict | None = None) -> None:
        """Params of the episodes that the next reset starts, the same for all copies.

        Raises `ValueError` or `TypeError`, which names the option, where one is refused; those of
        before are then kept.
        """
        each = options if isinstance(options, list) else [options]
        if any(other != each[0] for other in each):
            raise ValueError("options: expected the same for all copies")
        arguments.episode_params(self.batch.jax_env, each[0])
        super().set_options(options)

    def get_images(self) -> Sequence[np.ndarray | None]:
        """A picture of each copy, uint8 `[height, width, 3]`."""
        if self.render_mode != "rgb_array":
            return [None] * self.num_envs
        return self.batch.render() or []

    @property
    def _owners(self) -> tuple[Any, ...]:
        return self.batch, self.batch.jax_env
