"""A batch of a game of several agents as a Stable-Baselines3 `VecEnv`: agents share one policy.

from stable_baselines3 import PPO
from jaxenvs.adapters.sb3_agents import AgentsVecEnv

PPO("MlpPolicy", AgentsVecEnv("MPE-SimpleSpread-v3", num_envs=32)).learn(200_000)
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
from gymnasium.error import ResetNeeded

from jaxenvs import spaces
from jaxenvs.adapters._host import arguments, frames
from jaxenvs.adapters._host.sb3_batch import BatchVecEnv
from jaxenvs.core import Env
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.vector import vectorize


class AgentsVecEnv(BatchVecEnv):
    """`num_envs` copies, each agent of each a slot: slot `i` is agent `i % num_agents`.

    Observations are padded, flat float32, and end with the one-hot number of the agent. Where
    agents have different numbers of actions, the smaller take what is beyond theirs for their last
    one. Copies restart by themselves when the game is over for all, and an agent that leaves early
    stays in its slot with reward 0. A step that ends an episode returns the first observation of
    the next one; infos then hold `terminal_observation`, `TimeLimit.truncated` and `episode`, with
    return `r` of the agent and length `l`.

    Args: env: a registered id or an environment; its own time limit holds. num_envs: how many
    copies. render_mode: None or "rgb_array". **kwargs: constructor fields and params of the id's
    class, as in `jaxenvs.make`.
    """

    def __init__(
        self,
        env: str | Env[Any, Any],
        num_envs: int = 1,
        render_mode: str | None = None,
        **kwargs: Any,
    ) -> None:
        frames.check_render_mode(render_mode, ["rgb_array"])
        game = arguments.of_several_agents(arguments.game_of(env, kwargs))
        self.jax_env, self.render_mode = game, render_mode
        self._num_agents, self._num_copies = game.num_agents, num_envs
        self._venv = vectorize(game, num_envs, final_obs=True)
        self._reset, self._step = jax.jit(self._start), jax.jit(self._advance)
        self._masks = jax.jit(self._venv.action_mask)
        self._key, self._vstate, self._actions = jax.random.key(0), None, None
        (size,) = jax.eval_shape(self._start, self._key)[0].shape[1:]
        self._limits = _limits(game)
        super().__init__(
            num_envs * self._num_agents,
            gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32),
            _shared_actions(game),
        )
        if render_mode is not None:
            self.metadata["render_fps"] = frames.natural_fps(game)

    def reset(self) -> np.ndarray:
        """First observations. The first slot's seed, if `seed` gave one, fixes all the play."""
        if self._seeds[0] is not None:
            self._key = jax.random.key(self._seeds[0])
        self._key, key = jax.random.split(self._key)
        obs, self._vstate = self._reset(key)
        self._reset_seeds()
        self._reset_options()
        return np.array(obs)

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> Any:
        self._key, key = jax.random.split(self._key)
        actions = np.asarray(self._actions).reshape(self._num_copies, self._num_agents, -1)
        if self._limits is not None:
            actions = np.minimum(actions[..., 0], self._limits).astype(np.int32)
        self._vstate, outcome = self._step(key, self._vstate, actions)
        obs, reward, done, truncated, final, returns, length = jax.device_get(outcome)
        infos: list[dict[str, Any]] = [{"TimeLimit.truncated": False} for _ in done]
        for i in np.flatnonzero(done).tolist():
            infos[i] = {
                "TimeLimit.truncated": bool(truncated[i]),
                "terminal_observation": final[i],
                "episode": {"r": float(returns[i]), "l": int(length[i // self._num_agents])},
            }
        return np.array(obs), np.array(reward), np.array(done), infos

    def close(self) -> None:
        pass

    def action_masks(self) -> np.ndarray:
        """Bool `[slots, num_actions]`, true where the slot's agent may do it; for MaskablePPO.

        All of an agent's own actions where the rules forbid none, and never more than those.
        Raises `TypeError` where actions are boxes.
        """
        if self._limits is None:
            raise TypeError(f"action_masks: {self.action_space} has no actions to count")
        if self._vstate is None:
            raise ResetNeeded("call reset() before action_masks()")
        masks = self._masks(self._vstate)
        if masks is None:  # nothing is forbidden, and all agents have as many actions
            masks = np.ones((self.num_envs, self._limits[0] + 1), np.bool_)
        return np.array(masks).reshape(self.num_envs, -1)

    def set_options(self, options: list[dict] | dict | None = None) -> None:
        """Refused, `ValueError`: the batch has one set of params, which it is made with."""
        if any(options if isinstance(options, list) else [options]):
            raise ValueError(
                f"options: {options} cannot be set on a batch: "
                "give params to AgentsVecEnv when it is made"
            )
        super().set_options(options)

    def get_images(self) -> Sequence[np.ndarray | None]:
        """A picture for each slot, uint8 `[height, width, 3]`, the same for agents of one game."""
        if self.render_mode != "rgb_array" or self._vstate is None:
            return [None] * self.num_envs
        states = jax.device_get(self._vstate.env_state)
        params = self.jax_env.default_params
        pictures = []
        for i in range(self._num_copies):
            state = jax.tree.map(lambda leaf, i=i: leaf[i], states)
            pictures += [frames.picture(self.jax_env, state, params)] * self._num_agents
        return pictures

    # -- inside --------------------------------------------------------------------------------

    @property
    def _owners(self) -> tuple[Any, ...]:
        return self, self.jax_env

    def _slots(self, obs: Any) -> jax.Array:
        """`(num_envs * num_agents, size)` float32, with the agents' numbers."""
        n = self._num_agents
        leaves = [leaf.reshape(self._num_copies, n, -1) for leaf in jax.tree.leaves(obs)]
        flat = jnp.concatenate([leaf.astype(jnp.float32) for leaf in leaves], axis=2)
        ids = jnp.broadcast_to(np.eye(n, dtype=np.float32), (self._num_copies, n, n))
        return jnp.concatenate([flat, ids], axis=2).reshape(self._num_copies * n, -1)

    def _start(self, key: jax.Array) -> tuple[jax.Array, Any]:
        obs, vstate = self._venv.reset(key)
        return self._slots(obs), vstate

    def _advance(self, key: jax.Array, vstate: Any, actions: jax.Array) -> tuple[Any, Any]:
        t = self._venv.step(key, vstate, actions)
        episode = t.info["episode"]
        done = jnp.repeat(episode["done"], self._num_agents)
        timed_out = (t.truncated & ~t.terminated).reshape(-1) & done
        final = self._slots(t.info["final_obs"])
        returns = episode["return"].reshape(-1)
        outcome = (self._slots(t.obs), t.reward.reshape(-1), done, timed_out, final, returns)
        return t.state, (*outcome, episode["length"])


def _limits(env: MultiAgentEnv[Any, Any]) -> np.ndarray | None:
    """Each agent's last action; None where actions are boxes."""
    own = [env.action_spaces()[agent] for agent in env.agents]
    counts = [space.n for space in own if isinstance(space, spaces.Discrete)]
    return np.array(counts) - 1 if len(counts) == len(own) else None


def _shared_actions(env: MultiAgentEnv[Any, Any]) -> gymnasium.spaces.Space[Any]:
    """The largest agent's space. Raises `TypeError` where agents have different kinds of them."""
    own = [env.action_spaces()[agent] for agent in env.agents]
    if all(isinstance(space, spaces.Discrete) for space in own):
        return gymnasium.spaces.Discrete(max(space.n for space in own))  # type: ignore[attr-defined]
    if all(isinstance(space, spaces.Box) and len(space.shape) == 1 for space in own):
        return max(own, key=lambda space: space.shape[0]).to_gymnasium()  # type: ignore[attr-defined]
    raise TypeError(f"expected all actions to be Discrete or flat boxes, got {own}")
