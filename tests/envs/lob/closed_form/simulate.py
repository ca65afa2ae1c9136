"""Whole episodes of a policy, side by side."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.scripted import Scripted


def episodes(env: Any, policy: Scripted, count: int, seed: int = 0) -> tuple[np.ndarray, Any]:
    """Sums of rewards, `[count]` float64, and the last states."""
    num_steps = int(env.default_params.num_steps)

    @jax.jit
    def play(key: jax.Array) -> tuple[jax.Array, Any]:
        def step(state: Any, key: jax.Array) -> tuple[Any, jax.Array]:
            t = env.step(key, state, policy(key, state))
            return t.state, t.reward

        def one(key: jax.Array) -> tuple[jax.Array, Any]:
            state, rewards = jax.lax.scan(step, env.reset(key)[1], jax.random.split(key, num_steps))
            return rewards.sum(dtype=jnp.float32), state

        return jax.vmap(one)(jax.random.split(key, count))

    sums, states = play(jax.random.key(seed))
    return np.asarray(sums, np.float64), jax.tree.map(np.asarray, states)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
