"""Games of several agents as PettingZoo environments.

    from jaxenvs.adapters.pettingzoo import aec_env, parallel_env

    env = parallel_env("MPE-SimpleSpread-v3")
    observations, infos = env.reset(seed=0)

Arrays of all agents become dicts by name, without padding. A step is one dispatch, which costs far
more than a small game's rules: for speed, use `jaxenvs.vectorize`, or the batch for
Stable-Baselines3 in `jaxenvs.adapters.sb3_agents`.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Literal

import gymnasium
import jax
import numpy as np
from gymnasium.utils import seeding

from jaxenvs import extras, spaces
from jaxenvs.adapters._host import arguments, frames, outputs
from jaxenvs.adapters._host.actions import action_reader
from jaxenvs.adapters._host.carried import CarriedOne
from jaxenvs.core import Env
from jaxenvs.multi import MultiAgentEnv, row_of

with extras.needs("multiagent"):
    from pettingzoo import AECEnv, ParallelEnv
    from pettingzoo.utils.conversions import parallel_to_aec
    from pettingzoo.utils.wrappers import OrderEnforcingWrapper

Game = str | MultiAgentEnv[Any, Any]
Dicts = tuple[dict[str, Any], ...]


def parallel_env(env: Game, **options: Any) -> "JaxParallelEnv":
    """All agents act at once. `options` as of `JaxParallelEnv`."""
    return JaxParallelEnv(env, **options)


def aec_env(env: Game, **options: Any) -> AECEnv[str, Any, Any]:
    """One agent after the other chooses; the game moves when all have. `options` as above.

    An action that is refused is refused when it is given, and the agent may choose again.
    """
    return _Checked(parallel_to_aec(JaxParallelEnv(env, **options)))


def module(env: Game, **options: Any) -> Any:
    """What PettingZoo's scripts import as a module: `env(...)` and `parallel_env(...)`."""

    def make(build: Callable[..., Any]) -> Callable[..., Any]:
        return lambda **more: build(env, **options | more)

    return SimpleNamespace(
        env=make(aec_env), raw_env=make(aec_env), parallel_env=make(parallel_env)
    )


class _Checked(OrderEnforcingWrapper):
    """Refuses an action when it is given, not when the last agent has chosen and the game moves."""

    def step(self, action: Any) -> None:
        if self._has_reset and self.agents:
            agent = self.agent_selection
            if not (self.terminations[agent] or self.truncations[agent]):
                game: Any = self.unwrapped
                game.read_action(agent, action)
        super().step(action)


class JaxParallelEnv(CarriedOne[MultiAgentEnv[Any, Any]], ParallelEnv[str, Any, Any]):
    """A game with PettingZoo's parallel interface.

    Args: env: a registered id or an environment with several agents. render_mode: None, "rgb_array"
    (uint8 `[height, width, 3]`) or "human" (a window). max_cycles: the time limit in steps; None:
    the game's own. drop_dead: whether an agent that has terminated leaves; if not, all stay until
    the game is over for all, and get the rewards that their team makes without them. masks: whether
    observations are dicts of "observation" and "action_mask" (int8); None: where the game's rules
    forbid actions. Infos hold the mask in any case. illegal: what becomes of an action that the
    rules forbid at this moment: "report": the game plays it by its own rules, and
    `infos[agent]["illegal_action"]` is true (a bool in every such game); "raise": `ValueError`. The
    former is the default because scripts for this interface, PettingZoo's own tests among them,
    draw actions without masks. **kwargs: constructor fields and params of the
    id's class, as in `jaxenvs.make`.

    `state()` is the game's global state. A seed fixes everything random until the next seed.
    Options of a reset change params of the episode, and are ignored where they name none.

    An action that the agent does not have raises `ValueError`, as do a missing one and one of
    somebody who is not in `agents`; the episode then goes on from where it stands.
    """

    device = None
    made_anew = (*CarriedOne.made_anew, "_shows", "_readers", "_window")
    metadata: dict[str, Any] = {  # noqa: RUF012 - as ParallelEnv declares it
        "render_modes": ["human", "rgb_array"],
        "is_parallelizable": True,
        "render_fps": frames.FPS,
    }

    def __init__(
        self,
        env: Game,
        *,
        render_mode: str | None = None,
        max_cycles: int | None = None,
        drop_dead: bool = True,
        masks: bool | None = None,
        illegal: Literal["report", "raise"] = "report",
        **kwargs: Any,
    ) -> None:
        frames.check_render_mode(render_mode, self.metadata["render_modes"])
        if illegal not in ("report", "raise"):
            raise ValueError(f"illegal: expected 'report' or 'raise', got {illegal!r}")
        game = arguments.limit_steps(
            arguments.of_several_agents(arguments.game_of(env, kwargs)), max_cycles
        )
        self.jax_env, self.render_mode, self.drop_dead = game, render_mode, drop_dead
        name = env if isinstance(env, str) else type(game.unwrapped).__name__
        fps = frames.FPS if render_mode is None else frames.natural_fps(game)
        self.metadata = self.metadata | {"name": name.replace("-", "_"), "render_fps": fps}
        self.possible_agents = list(game.agents)
        self.agents: list[str] = []
        self._rows = {agent: i for i, agent in enumerate(self.possible_agents)}
        self.masks = _forbids(game) if masks is None else masks
        self._legal: np.ndarray | None = None  # what the rules allow now, [num_agents, n]
        self.illegal = illegal
        self._set_spaces()
        self._saved = None
        self._is_seeded = False
        self._prepare()

    def _prepare(self) -> None:
        self._shows = {a: outputs.presenter(self._own[a], batched=False) for a in self._own}
        self._readers = {
            agent: action_reader(space, name=f"{agent}: action")
            for agent, space in self._acted.items()
        }
        self._carry = None
        self._window: Any = None

    def _set_spaces(self) -> None:
        game = self.jax_env
        observed, acted = game.observation_spaces(), game.action_spaces()
        self._own, self._acted = observed, acted
        self._no_op = jax.eval_shape(self.jax_env.action_space().sample, jax.random.key(0))
        self.action_spaces = {agent: acted[agent].to_gymnasium() for agent in acted}
        self.observation_spaces = {agent: observed[agent].to_gymnasium() for agent in observed}
        if self.masks:
            for agent, space in self.observation_spaces.items():
                shape = (_num_actions(acted[agent]),)
                mask = gymnasium.spaces.Box(0, 1, shape, np.int8)
                both = {"observation": space, "action_mask": mask}
                self.observation_spaces[agent] = gymnasium.spaces.Dict(both)
        state = jax.eval_shape(self.jax_env.reset, jax.random.key(0))[1]
        whole = jax.eval_shape(game.global_state, state, self.jax_env.default_params)
        (size,) = whole.shape
        self.state_space = gymnasium.spaces.Box(-np.inf, np.inf, (size,), np.float32)

    # -- PettingZoo's interface ----------------------------------------------------------------

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        params = arguments.episode_params(self.jax_env, self._known(options))
        if seed is not None or not self._is_seeded:
            self._new_stream(seeding.np_random(seed)[0])
            self._is_seeded = True
        obs, info = self._start(params)
        self.agents = self.possible_agents[:]
        self._show_if_human()
        return self._by_agent(obs, info)

    def step(self, actions: Mapping[str, Any]) -> Dicts:  # type: ignore[override]
        if self._carry is None:
            self._wake()
        if not self.agents:
            return {}, {}, {}, {}, {}
        read = self._read(actions)
        illegal = {agent: self._is_illegal(agent, read[agent]) for agent in read}
        obs, numbers, info = self._advance(self._stacked(read))
        reward, terminated, truncated = numbers[0], numbers[1] != 0, numbers[2] != 0
        if not self.drop_dead and not (terminated | truncated).all():
            terminated = np.zeros_like(terminated)
        live = self.agents
        observations, infos = self._by_agent(obs, info)
        if self._legal is not None:
            infos = {agent: infos[agent] | {"illegal_action": illegal[agent]} for agent in live}
        result = (
            observations,
            {agent: float(reward[self._rows[agent]]) for agent in live},
            {agent: bool(terminated[self._rows[agent]]) for agent in live},
            {agent: bool(truncated[self._rows[agent]]) for agent in live},
            infos,
        )
        self.agents = [a for a in live if not (terminated | truncated)[self._rows[a]]]
        self._show_if_human()
        return result

    def state(self) -> np.ndarray:
        """The game's global state, `(n,)` float32."""
        if self._carry is None:
            self._wake()
        return np.array(self._program.global_state(self._carry))

    def render(self) -> np.ndarray | None:
        if self.render_mode is None:
            gymnasium.logger.warn("render() gives nothing without a render_mode")
            return None
        carry = self._read_carry()
        params = self.jax_env.default_params if carry.params is None else carry.params
        picture = frames.picture(self.jax_env, carry.state, params)
        if self.render_mode == "rgb_array":
            return picture
        if self._window is None:
            self._window = frames.open_window(self.metadata["name"], picture)
        self._window.show(picture)
        self._window.keys()
        self._window.wait(self.metadata["render_fps"])
        return None

    def close(self) -> None:
        if self._window is not None:
            self._window.__exit__()
            self._window = None

    # -- beyond PettingZoo ---------------------------------------------------------------------

    def read_action(self, agent: str, action: Any) -> Any:
        """An agent's action in the form in which the game takes it, in numpy.

        Raises `ValueError` for one that the agent does not have and, if that is asked for, for one
        that is illegal now.
        """
        read = self._readers[agent](action)
        if self.illegal == "raise" and self._is_illegal(agent, read):
            assert self._legal is not None
            allowed = np.flatnonzero(self._legal[self._rows[agent]]).tolist()
            raise ValueError(f"{agent}: action {read} is illegal now; its mask allows {allowed}")
        return read

    # -- inside --------------------------------------------------------------------------------

    def _show_if_human(self) -> None:
        if self.render_mode == "human":
            self.render()

    def _known(self, options: Mapping[str, Any] | None) -> dict[str, Any]:
        """Options that name params; PettingZoo's own tests pass others along."""
        names = {*vars(self.jax_env.default_params), "params"} - {"max_steps"}
        return {name: value for name, value in (options or {}).items() if name in names}

    def _read(self, actions: Mapping[str, Any]) -> dict[str, Any]:
        """The actions of the living, in the form in which the game takes them, in numpy."""
        if set(self.agents) != set(actions):
            raise ValueError(f"actions: expected one for each of {self.agents}, not {[*actions]}")
        return {agent: self.read_action(agent, actions[agent]) for agent in self.agents}

    def _is_illegal(self, agent: str, action: Any) -> bool:
        """Whether the rules forbid at this moment an action that the agent has."""
        return self._legal is not None and not self._legal[self._rows[agent], action]

    def _stacked(self, actions: Mapping[str, Any]) -> Any:
        """The actions of the living as one array; those who have left do nothing, which is 0."""
        stacked = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), self._no_op)
        for agent, action in actions.items():
            _place(stacked, action, self._rows[agent])
        return stacked

    def _by_agent(self, obs: Any, info: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Observations and infos of the agents that are left, from those of all."""
        masks = info.pop("action_mask", None)
        if not _forbids(self.jax_env):
            masks = None  # which would tell padding from actions, as the spaces do
        self._legal = masks
        masked = {agent: self._mask_info(masks, agent) for agent in self.agents}
        infos = {agent: self._own_info(info, agent) | masked[agent] for agent in self.agents}
        own = {agent: self._one(obs, agent) for agent in self.agents}
        if self.masks:
            own = {agent: {"observation": own[agent]} | masked[agent] for agent in own}
        return own, infos

    def _one(self, obs: Any, agent: str) -> Any:
        own = row_of(obs, self._rows[agent], self._own[agent])
        return self._shows[agent](jax.tree.map(np.array, own))

    def _mask_info(self, masks: np.ndarray | None, agent: str) -> dict[str, np.ndarray]:
        size = _num_actions(self._acted[agent])
        if masks is None:
            return {"action_mask": np.ones(size, np.int8)} if self.masks else {}
        return {"action_mask": masks[self._rows[agent], :size].copy()}

    def _own_info(self, info: Mapping[str, Any], agent: str) -> dict[str, Any]:
        """What is per agent in an info, and everything that is not."""
        count, row = len(self.possible_agents), self._rows[agent]

        def own(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: own(part) for name, part in value.items()}
            value = np.asarray(value)
            return value[row] if value.ndim and value.shape[0] == count else value

        return {name: outputs.single_info(own(value)) for name, value in info.items()}


def _forbids(env: Env[Any, Any]) -> bool:
    """Whether the game's rules forbid actions, so that masks say more than the spaces do."""
    return type(env.unwrapped).action_mask is not MultiAgentEnv.action_mask


def _num_actions(space: spaces.Space) -> int:
    return space.n if isinstance(space, spaces.Discrete) else 0


def _place(stacked: Any, action: Any, row: int) -> None:
    """Writes one agent's action into its row; padding stays 0."""
    if isinstance(stacked, dict):
        for name, part in stacked.items():
            _place(part, action[name], row)
    elif isinstance(stacked, tuple):
        for part, own in zip(stacked, action, strict=True):
            _place(part, own, row)
    else:
        own = np.asarray(action)
        stacked[(row, *(slice(size) for size in own.shape))] = own
