"""Random play of ours, written down step by step so that an original can follow it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.core import Env


class Rollout(NamedTuple):
    """Steps of several copies, arrays of numpy `[num_steps, num_envs, ...]`.

    A copy that ended starts anew: `start` is true where `state` and `obs` are of a reset.
    """

    start: Any  # bool
    obs: Any  # before the step
    state: Any  # before the step
    action: Any
    step: Any  # Transition
    draws: Any  # what `draws` made of the step's key


def play(
    env: Env[Any, Any],
    num_envs: int,
    num_steps: int,
    *,
    params: Any = None,
    draws: Callable[[jax.Array], Any] = lambda key: (),
    policy: Callable[[jax.Array, Any], Any] | None = None,
    seed: int = 0,
) -> Rollout:
    """Plays `num_steps` steps in `num_envs` copies, in one compiled scan.

    `draws` gets the key of each step and shows what randomness the game takes from it; `policy`
    maps a key and the state to an action, by default a random one.
    """
    params = env.canonical_params(params)
    choose = policy or (lambda key, state: env.action_space().sample(key))

    def one(carry: Any, key: jax.Array) -> Any:
        start, obs, state = carry
        action_key, step_key, reset_key = jax.random.split(key, 3)
        action = choose(action_key, state)
        step = env.step(step_key, state, action, params)
        done = (step.terminated | step.truncated).all()  # of all agents
        fresh = env.reset(reset_key, params)
        ahead = jax.tree.map(lambda a, b: jnp.where(done, a, b), fresh, (step.obs, step.state))
        row = Rollout(start, obs, state, action, step, draws(step_key))
        return (done, *ahead), row

    def all_steps(key: jax.Array) -> Rollout:
        reset_key, play_key = jax.random.split(key)
        first = jax.vmap(lambda k: (jnp.bool_(True), *env.reset(k, params)))(
            jax.random.split(reset_key, num_envs)
        )
        keys = jax.random.split(play_key, (num_steps, num_envs))
        return jax.lax.scan(jax.vmap(one), first, keys)[1]

    return jax.tree.map(np.asarray, jax.jit(all_steps)(jax.random.key(seed)))


def column(rollout: Rollout, index: int) -> Rollout:
    """One copy's steps as lists of plain numbers, or of lists: much faster to walk through."""
    return jax.tree.map(lambda leaf: leaf[:, index].tolist(), rollout)
