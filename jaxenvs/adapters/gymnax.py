"""jaxenvs environments with gymnax's interface, and gymnax environments with ours.

    import jaxenvs.adapters.gymnax as gymnax          # steps give six values, as gymnax 1.0
    import jaxenvs.adapters.gymnax_legacy as gymnax   # five, as gymnax 0.0.x and its dependents

    env, env_params = gymnax.make("CartPole-v1")

Nothing here needs gymnax itself, except that spaces are gymnax's own where it is installed, because
scripts written for it ask for their classes.
"""

import importlib
import importlib.util
import math
from typing import Any

import jax
import jax.numpy as jnp

import jaxenvs
from jaxenvs import core, resets, spaces
from jaxenvs.adapters._host import arguments
from jaxenvs.adapters._host.gymnax_params import with_gymnax_names
from jaxenvs.adapters._host.outputs import strong
from jaxenvs.adapters.names import GYMNAX_NAMES
from jaxenvs.core import Env, Info


def make(env_id: str, **kwargs: Any) -> tuple["GymnaxEnv", Any]:
    """The environment of one of our ids or gymnax's, and its params.

    A name of gymnax's has gymnax's settings; `kwargs` as in `jaxenvs.make` change them.
    """
    env = GymnaxEnv(make_game(env_id, **kwargs))
    return env, env.default_params


def make_game(env_id: str, **kwargs: Any) -> Env[Any, Any]:
    """As `jaxenvs.make`, by gymnax's names too, with gymnax's settings."""
    env_id, settings = GYMNAX_NAMES.get(env_id, (env_id, {}))
    return jaxenvs.make(env_id, **(settings | kwargs))


class GymnaxEnv:
    """A jaxenvs environment as gymnax 1.0 has them: `step` resets an episode that has ended.

    `info` holds `terminated`, `truncated`, `discount` and `final_observation`, the observation
    before the reset. An action of one coordinate may come without its axis. Equal instances compare
    equal, so they share what `jit` has compiled. Raises `TypeError` for a game of several agents.
    """

    def __init__(self, env: Env[Any, Any]) -> None:
        self.env = arguments.of_one_agent(env)

    @property
    def name(self) -> str:
        """The name of the game's class."""
        return type(self.env.unwrapped).__name__

    @property
    def default_params(self) -> Any:
        """The environment's params; `max_steps_in_episode` is their `max_steps`."""
        return with_gymnax_names(self.env.default_params)

    @property
    def num_actions(self) -> int:
        """How many actions there are, or coordinates of a continuous one.

        Raises `TypeError` for actions of another kind.
        """
        space = self.env.action_space()
        if isinstance(space, spaces.Discrete):
            return space.n
        if isinstance(space, spaces.Box):
            return math.prod(space.shape)
        raise TypeError(f"num_actions: expected a Discrete space or a Box, got {space}")

    def reset(self, key: jax.Array, params: Any = None) -> tuple[Any, Any]:
        """Starts an episode: `(obs, state)`."""
        return self.env.reset(key, params)

    def step(self, key: jax.Array, state: Any, action: Any, params: Any = None) -> Any:
        """`(obs, state, reward, terminated, truncated, info)`, after a reset where one is due."""

        def play(key: jax.Array) -> tuple[Any, core.Transition, jax.Array]:
            t = self._play(key, state, action, params)
            return (t.obs, t.state), t, jnp.all(t.terminated | t.truncated)

        (obs, after), step = resets.step_or_restart(
            core.as_key(key), play, lambda key: self.env.reset(key, params)
        )
        info = step.info | {
            "terminated": step.terminated,
            "truncated": step.truncated,
            "discount": 1 - step.terminated.astype(jnp.float32),
            "final_observation": step.obs,
        }
        return obs, after, step.reward, step.terminated, step.truncated, info

    def step_env(self, key: jax.Array, state: Any, action: Any, params: Any) -> Any:
        """`(obs, state, reward, terminated, info)`, without a reset."""
        step = self._play(key, state, action, params)
        return step.obs, step.state, step.reward, step.terminated, step.info

    def reset_env(self, key: jax.Array, params: Any) -> tuple[Any, Any]:
        """As `reset`."""
        return self.env.reset(key, params)

    def get_obs(self, state: Any, params: Any = None, key: jax.Array | None = None) -> Any:
        """The observation of a state."""
        del key
        return self.env.observe(state, self.env.canonical_params(params))

    def is_truncated(self, state: Any, params: Any) -> jax.Array:
        """Whether the time limit has been reached."""
        return (params.max_steps > 0) & (state.time >= params.max_steps)

    def observation_space(self, params: Any = None) -> Any:
        """The space of observations, gymnax's own class where gymnax is installed."""
        return to_gymnax_space(self.env.observation_space(params))

    def action_space(self, params: Any = None) -> Any:
        """The space of actions, gymnax's own class where gymnax is installed."""
        return to_gymnax_space(self.env.action_space(params))

    def _play(self, key: jax.Array, state: Any, action: Any, params: Any) -> core.Transition:
        """A step without a reset; the one coordinate of a box comes as `(1,)` or as `()`."""
        space = self.env.action_space()
        if isinstance(space, spaces.Box) and space.shape == (1,) and jnp.shape(action) == ():
            action = jnp.reshape(action, (1,))
        return self.env.step(key, state, action, params)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.env == other.env

    def __hash__(self) -> int:
        return hash((type(self), self.env))


def to_gymnax_space(space: spaces.Space) -> Any:
    """The same space in gymnax's classes; as it is where gymnax is absent or has no such space."""
    theirs = spaces_module()
    if theirs is spaces:
        return space
    match space:
        case spaces.Discrete() if space.start == 0:
            return theirs.Discrete(space.n)
        case spaces.Box():
            return theirs.Box(space.low, space.high, space.shape, space.dtype)
        case spaces.Dict():
            return theirs.Dict({name: to_gymnax_space(p) for name, p in space.spaces.items()})
        case spaces.Tuple():
            return theirs.Tuple([to_gymnax_space(part) for part in space.spaces])
    return space


def spaces_module() -> Any:
    """The module of spaces of gymnax, or ours where gymnax is not installed."""
    installed = importlib.util.find_spec("gymnax") is not None
    return importlib.import_module("gymnax.environments.spaces") if installed else spaces


class GymnaxState(core.State):
    """A gymnax environment's state and the time."""

    inner: Any  # as the gymnax environment made it
    obs: Any  # the last observation, since gymnax may draw observations at random


class GymnaxParams(core.Params):
    """A gymnax environment's params."""

    inner: Any = None


class FromGymnax(Env[GymnaxState, GymnaxParams]):
    """A gymnax 1.0 environment with our interface, without its own automatic resets.

    `gymnax_env` is a `gymnax.environments.environment.Environment`; equality is by identity of it.
    `info` is the environment's own. The time limit is its `max_steps_in_episode`.
    """

    gymnax_env: Any

    def original_params(self) -> GymnaxParams:
        inner = self.gymnax_env.default_params
        return GymnaxParams(max_steps=int(inner.max_steps_in_episode), inner=inner)

    def initial(self, key: jax.Array, params: GymnaxParams) -> GymnaxState:
        obs, inner = self.gymnax_env.reset_env(key, params.inner)
        return GymnaxState(time=jnp.int32(0), inner=strong(inner), obs=self._cast(obs))

    def transition(
        self, key: jax.Array, state: GymnaxState, action: Any, params: GymnaxParams
    ) -> tuple[GymnaxState, jax.Array, jax.Array, Info]:
        obs, inner, reward, terminated, info = self.gymnax_env.step_env(
            key, state.inner, action, params.inner
        )
        state = state.replace(inner=strong(inner), obs=self._cast(obs))
        reward = jnp.asarray(reward).astype(jnp.float32)
        return state, reward, jnp.asarray(terminated).astype(jnp.bool_), strong(info)

    def observe(self, state: GymnaxState, params: GymnaxParams) -> Any:
        del params
        return state.obs

    def observation_space(self, params: GymnaxParams | None = None) -> spaces.Space:
        del params  # gymnax computes bounds with JAX, which traced params would not allow
        with jax.ensure_compile_time_eval():
            space = self.gymnax_env.observation_space(self.gymnax_env.default_params)
            return from_gymnax_space(space)

    def action_space(self, params: GymnaxParams | None = None) -> spaces.Space:
        del params
        with jax.ensure_compile_time_eval():
            return from_gymnax_space(self.gymnax_env.action_space(self.gymnax_env.default_params))

    def _cast(self, obs: Any) -> Any:
        """The observation in its space's dtype, which gymnax does not always keep to."""
        return self.observation_space().cast(obs, "observation")


def from_gymnax_space(space: Any) -> spaces.Space:
    """A gymnax space in our classes. Raises `TypeError` for one that has no equivalent here."""
    kind = type(space).__name__
    if kind == "Discrete":
        return spaces.Discrete(int(space.n))
    if kind == "Box":
        return spaces.Box(space.low, space.high, space.shape, space.dtype)
    if kind == "Dict":
        return spaces.Dict({name: from_gymnax_space(p) for name, p in space.spaces.items()})
    if kind == "Tuple":
        return spaces.Tuple([from_gymnax_space(part) for part in space.spaces])
    raise TypeError(f"expected a gymnax space, got {space!r}")
