"""Random levels without those that solve themselves.

In a tenth to a fifth of Kinetix's random levels green falls on blue whatever anybody does. Kinetix
draws twice as many levels as it needs, plays each for 64 steps without acting, and keeps one that
was solved with a thousandth of the weight of the others.

Source: Kinetix 3.0.2 (environment/ued/distributions.py).
Differs from it in: nothing is done where Kinetix, with discrete actions, turns the first motors.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng, spaces
from jaxenvs.envs.kinetix._level import NUM_MOTOR_BINDINGS
from jaxenvs.levels import LevelEnv
from jaxenvs.ranges import Count, Positive, Whole, check, check_value

AnyEnv = LevelEnv[Any, Any, Any]


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True, kw_only=True)
class Filtered:
    """A level source of filtered levels; those of a pool, or new ones for each episode.

        jaxenvs.vectorize(env, 256, level_source=Filtered(pool=4096))

    With a pool, the source's carry is a batch of levels, from which each episode takes any; a
    training loop may renew it by `init` between its updates. Raises as `ranges.check` does.
    """

    pool: Whole = 0
    """Levels that `init` draws, of which episodes take any; 0: new levels for all of them, each of
    which costs `ratio * steps` steps."""
    ratio: Count = 2
    """Levels drawn for each that is kept."""
    steps: Count = 64
    """For which they are played without acting."""
    solved_weight: Positive = 0.001
    """Of a level that was solved, beside 1 of the others."""

    def __post_init__(self) -> None:
        check(self)

    def init(self, key: jax.Array, env: AnyEnv, params: Any) -> Any:
        """The pool, or nothing."""
        return self.sample(key, self.pool, env, params) if self.pool else ()

    def draw(
        self, key: jax.Array, carry: Any, used: jax.Array, env: AnyEnv, params: Any
    ) -> tuple[Any, Any]:
        """As of `LevelSource`."""
        count = used.shape[0]
        if not self.pool:
            return self.sample(key, count, env, params), carry
        index = jax.random.randint(key, (count,), 0, self.pool, jnp.int32)
        return jax.tree.map(lambda column: column[index], carry), carry

    def sample(self, key: jax.Array, count: int, env: AnyEnv, params: Any) -> Any:
        """`count` levels, with an axis in front; `key` is consumed."""
        level_key, play_key, choice_key = jax.random.split(key, 3)
        keys = prng.keys_for(level_key, jnp.arange(self.ratio * count, dtype=jnp.int32))
        levels = jax.vmap(env.sample_level, in_axes=(0, None))(keys, params)
        solved = solved_when(lambda _: idle(env), env, levels, play_key, self.steps, params)
        weight = jnp.where(solved, np.float32(np.log(self.solved_weight)), np.float32(0))
        # The largest of logarithms with Gumbel noise are a choice without replacement by weight.
        noise = jax.random.gumbel(choice_key, weight.shape, jnp.float32)
        _, index = jax.lax.top_k(weight + noise, count)
        return jax.tree.map(lambda column: column[index], levels)


def sample_filtered(
    key: jax.Array, count: int, env: AnyEnv, params: Any = None, settings: Filtered | None = None
) -> Any:
    """Filtered random levels of a game, such as "Kinetix-M-Symbolic-Discrete-v0".

    Args:
      key: consumed.
      count: how many.
      env: the game.
      params: its params, its own by default.
      settings: how many are drawn and how they are played.

    Returns:
      A level whose arrays have an axis of `count` in front.

    Raises:
      ValueError: `count` is not at least 1.
    """
    check_value("count", count, Count)
    settings = settings or Filtered()
    return settings.sample(key, count, env, env.canonical_params(params))


def solved_when(
    act: Callable[[jax.Array], Any],
    env: AnyEnv,
    levels: Any,
    key: jax.Array,
    steps: int,
    params: Any = None,
) -> jax.Array:
    """Which levels of a batch are solved, in one episode each, by actions that see nothing.

    Args:
      act: gives an action for a key.
      env: the game.
      levels: a level whose arrays have an axis `n` in front.
      key: consumed.
      steps: played at most.
      params: the game's, its own by default.

    Returns:
      `(n,)` bool.
    """
    params = env.canonical_params(params)
    count = jax.tree.leaves(levels)[0].shape[0]
    ids = jnp.arange(count, dtype=jnp.int32)
    start_key, play_key = jax.random.split(key)
    reset = jax.vmap(env.reset_to_level, in_axes=(0, 0, None))
    _, states = reset(prng.keys_for(start_key, ids), levels, params)

    def one(key: jax.Array, state: Any) -> tuple[Any, jax.Array, jax.Array]:
        act_key, step_key = jax.random.split(key)
        result = env.step(step_key, state, act(act_key), params)
        return result.state, result.info["success"], result.terminated | result.truncated

    def step(carry: Any, t: jax.Array) -> tuple[Any, None]:
        states, solved, ended = carry
        keys = prng.keys_for(jax.random.fold_in(play_key, t), ids)
        states, success, over = jax.vmap(one)(keys, states)
        return (states, solved | (success & ~ended), ended | over), None

    no = jnp.zeros(count, bool)
    times = jnp.arange(steps, dtype=jnp.int32)
    (_, solved, _), _ = jax.lax.scan(step, (states, no, no), times)
    return solved


def idle(env: AnyEnv) -> jax.Array:
    """The action of Kinetix that does nothing."""
    space = env.action_space()
    if isinstance(space, spaces.Discrete):
        return jnp.int32(2 * NUM_MOTOR_BINDINGS)
    return jax.tree.map(jnp.zeros_like, space.sample(jax.random.key(0)))
