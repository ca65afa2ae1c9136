"""Laws of the object and of types: tracing is enough to break them, nothing is compiled."""

import copy
import dataclasses
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env, Transition
from jaxenvs.multi import MultiAgentEnv, reward_shape, stack
from jaxenvs.spaces import Discrete
from jaxenvs.testing._demands import demand, demand_same_types


def equal_instances_share_one_trace(env: Env[Any, Any]) -> None:
    """Environments are values: compared, hashed, copied and pickled by their fields."""
    copies = [
        dataclasses.replace(env),
        copy.deepcopy(env),
        pickle.loads(pickle.dumps(env)),
        env,
    ]
    num_traces = 0

    def reset(env: Env[Any, Any], key: jax.Array) -> Any:
        nonlocal num_traces
        num_traces += 1
        return env.reset(key)

    compiled = jax.jit(reset)
    for twin in copies:
        demand(env, twin == env and hash(twin) == hash(env), "equal instances compare equal")
        compiled.trace(twin, jax.random.key(0))
    demand(env, num_traces == 1, f"equal instances trace once, not {num_traces} times")


def params_are_traced_numbers(env: Env[Any, Any]) -> None:
    """Every field of Params is an array of numbers that `vmap` can vary."""
    params = env.default_params
    for leaf in jax.tree.leaves(params):
        dtype = np.asarray(leaf).dtype
        known = (np.float32, np.int32, np.uint32, np.bool_, np.uint8)
        demand(env, dtype in known, f"params are float32, int32 or bool, not {dtype}")
    everything = {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
    if _vmap_error(env, everything) is None:
        return
    for name, value in everything.items():  # which of them it is
        error = _vmap_error(env, {name: value})
        if error is not None:
            raise AssertionError(
                f"{type(env).__name__}: Params.{name} cannot be vmapped over: {error}"
            ) from error
    raise AssertionError(f"{type(env).__name__}: Params cannot be vmapped over all at once")


def defaults_lie_in_their_ranges(env: Env[Any, Any]) -> None:
    """The default params are such as `params_with` takes."""
    params = env.default_params
    values = {field.name: getattr(params, field.name) for field in dataclasses.fields(params)}
    try:
        env.params_with(**values)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{type(env).__name__}: a default is refused: {error}") from error


def spaces_take_traced_params(env: Env[Any, Any]) -> None:
    """Spaces can be made from params that differ from copy to copy, and sampled from."""

    def sampled(params: Any) -> list[tuple[Any, jax.Array]]:
        pairs = []
        for space in (env.observation_space(params), env.action_space(params)):
            drawn = space.sample(jax.random.key(0))
            pairs.append((drawn, space.contains(drawn)))
        return pairs

    pairs = jax.tree.map(lambda leaf: jnp.stack([jnp.asarray(leaf)] * 2), env.default_params)
    try:
        jax.eval_shape(jax.vmap(sampled), pairs)
    except Exception as error:
        raise AssertionError(
            f"{type(env).__name__}: its spaces cannot be made from traced params: {error}"
        ) from error


def _vmap_error(env: Env[Any, Any], values: dict[str, Any]) -> Exception | None:
    """What goes wrong where the given params, by name, differ from copy to copy."""

    def play(values: dict[str, Any]) -> Any:
        return play_one(env, jax.random.key(0), env.default_params.replace(**values))[1:]

    pairs = jax.tree.map(lambda leaf: jnp.stack([jnp.asarray(leaf)] * 2), values)
    try:
        jax.eval_shape(jax.vmap(play), pairs)
    except Exception as error:
        return error
    return None


# -- types -----------------------------------------------------------------------------------


def types_never_change(env: Env[Any, Any]) -> None:
    """Shapes, dtypes and weak types of reset and step agree, with and without x64."""
    for x64 in (False, True):
        with jax.enable_x64(x64), jax.numpy_dtype_promotion("strict"):
            obs, state = jax.eval_shape(env.reset, jax.random.key(0))
            step = jax.eval_shape(env.step, jax.random.key(0), state, _action_type(env))
        # The next step gets a state of the same type, and so is of the same type itself.
        demand_same_types(env, f"state, x64={x64}", state, step.state)
        demand_same_types(env, f"obs, x64={x64}", obs, step.obs)
        demand_same_types(env, f"step, x64={x64}", step, step)
        _demand_flags(env, step)
        _demand_no_keys(env, (step.obs, step.info))


def _demand_flags(env: Env[Any, Any], step: Transition) -> None:
    shape = reward_shape(env)
    for name, dtype in (("reward", np.float32), ("terminated", np.bool_), ("truncated", np.bool_)):
        leaf = getattr(step, name)
        found = f"{leaf.shape} {leaf.dtype}"
        right = leaf.shape == shape and leaf.dtype == dtype
        demand(env, right, f"{name} is {shape} {np.dtype(dtype)}, not {found}")


def _demand_no_keys(env: Env[Any, Any], tree: Any) -> None:
    for leaf in jax.tree.leaves(tree):
        is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.extended)
        demand(env, not is_key, "no random keys in observations or info")


def observations_have_the_space_s_type(env: Env[Any, Any]) -> None:
    """The observation space has the structure, shapes and dtypes of what reset returns."""
    obs = jax.eval_shape(env.reset, jax.random.key(0))[0]
    drawn = jax.eval_shape(env.observation_space().sample, jax.random.key(0))
    demand_same_types(env, "obs and its space", drawn, obs)
    demand(env, env.observation_space() == env.observation_space(), "spaces compare by value")


# -- several agents ------------------------------------------------------------------------


def agents_share_an_axis(env: MultiAgentEnv[Any, Any]) -> None:
    """Names, spaces, masks and the global state fit the agent axis."""
    agents, params = env.agents, env.default_params
    demand(env, len(set(agents)) == env.num_agents > 0, "agents have distinct names")
    for named, stacked in (
        (env.observation_spaces(), env.observation_space()),
        (env.action_spaces(), env.action_space()),
    ):
        demand(env, tuple(named) == agents, "spaces are given for every agent, in order")
        padded = stack([named[agent] for agent in agents])
        demand(env, stacked == padded, "the spaces of all agents are stacked")
    state = jax.eval_shape(env.reset, jax.random.key(0))[1]
    whole = jax.eval_shape(lambda s: env.global_state(s, params), state)
    right = whole.ndim == 1 and whole.dtype == np.float32
    demand(env, right, f"global_state is (n,) float32, not {whole.shape} {whole.dtype}")
    _demand_agent_masks(env, state)


def _demand_agent_masks(env: MultiAgentEnv[Any, Any], state: Any) -> None:
    own = [env.action_spaces()[agent] for agent in env.agents]
    counts = [space.n for space in own if isinstance(space, Discrete)]
    if len(counts) < len(own):
        return
    found = jax.eval_shape(lambda s: env.action_mask(s, env.default_params), state)
    if found is None:
        demand(env, len(set(counts)) == 1, "agents with different actions have a mask")
        return
    shape = (env.num_agents, max(counts))
    right = found.shape == shape and found.dtype == np.bool_
    demand(env, right, f"action_mask is {shape} bool, not {found.shape} {found.dtype}")


def _action_type(env: Env[Any, Any]) -> Any:
    return jax.eval_shape(env.action_space().sample, jax.random.key(0))


def play_one(env: Env[Any, Any], key: jax.Array, params: Any = None) -> tuple[Any, Any, Any]:
    """One random step from a start: the state, the action and the step's result."""
    reset_key, action_key, step_key = jax.random.split(key, 3)
    state = env.reset(reset_key, params)[1]
    action = env.action_space().sample(action_key)
    return state, action, env.step(step_key, state, action, params)
