"""The laws of the contract, as one check for any environment, ours or yours.

    from jaxenvs.testing import check_env

    check_env(MyGame())

Every law is a function named after what it demands; a broken one raises `AssertionError` that
starts with the environment's class and says what was expected.
"""

import copy
import dataclasses
import functools
import pickle
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env, Transition
from jaxenvs.levels import LevelEnv, has_levels
from jaxenvs.multi import MultiAgentEnv, has_agents, reward_shape, stack
from jaxenvs.spaces import Discrete, sample_legal
from jaxenvs.vector import vectorize

_NUM_ENVS = 64


def check_env(env: Env[Any, Any], num_steps: int = 10_000) -> None:
    """Raises `AssertionError` at the first law of the contract that `env` breaks.

    Args:
      env: the environment, with the params it should be checked with as its defaults.
      num_steps: random steps in which observations, rewards and masks are checked.
    """
    for law in _LAWS:
        law(env)
    random_play_keeps_to_the_spaces(env, num_steps)
    if has_agents(env):
        agents_share_an_axis(env)
    if has_levels(env):
        levels_survive_json_and_edits(env)


# -- the object ------------------------------------------------------------------------------


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
        _demand(env, twin == env and hash(twin) == hash(env), "equal instances compare equal")
        compiled.trace(twin, jax.random.key(0))
    _demand(env, num_traces == 1, f"equal instances trace once, not {num_traces} times")


def params_are_traced_numbers(env: Env[Any, Any]) -> None:
    """Every field of Params is an array of numbers that `vmap` can vary."""
    params = env.default_params
    for leaf in jax.tree.leaves(params):
        dtype = np.asarray(leaf).dtype
        known = (np.float32, np.int32, np.uint32, np.bool_, np.uint8)
        _demand(env, dtype in known, f"params are float32, int32 or bool, not {dtype}")
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


def _vmap_error(env: Env[Any, Any], values: dict[str, Any]) -> Exception | None:
    """What goes wrong where the given params, by name, differ from copy to copy."""

    def play(values: dict[str, Any]) -> Any:
        return _play_one(env, jax.random.key(0), env.default_params.replace(**values))[1:]

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
            first = jax.eval_shape(env.step, jax.random.key(0), state, _action_type(env))
            second = jax.eval_shape(env.step, jax.random.key(0), first.state, _action_type(env))
        for name, before, after in (
            ("state", state, first.state),
            ("obs", obs, first.obs),
            ("step", first, second),
        ):
            _demand_same_types(env, f"{name}, x64={x64}", before, after)
        _demand_flags(env, first)
        _demand_no_keys(env, (first.obs, first.info))


def _demand_flags(env: Env[Any, Any], step: Transition) -> None:
    shape = reward_shape(env)
    for name, dtype in (("reward", np.float32), ("terminated", np.bool_), ("truncated", np.bool_)):
        leaf = getattr(step, name)
        found = f"{leaf.shape} {leaf.dtype}"
        right = leaf.shape == shape and leaf.dtype == dtype
        _demand(env, right, f"{name} is {shape} {np.dtype(dtype)}, not {found}")


def _demand_no_keys(env: Env[Any, Any], tree: Any) -> None:
    for leaf in jax.tree.leaves(tree):
        is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.extended)
        _demand(env, not is_key, "no random keys in observations or info")


def observations_have_the_space_s_type(env: Env[Any, Any]) -> None:
    """The observation space has the structure, shapes and dtypes of what reset returns."""
    obs = jax.eval_shape(env.reset, jax.random.key(0))[0]
    drawn = jax.eval_shape(env.observation_space().sample, jax.random.key(0))
    _demand_same_types(env, "obs and its space", drawn, obs)
    _demand(env, env.observation_space() == env.observation_space(), "spaces compare by value")


# -- play ------------------------------------------------------------------------------------


def jit_vmap_and_eager_agree(env: Env[Any, Any]) -> None:
    """The same step three ways: vmapped over three copies, compiled, and eager.

    And the observation of a step is what `observe` says of the state that it returns.
    """
    keys = jax.random.split(jax.random.key(1), 3)
    start, action, batch, observed = _compiled_play(env)(keys)
    _demand_close(env, "the observation of a step and of its state", batch.obs, observed)
    step_keys = jax.vmap(lambda key: jax.random.split(key, 3))(keys)[:, 2]

    copies = jax.tree.map(_on_host, (step_keys, start, action, batch))

    def row(i: int) -> tuple[Any, ...]:
        return jax.tree.map(lambda leaf: jnp.asarray(leaf[i]), copies)

    single = jax.jit(env.step)
    for i in range(3):
        *arguments, expected = row(i)
        _demand_close(env, "a vmapped step and a single one", expected, single(*arguments))
    *arguments, expected = row(0)
    _demand_close(env, "an eager step and a compiled one", expected, env.step(*arguments))


def keys_decide_everything(env: Env[Any, Any]) -> None:
    """The same keys give the same play; raw uint32 keys are taken; no key is used twice."""
    play = _compiled_play(env)
    keys = jax.random.split(jax.random.key(1), 3)
    _demand_equal(env, "two runs with the same keys", play(keys), play(keys))
    typed = jax.eval_shape(env.reset, jax.random.key(3))
    raw = jax.eval_shape(env.reset, jax.random.PRNGKey(3))
    _demand_same_types(env, "a reset with a raw key", typed, raw)
    with jax.debug_key_reuse(True):  # found while tracing
        jax.jit(lambda key: _play_one(env, key)).trace(jax.random.key(4))


def time_and_its_limit_are_kept(env: Env[Any, Any]) -> None:
    """`time` counts steps; truncation comes at `max_steps`, whatever else; 0 means never."""

    @jax.jit
    def play(limit: jax.Array) -> Any:
        params = env.default_params.replace(max_steps=limit)

        def one(state: Any, key: jax.Array) -> tuple[Any, Any]:
            action_key, step_key = jax.random.split(key)
            action = env.action_space().sample(action_key)
            step = env.step(step_key, state, action, params)
            return step.state, (step.state.time, step.truncated)

        state = env.reset(jax.random.key(8), params)[1]
        return jax.lax.scan(one, state, jax.random.split(jax.random.key(9), 6))[1]

    time, truncated = play(jnp.int32(3))
    _demand(env, time.tolist() == [1, 2, 3, 4, 5, 6], "time counts the steps")
    late = truncated.reshape(6, -1)
    _demand(env, bool((late == (time >= 3)[:, None]).all()), "truncated from max_steps on")
    _demand(env, not play(jnp.int32(0))[1].any(), "max_steps 0 never truncates")


def random_play_keeps_to_the_spaces(env: Env[Any, Any], num_steps: int) -> None:
    """Observations, also the final ones, lie in the space over many random steps with resets.

    With several agents, one that has terminated stays so, and masks and the global state are valid.
    """
    venv = vectorize(env, _NUM_ENVS, final_obs=True)
    space, params = env.observation_space(), env.default_params
    inside = jax.vmap(space.contains)

    def one(carry: tuple[Any, jax.Array], key: jax.Array) -> tuple[Any, Any]:
        vstate, gone = carry
        action_key, step_key = jax.random.split(key)
        mask = venv.action_mask(vstate)
        if mask is None:
            action = venv.sample_actions(action_key)
        else:
            action = sample_legal(env.action_space(), action_key, mask)
        step = venv.step(step_key, vstate, action)
        after, episode = step.state.env_state, step.info["episode"]
        done = episode["done"]
        claims = {
            "observations lie in the space": inside(step.obs),
            "final observations lie in the space": inside(step.info["final_obs"]),
            "rewards are finite": jnp.isfinite(step.reward).reshape(_NUM_ENVS, -1).all(axis=1),
            "time restarts with the episode": ~done | (after.time == 0),
            "an episode's length is its time": episode["length"] == vstate.env_state.time + 1,
            "some action is always legal": _some_legal(mask),
        }
        if has_agents(env):
            whole = jax.vmap(env.global_state, in_axes=(0, None))(after, params)
            claims |= {
                "an agent that has terminated stays so": step.terminated | ~gone,
                "actions beyond an agent's own are never legal": ~_padding_legal(env, mask),
                "the global state is finite": jnp.isfinite(whole),
            }
        gone = step.terminated & ~done.reshape(done.shape + (1,) * (step.terminated.ndim - 1))
        return (step.state, gone), jax.tree.map(jnp.all, claims)

    def play(key: jax.Array) -> Any:
        reset_key, play_key = jax.random.split(key)
        obs, vstate = venv.reset(reset_key)
        nobody = jnp.zeros((_NUM_ENVS, *reward_shape(env)), jnp.bool_)
        keys = jax.random.split(play_key, max(1, num_steps // _NUM_ENVS))
        return inside(obs), jax.lax.scan(one, (vstate, nobody), keys)[1]

    first, claims = jax.jit(play)(jax.random.key(10))
    _demand(env, bool(first.all()), "first observations lie in the space")
    for claim, held in claims.items():
        _demand(env, bool(held.all()), f"{claim} (broken at step {int(np.argmin(held))})")


# -- several agents, levels --------------------------------------------------------------------


def agents_share_an_axis(env: MultiAgentEnv[Any, Any]) -> None:
    """Names, spaces, masks and the global state fit the agent axis."""
    agents, params = env.agents, env.default_params
    _demand(env, len(set(agents)) == env.num_agents > 0, "agents have distinct names")
    for named, stacked in (
        (env.observation_spaces(), env.observation_space()),
        (env.action_spaces(), env.action_space()),
    ):
        _demand(env, tuple(named) == agents, "spaces are given for every agent, in order")
        padded = stack([named[agent] for agent in agents])
        _demand(env, stacked == padded, "the spaces of all agents are stacked")
    state = jax.eval_shape(env.reset, jax.random.key(0))[1]
    whole = jax.eval_shape(lambda s: env.global_state(s, params), state)
    right = whole.ndim == 1 and whole.dtype == np.float32
    _demand(env, right, f"global_state is (n,) float32, not {whole.shape} {whole.dtype}")
    _demand_agent_masks(env, state)


def _demand_agent_masks(env: MultiAgentEnv[Any, Any], state: Any) -> None:
    own = [env.action_spaces()[agent] for agent in env.agents]
    counts = [space.n for space in own if isinstance(space, Discrete)]
    if len(counts) < len(own):
        return
    found = jax.eval_shape(lambda s: env.action_mask(s, env.default_params), state)
    if found is None:
        _demand(env, len(set(counts)) == 1, "agents with different actions have a mask")
        return
    shape = (env.num_agents, max(counts))
    right = found.shape == shape and found.dtype == np.bool_
    _demand(env, right, f"action_mask is {shape} bool, not {found.shape} {found.dtype}")


def _padding_legal(env: MultiAgentEnv[Any, Any], mask: jax.Array | None) -> jax.Array:
    """Whether a batch of masks allows what lies beyond the last action of an agent."""
    own = [env.action_spaces()[agent] for agent in env.agents]
    counts = [space.n for space in own if isinstance(space, Discrete)]
    if mask is None or len(counts) < len(own):
        return jnp.bool_(False)
    return (mask & (np.arange(mask.shape[-1]) >= np.array(counts)[:, None])).any()


def levels_survive_json_and_edits(env: LevelEnv[Any, Any, Any]) -> None:
    """A level is the same after writing and reading it as JSON, and of one type after edits."""
    params = env.default_params
    level = jax.jit(env.sample_level)(jax.random.key(11), params)
    again = env.level_from_json(env.level_to_json(level))
    _demand_equal(env, "a level and its JSON", level, again)
    edited = jax.jit(env.mutate_level)(jax.random.key(12), level, 3, params)
    _demand_same_types(env, "a level and an edited one", level, edited)
    for played in (level, edited):
        obs = jax.jit(env.reset_to_level)(jax.random.key(13), played)[0]
        inside = bool(env.observation_space().contains(obs))
        _demand(env, inside, "observations of a level lie in the space")
    step = jax.eval_shape(lambda key: _play_one(env, key), jax.random.key(0))[2]
    _demand(env, "success" in step.info, "info says success")


# -- helpers -----------------------------------------------------------------------------------


def _play_one(env: Env[Any, Any], key: jax.Array, params: Any = None) -> tuple[Any, Any, Any]:
    """One random step from a start: the state, the action and the step's result."""
    reset_key, action_key, step_key = jax.random.split(key, 3)
    state = env.reset(reset_key, params)[1]
    action = env.action_space().sample(action_key)
    return state, action, env.step(step_key, state, action, params)


@functools.lru_cache(maxsize=1)
def _compiled_play(env: Env[Any, Any]) -> Callable[[jax.Array], tuple[Any, Any, Any, Any]]:
    """`_play_one` from each of a batch of keys, and what `observe` says of its end; one program."""

    def play(key: jax.Array) -> tuple[Any, Any, Any, Any]:
        state, action, step = _play_one(env, key)
        return state, action, step, env.observe(step.state, env.default_params)

    return jax.jit(jax.vmap(play))


def _on_host(leaf: jax.Array) -> Any:
    """A numpy array, whose rows can be taken without compiling; random keys stay as they are."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return leaf if is_key else np.asarray(leaf)


def _some_legal(mask: jax.Array | None) -> jax.Array:
    """Whether a batch of masks, if any, leaves every agent a legal action."""
    return jnp.bool_(True) if mask is None else mask.any(axis=-1)


def _action_type(env: Env[Any, Any]) -> Any:
    return jax.eval_shape(env.action_space().sample, jax.random.key(0))


def _demand(env: Env[Any, Any], held: bool, law: str) -> None:
    if not held:
        raise AssertionError(f"{type(env).__name__}: expected: {law}")


def _demand_same_types(env: Env[Any, Any], what: str, before: Any, after: Any) -> None:
    same = jax.tree.structure(before) == jax.tree.structure(after)
    _demand(env, same, f"{what}: one tree structure")
    paths = jax.tree_util.tree_leaves_with_path(before)
    for (path, a), b in zip(paths, jax.tree.leaves(after), strict=True):
        types = [(leaf.shape, leaf.dtype, getattr(leaf, "weak_type", False)) for leaf in (a, b)]
        name = jax.tree_util.keystr(path)
        _demand(env, types[0] == types[1], f"{what}{name}: one type, not {types[0]}, {types[1]}")
        _demand(env, not types[0][2], f"{what}{name}: no weak type")


def _demand_pairs(
    env: Env[Any, Any], what: str, a: Any, b: Any, agree: Callable[[Any, Any], bool]
) -> None:
    for (path, x), y in zip(
        jax.tree_util.tree_leaves_with_path(a), jax.tree.leaves(b), strict=True
    ):
        if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
            x, y = jax.random.key_data(x), jax.random.key_data(y)
        name = jax.tree_util.keystr(path)
        _demand(env, agree(np.asarray(x), np.asarray(y)), f"{what} agree in {name}")


def _demand_equal(env: Env[Any, Any], what: str, a: Any, b: Any) -> None:
    _demand_pairs(env, what, a, b, lambda x, y: np.array_equal(x, y, equal_nan=True))


def _demand_close(env: Env[Any, Any], what: str, a: Any, b: Any) -> None:
    """Floats may differ by rounding, since compilers fuse differently; all else is equal."""

    def agree(x: np.ndarray, y: np.ndarray) -> bool:
        if np.issubdtype(x.dtype, np.floating):
            return np.allclose(x, y, rtol=1e-4, atol=1e-5, equal_nan=True)
        return np.array_equal(x, y)

    _demand_pairs(env, what, a, b, agree)


_LAWS = (
    equal_instances_share_one_trace,
    params_are_traced_numbers,
    types_never_change,
    observations_have_the_space_s_type,
    jit_vmap_and_eager_agree,
    keys_decide_everything,
    time_and_its_limit_are_kept,
)
