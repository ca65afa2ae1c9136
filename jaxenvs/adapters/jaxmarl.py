"""Games of several agents with JaxMARL's interface, and JaxMARL's with ours.

    import jaxenvs.adapters.jaxmarl as jaxmarl

    env = jaxmarl.make("MPE_simple_spread_v3")  # JaxMARL's names and ours

Scripts and wrappers written for JaxMARL run with this one changed import. Nothing here needs
JaxMARL itself, except that spaces are its own where it is installed, because its wrappers ask for
their classes.
"""

import functools
import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs import core, resets, spaces
from jaxenvs.adapters._host import arguments
from jaxenvs.adapters._host.outputs import strong
from jaxenvs.adapters.names import JAXMARL_NAMES
from jaxenvs.core import Info
from jaxenvs.multi import MultiAgentEnv, row_of

_SETTINGS: dict[str, dict[str, Any]] = {"overcooked": {"compat": "jaxmarl", "dynamics": "old"}}
_OPTIONS = {
    "num_good_agents": "num_good",
    "num_landmarks": "num_obstacles",
    "num_obs": "num_obstacles",
    "initial_bulb_state": "light_at_start",
    "reward_all_die": "failure_reward",
    "reward_all_live": "success_reward",
}
_SIGNS = {
    "wall_idx": "X",
    "goal_idx": "S",
    "plate_pile_idx": "D",
    "onion_pile_idx": "O",
    "pot_idx": "P",
}
"""What stands at the places that JaxMARL's layouts list; later ones stand on the walls."""


def make(env_id: str, **kwargs: Any) -> "JaxMarlEnv":
    """The environment of one of our ids or of JaxMARL's.

    With JaxMARL's id, its options `action_type="Continuous"` and, for "overcooked", `layout`, one
    of its `overcooked_layouts`, are understood as well as ours. Kitchens come with
    `compat="jaxmarl"` and the old dynamics.
    """
    if env_id in JAXMARL_NAMES:
        kwargs = _SETTINGS.get(env_id, {}) | kwargs
        if isinstance(kwargs.get("layout"), Mapping):
            kwargs["layout"] = _kitchen(kwargs["layout"])
        kinds = {"Discrete": False, "Continuous": True}
        if "action_type" in kwargs:
            kwargs["continuous_actions"] = kinds[kwargs.pop("action_type")]
        kwargs = {_OPTIONS.get(name, name): value for name, value in kwargs.items()}
    return JaxMarlEnv(jaxenvs.make(JAXMARL_NAMES.get(env_id, env_id), **kwargs))


class JaxMarlEnv:
    """A jaxenvs environment as JaxMARL has them: dicts by agent, `step` resets what has ended.

    `dones` merges the end of the game and the end of the time. Observations and actions have their
    true sizes. `reset` and `step` are compiled, as JaxMARL's are; equal instances compare equal,
    so they share what has been compiled.
    """

    def __init__(self, env: Any) -> None:
        env = arguments.of_several_agents(arguments.game_of(env, {}))
        self.env: MultiAgentEnv[Any, Any] = env
        self.agents = list(env.agents)
        self.num_agents = env.num_agents
        self._observed, self._acted = env.observation_spaces(), env.action_spaces()
        self.observation_spaces = {a: to_jaxmarl_space(s) for a, s in self._observed.items()}
        self.action_spaces = {a: to_jaxmarl_space(s) for a, s in self._acted.items()}
        self.max_steps = int(env.default_params.max_steps)

    @property
    def name(self) -> str:
        """The name of the game's class."""
        return type(self.env.unwrapped).__name__

    @property
    def agent_classes(self) -> dict[str, list[str]]:
        """Agents by what stands before the number in their names."""
        classes: dict[str, list[str]] = {}
        for agent in self.agents:
            classes.setdefault(agent.rpartition("_")[0] or agent, []).append(agent)
        return classes

    def observation_space(self, agent: str) -> Any:
        """The agent's own space."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Any:
        """The agent's own space."""
        return self.action_spaces[agent]

    @functools.partial(jax.jit, static_argnums=0)
    def reset(self, key: jax.Array) -> tuple[dict[str, Any], Any]:
        """Starts an episode: `(obs, state)`."""
        obs, state = self.env.reset(key)
        return self._by_agent(obs), state

    @functools.partial(jax.jit, static_argnums=0)
    def step(
        self, key: jax.Array, state: Any, actions: Mapping[str, Any], reset_state: Any = None
    ) -> tuple[dict[str, Any], Any, dict[str, Any], dict[str, Any], Info]:
        """`(obs, state, rewards, dones, infos)`, after a reset where all are done.

        With `reset_state`, a finished episode goes on from there.
        """

        def play(key: jax.Array) -> tuple[Any, Any, jax.Array]:
            obs, after, rewards, dones, infos = self.step_env(key, state, actions)
            return (obs, after), (rewards, dones, infos), dones["__all__"]

        def restart(key: jax.Array) -> tuple[Any, Any]:
            if reset_state is None:
                return self.reset(key)
            return self.get_obs(reset_state), reset_state

        (obs, after), outcome = resets.step_or_restart(core.as_key(key), play, restart)
        return obs, after, *outcome

    def step_env(
        self, key: jax.Array, state: Any, actions: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Any, dict[str, Any], dict[str, Any], Info]:
        """As `step`, without a reset."""
        t = self.env.step(key, state, self._stacked(actions))
        done = t.terminated | t.truncated
        dones = {agent: done[i] for i, agent in enumerate(self.agents)} | {"__all__": done.all()}
        rewards = {agent: t.reward[i] for i, agent in enumerate(self.agents)}
        infos = dict(t.info)
        if "shaped_reward" in infos:  # by agent, as in JaxMARL's kitchens
            shaped = infos["shaped_reward"]
            infos["shaped_reward"] = {agent: shaped[i] for i, agent in enumerate(self.agents)}
        return self._by_agent(t.obs), t.state, rewards, dones, infos

    def get_obs(self, state: Any) -> dict[str, Any]:
        """The observations of a state."""
        return self._by_agent(self.env.observe(state, self.env.default_params))

    @functools.partial(jax.jit, static_argnums=0)
    def get_avail_actions(self, state: Any) -> dict[str, jax.Array]:
        """What each agent may do, bool; all of its actions where the game forbids none."""
        mask = self.env.action_mask(state)
        sizes = {a: s.n for a, s in self._acted.items() if isinstance(s, spaces.Discrete)}
        if mask is None:
            return {agent: jnp.ones(size, jnp.bool_) for agent, size in sizes.items()}
        return {a: mask[i, : sizes[a]] for i, a in enumerate(self.agents) if a in sizes}

    def get_legal_moves(self, state: Any) -> dict[str, jax.Array]:
        """As `get_avail_actions`; JaxMARL asks games of cards for it by this name."""
        return self.get_avail_actions(state)

    def get_world_state(self, state: Any) -> jax.Array:
        """`(n,)` float32, for centralized critics."""
        return self.env.global_state(state, self.env.default_params)

    def _by_agent(self, obs: Any) -> dict[str, Any]:
        return {a: row_of(obs, i, self._observed[a]) for i, a in enumerate(self.agents)}

    def _stacked(self, actions: Mapping[str, Any]) -> jax.Array:
        space: Any = self.env.action_space()
        shape = space.shape[1:]

        def padded(agent: str) -> jax.Array:
            action = jnp.asarray(actions[agent]).astype(space.dtype)
            return _pad(action.reshape(self._acted[agent].shape), shape)

        return jnp.stack([padded(agent) for agent in self.agents])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.env == other.env

    def __hash__(self) -> int:
        return hash((type(self), self.env))


def _kitchen(layout: Mapping[str, Any]) -> str:
    """A layout of JaxMARL's Overcooked in letters, as ours are."""
    letters = np.full(layout["height"] * layout["width"], " ")
    for name, sign in _SIGNS.items():
        letters[np.asarray(layout[name])] = sign
    for cook, place in enumerate(np.asarray(layout["agent_idx"]), start=1):
        letters[place] = str(cook)
    return "\n".join("".join(row) for row in letters.reshape(layout["height"], layout["width"]))


def _pad(array: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """The array with zeros up to `shape`."""
    room = [(0, most - size) for most, size in zip(shape, array.shape, strict=True)]
    return jnp.pad(array, room) if room else array


def to_jaxmarl_space(space: spaces.Space) -> Any:
    """The same space in JaxMARL's classes; as it is where JaxMARL is absent or has no such one."""
    if importlib.util.find_spec("jaxmarl") is None:
        return space
    theirs = importlib.import_module("jaxmarl.environments.spaces")
    match space:
        case spaces.Discrete() if space.start == 0:
            return theirs.Discrete(space.n)
        case spaces.MultiDiscrete() if space.num_values.ndim == 1 and not space.start.any():
            return theirs.MultiDiscrete(space.num_values)
        case spaces.Box():
            return theirs.Box(space.low, space.high, space.shape, space.dtype)
    return space


class JaxMarlState(core.State):
    """A JaxMARL environment's state and the time."""

    inner: Any  # as the JaxMARL environment made it
    obs: Any  # the last observations, padded


class FromJaxMarl(MultiAgentEnv[JaxMarlState, core.Params]):
    """A JaxMARL environment with our interface, without its own automatic resets.

    `jaxmarl_env` is a `jaxmarl.MultiAgentEnv` whose observations are arrays of one rank; equality
    is by identity of it. JaxMARL does not tell the end of the time from the end of the game: both
    are `terminated` here, and `max_steps` is an additional limit of ours, off by default.
    """

    jaxmarl_env: Any

    def original_params(self) -> core.Params:
        return core.Params()

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(str(agent) for agent in self.jaxmarl_env.agents)

    def observation_spaces(self, params: core.Params | None = None) -> dict[str, spaces.Space]:
        del params
        # The observations' own shapes, since the spaces that it declares do not always fit.
        shown = jax.eval_shape(self.jaxmarl_env.reset, jax.random.key(0))[0]
        return {a: _box_like(shown[k]) for a, k in zip(self.agents, self._keys, strict=True)}

    def action_spaces(self, params: core.Params | None = None) -> dict[str, spaces.Space]:
        del params
        with jax.ensure_compile_time_eval():
            theirs = [self.jaxmarl_env.action_space(key) for key in self._keys]
            return dict(zip(self.agents, map(from_jaxmarl_space, theirs), strict=True))

    def initial(self, key: jax.Array, params: core.Params) -> JaxMarlState:
        obs, inner = self.jaxmarl_env.reset(key)
        return JaxMarlState(time=jnp.int32(0), inner=strong(inner), obs=self._padded(obs))

    def transition(
        self, key: jax.Array, state: JaxMarlState, action: Any, params: core.Params
    ) -> tuple[JaxMarlState, jax.Array, jax.Array, Info]:
        own = self.action_spaces()
        actions = {
            theirs: action[i][tuple(slice(size) for size in own[ours].shape)]  # type: ignore[attr-defined]
            for i, (ours, theirs) in enumerate(zip(self.agents, self._keys, strict=True))
        }
        obs, inner, rewards, dones, info = self.jaxmarl_env.step_env(key, state.inner, actions)
        state = state.replace(inner=strong(inner), obs=self._padded(obs))
        reward = jnp.stack([jnp.asarray(rewards[k]).astype(jnp.float32) for k in self._keys])
        done = jnp.stack([jnp.asarray(dones[k]).astype(jnp.bool_) for k in self._keys])
        return state, reward, done | dones["__all__"], strong(info)

    def observe(self, state: JaxMarlState, params: core.Params) -> jax.Array:
        return state.obs

    def global_state(self, state: JaxMarlState, params: core.Params) -> jax.Array:
        """`(n,)` float32: all observations, with their padding, one after the other."""
        return state.obs.reshape(-1).astype(jnp.float32)

    @property
    def _keys(self) -> list[Any]:
        """The agents as JaxMARL's dicts have them, which may be numbers."""
        return list(self.jaxmarl_env.agents)

    def _padded(self, obs: Mapping[Any, Any]) -> jax.Array:
        space: Any = self.observation_space()
        shape = space.shape[1:]
        rows = [_pad(jnp.asarray(obs[key]).astype(space.dtype), shape) for key in self._keys]
        return jnp.stack(rows)


def from_jaxmarl_space(space: Any) -> spaces.Space:
    """A JaxMARL space in our classes. Raises `TypeError` for one that has no equivalent here."""
    kind = type(space).__name__
    if kind == "Discrete":
        return spaces.Discrete(int(space.n))
    if kind == "MultiDiscrete":
        return spaces.MultiDiscrete(np.asarray(space.num_categories))
    if kind == "Box":
        shape = (space.shape,) if isinstance(space.shape, int) else tuple(space.shape)
        return spaces.Box(np.asarray(space.low), np.asarray(space.high), shape, space.dtype)
    raise TypeError(f"expected a JaxMARL space, got {space!r}")


def _box_like(leaf: Any) -> spaces.Box:
    if np.issubdtype(leaf.dtype, np.floating):
        return spaces.Box(-np.inf, np.inf, leaf.shape, np.float32)
    if leaf.dtype == np.bool_:
        return spaces.Box(False, True, leaf.shape, np.bool_)
    limits = np.iinfo(leaf.dtype)
    return spaces.Box(limits.min, limits.max, leaf.shape, leaf.dtype)
