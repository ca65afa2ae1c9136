"""Laws that are broken in play: their programs are compiled, as few as will do, and run."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env
from jaxenvs.levels import LevelEnv
from jaxenvs.multi import MultiAgentEnv, has_agents, reward_shape
from jaxenvs.spaces import Discrete, sample_legal
from jaxenvs.testing._demands import demand, demand_close, demand_equal, demand_same_types
from jaxenvs.testing._traced import play_one
from jaxenvs.vector import vectorize

_NUM_ENVS = 64  # of long random play
_NUM_COPIES, _NUM_STEPS = 3, 6  # of an excerpt


# -- a few steps -------------------------------------------------------------------------------


class Excerpt(NamedTuple):
    """A few steps of a few copies, `[_NUM_COPIES, _NUM_STEPS, ...]`; they go on after an end."""

    key_data: jax.Array  # of the step's key
    state: Any  # before the step
    action: Any
    step: Any  # Transition
    observed: Any  # what `observe` says of the state after the step


def jit_and_vmap_agree(env: Env[Any, Any]) -> None:
    """The same step two ways: vmapped over three copies, and one by one.

    And the observation of a step is what `observe` says of the state that it returns.
    """
    excerpt = _excerpt(env)
    demand_close(
        env, "the observation of a step and of its state", excerpt.step.obs, excerpt.observed
    )
    on_host, single = jax.tree.map(_on_host, excerpt), jax.jit(env.step)
    for copy, count in ((0, 0), (1, 2), (2, 4)):
        arguments, expected = _row(on_host, copy, count)
        demand_close(env, "a vmapped step and a single one", expected, single(*arguments))


def an_eager_step_agrees(env: Env[Any, Any]) -> None:
    """A step without `jit`, operation by operation, is the compiled one."""
    arguments, expected = _row(jax.tree.map(_on_host, _excerpt(env)), 0, 0)
    demand_close(env, "an eager step and a compiled one", expected, env.step(*arguments))


def keys_decide_everything(env: Env[Any, Any]) -> None:
    """The same keys give the same play; raw uint32 keys are taken; no key is used twice."""
    demand_equal(env, "two runs with the same keys", _excerpt(env), _excerpt(env))
    typed = jax.eval_shape(env.reset, jax.random.key(3))
    raw = jax.eval_shape(env.reset, jax.random.PRNGKey(3))
    demand_same_types(env, "a reset with a raw key", typed, raw)
    with jax.debug_key_reuse(True):  # found while tracing
        jax.jit(lambda key: play_one(env, key)).trace(jax.random.key(4))


def time_and_its_limit_are_kept(env: Env[Any, Any]) -> None:
    """`time` counts steps; truncation comes at `max_steps`, whatever else; 0 means never."""
    step = _excerpt(env, max_steps=3).step
    count = np.arange(1, _NUM_STEPS + 1)
    demand(env, bool((step.state.time == count).all()), "time counts the steps")
    late = step.truncated.reshape(_NUM_COPIES, _NUM_STEPS, -1)
    demand(env, bool((late == (count >= 3)[:, None]).all()), "truncated from max_steps on")
    never = _excerpt(env, max_steps=0).step.truncated
    demand(env, not never.any(), "max_steps 0 never truncates")


def _excerpt(env: Env[Any, Any], max_steps: int | None = None) -> Excerpt:
    """The same excerpt at each call, under a time limit: by default the environment's own."""
    limit = env.default_params.max_steps if max_steps is None else max_steps
    return _compiled_excerpt(env)(jax.random.key(1), jnp.asarray(limit, jnp.int32))


@functools.lru_cache(maxsize=1)
def _compiled_excerpt(env: Env[Any, Any]) -> Callable[[jax.Array, jax.Array], Excerpt]:
    """One program for all laws of a few steps, since compiling is what they cost."""

    def play(key: jax.Array, limit: jax.Array) -> Excerpt:
        params = env.default_params.replace(max_steps=limit)

        def one(state: Any, key: jax.Array) -> tuple[Any, Excerpt]:
            action_key, step_key = jax.random.split(key)
            action = env.action_space().sample(action_key)
            step = env.step(step_key, state, action, params)
            observed = env.observe(step.state, params)
            return step.state, Excerpt(jax.random.key_data(step_key), state, action, step, observed)

        reset_key, play_key = jax.random.split(key)
        state = env.reset(reset_key, params)[1]
        return jax.lax.scan(one, state, jax.random.split(play_key, _NUM_STEPS))[1]

    def copies(key: jax.Array, limit: jax.Array) -> Excerpt:
        keys = jax.random.split(key, _NUM_COPIES)
        return jax.vmap(play, in_axes=(0, None))(keys, limit)

    return jax.jit(copies)


def _row(excerpt: Excerpt, copy: int, count: int) -> tuple[tuple[Any, ...], Any]:
    """The arguments of one step of an excerpt on the host, and what it gave."""
    one = jax.tree.map(lambda leaf: jnp.asarray(leaf[copy, count]), excerpt)
    return (jax.random.wrap_key_data(one.key_data), one.state, one.action), one.step


def _on_host(leaf: jax.Array) -> Any:
    """A numpy array, whose rows can be taken without compiling; random keys stay as they are."""
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return leaf if is_key else np.asarray(leaf)


# -- many steps --------------------------------------------------------------------------------


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
    demand(env, bool(first.all()), "first observations lie in the space")
    for claim, held in claims.items():
        demand(env, bool(held.all()), f"{claim} (broken at step {int(np.argmin(held))})")


def _some_legal(mask: jax.Array | None) -> jax.Array:
    """Whether a batch of masks, if any, leaves every agent a legal action."""
    return jnp.bool_(True) if mask is None else mask.any(axis=-1)


def _padding_legal(env: MultiAgentEnv[Any, Any], mask: jax.Array | None) -> jax.Array:
    """Whether a batch of masks allows what lies beyond the last action of an agent."""
    own = [env.action_spaces()[agent] for agent in env.agents]
    counts = [space.n for space in own if isinstance(space, Discrete)]
    if mask is None or len(counts) < len(own):
        return jnp.bool_(False)
    return (mask & (np.arange(mask.shape[-1]) >= np.array(counts)[:, None])).any()


# -- levels ------------------------------------------------------------------------------------


def levels_survive_json_and_edits(env: LevelEnv[Any, Any, Any]) -> None:
    """A level is the same after writing and reading it as JSON, and of one type after edits."""
    params = env.default_params
    level = jax.jit(env.sample_level)(jax.random.key(11), params)
    again = env.level_from_json(env.level_to_json(level))
    demand_equal(env, "a level and its JSON", level, again)
    edited = jax.jit(env.mutate_level)(jax.random.key(12), level, 3, params)
    demand_same_types(env, "a level and an edited one", level, edited)
    reset_to_level = jax.jit(env.reset_to_level)
    for played in (level, edited):
        obs = reset_to_level(jax.random.key(13), played)[0]
        inside = bool(env.observation_space().contains(obs))
        demand(env, inside, "observations of a level lie in the space")
    step = jax.eval_shape(lambda key: play_one(env, key), jax.random.key(0))[2]
    demand(env, "success" in step.info, "info says success")
