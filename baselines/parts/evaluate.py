"""Greedy rollouts: how good a policy is, without the noise it explores with."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs.baselines.parts.trainer import Metrics
from jaxenvs.core import Env
from jaxenvs.multi import reward_shape
from jaxenvs.vector import where

STEP_LIMIT = 100_000  # ends the rollout of an environment that has no limit of its own


def play_episodes(
    env: Env,
    act: Callable[..., Any],
    policy: Any,
    key: jax.Array,
    num_episodes: int,
    params: Any = None,
    step_limit: int = STEP_LIMIT,
    memory: Any = None,
) -> tuple[jax.Array, jax.Array]:
    """Returns, float32, and lengths, int32, of one episode per environment, both `[num_episodes]`.

    Of a game of several agents, returns are `[num_episodes, num_agents]`.
    `act(policy, obs, mask)` chooses for one observation; the key decides the starts and the
    environment's own chance, and is consumed. An episode longer than `step_limit` is cut there.
    With a `memory`, what an episode starts with, it is `act(policy, obs, mask, memory)`, and gives
    the action and the memory for the next step.
    """
    reset_key, step_key = jax.random.split(key)
    start = jax.vmap(env.reset, (0, None))(jax.random.split(reset_key, num_episodes), params)
    memories = jax.tree.map(lambda x: jnp.broadcast_to(x, (num_episodes, *x.shape)), memory)
    score, length, _ = play_out(env, act, policy, step_key, start, params, step_limit, memories)
    return score, length


def play_out(
    env: Env,
    act: Callable[..., Any],
    policy: Any,
    key: jax.Array,
    start: tuple[Any, Any],
    params: Any,
    step_limit: int,
    memories: Any,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Plays episodes to their ends, as `play_episodes` does, from given starts.

    Args:
      env: the game.
      act: as of `play_episodes`.
      policy: what `act` needs.
      key: of the environment's chance; consumed.
      start: observations and states, `[n]`.
      params: of the game.
      step_limit: where an episode is cut.
      memories: what each episode starts with, `[n]`; None: `act` takes and gives none.

    Returns:
      Returns, lengths, and whether the last step was a success, `[n]` bool; never where the game's
      `info` says nothing of `success`.
    """
    obs, state = start
    num = jax.tree.leaves(obs)[0].shape[0]

    def choose(obs: Any, state: Any, memory: Any) -> tuple[Any, Any]:
        mask = env.action_mask(state, params)
        return (act(policy, obs, mask), None) if memory is None else act(policy, obs, mask, memory)

    def play(loop: tuple[Any, ...]) -> tuple[Any, ...]:
        time, obs, state, memories, alive, score, length, solved = loop
        keys = jax.random.split(jax.random.fold_in(key, time), num)
        action, memories = jax.vmap(choose)(obs, state, memories)
        t = jax.vmap(env.step, (0, 0, 0, None))(keys, state, action, params)
        score = score + where(alive, t.reward, jnp.zeros_like(t.reward))
        length = length + alive.astype(jnp.int32)
        over = jnp.all((t.terminated | t.truncated).reshape(num, -1), axis=1)
        if "success" in t.info:
            solved = solved | (alive & over & t.info["success"])
        return time + 1, t.obs, t.state, memories, alive & ~over, score, length, solved

    def going(loop: tuple[Any, ...]) -> jax.Array:
        return (loop[0] < step_limit) & jnp.any(loop[4])

    alive = jnp.ones(num, jnp.bool_)
    score = jnp.zeros((num, *reward_shape(env)), jnp.float32)
    length = jnp.zeros(num, jnp.int32)
    first = (jnp.int32(0), obs, state, memories, alive, score, length, jnp.zeros_like(alive))
    *_, score, length, solved = jax.lax.while_loop(going, play, first)
    return score, length, solved


def summarize(returns: jax.Array, lengths: jax.Array, names: tuple[str, ...] = ()) -> Metrics:
    """Mean, standard deviation and extremes over the episodes, and their mean length.

    With the `names` of several agents, an episode's return is the mean over them, which is the
    team's where all get the same; the mean of each agent stands beside it.
    """
    own = {f"return_{name}": jnp.mean(returns[:, i]) for i, name in enumerate(names)}
    if names:
        returns = jnp.mean(returns, axis=1)
    return own | {
        "return": jnp.mean(returns),
        "return_std": jnp.std(returns),
        "return_min": jnp.min(returns),
        "return_max": jnp.max(returns),
        "length": jnp.mean(lengths.astype(jnp.float32)),
    }
