"""Search for actions that solve a level, by the cross-entropy method.

Plans of actions are drawn from a distribution, played from the level's start, and the distribution
moves to those that did best. The first plans are random: a search of one iteration is a check by
random policies.

Source: Rubinstein, "The cross-entropy method for combinatorial and continuous optimization", 1999.
"""

import functools
from typing import Annotated, Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.levels import LevelEnv
from jaxenvs.ranges import Count, Range, check_value
from jaxenvs.struct import PyTree

_ELITE_SHARE = 0.1
_MOVE = 0.7
"""How far the distribution moves to the best plans."""
_LEAST_CHANCE, _LEAST_SPREAD = 0.1, 0.1
"""What keeps plans from becoming all the same: of uniform choices, of the width of an interval."""
_SOLVED = np.float32(1e6)


class Solution(PyTree):
    """What a search found."""

    found: jax.Array  # () bool: the best plan solves the level
    actions: Any  # (horizon, ...) of the action space: the best plan
    steps: jax.Array  # () int32: actions until it is solved, or played without success
    score: jax.Array  # () float32: the greatest sum of rewards on the way


def search(
    env: LevelEnv[Any, Any, Any],
    level: Any,
    key: jax.Array,
    *,
    population: int = 256,
    iterations: int = 20,
    horizon: int = 256,
    repeat: int = 8,
    params: Any = None,
) -> Solution:
    """Looks for actions that solve a level, until some do.

    The search asks for `info["success"]`; until a plan has it, those are best whose rewards come to
    most at any time. Compiled once for each environment and set of numbers; `level` and `key` may
    be traced.

    Args:
      env: a game of levels, hashable, of one agent, whose actions are `Discrete`, `MultiDiscrete`
        or a bounded `Box`. If it draws random numbers, the solution holds for those of this search.
      level: where plans start.
      key: consumed.
      population: plans in an iteration.
      iterations: at most so many; 1 tries random plans alone.
      horizon: actions of a plan.
      repeat: steps for which an action is held.
      params: the game's, its own by default.

    Raises:
      TypeError, ValueError: a number is out of range, or the game has other actions.
    """
    for name, value in (("iterations", iterations), ("horizon", horizon), ("repeat", repeat)):
        check_value(name, value, Count)
    check_value("population", population, Annotated[int, Range(2)])
    _plans_of(env, 1)
    numbers = (population, iterations, horizon, min(repeat, horizon))
    return _search(env, env.canonical_params(params), level, key, numbers)


def solvable(
    env: LevelEnv[Any, Any, Any], level: Any, key: jax.Array, **numbers: Any
) -> tuple[jax.Array, Any, jax.Array]:
    """Whether the search solves a level, its best actions, and how many of them count.

    False says that the search failed, not that nothing can succeed. Args and errors as of `search`.
    """
    solution = search(env, level, key, **numbers)
    return solution.found, solution.actions, solution.steps


@functools.partial(jax.jit, static_argnums=(0, 4))
def _search(
    env: LevelEnv[Any, Any, Any], params: Any, level: Any, key: jax.Array, numbers: tuple[int, ...]
) -> Solution:
    population, iterations, horizon, repeat = numbers
    plans = _plans_of(env, -(-horizon // repeat))
    start_key, play_key, draw_key = jax.random.split(key, 3)
    _, state = env.reset_to_level(start_key, level, params)
    num_elites = max(1, round(population * _ELITE_SHARE))

    def play(plan: jax.Array) -> _Played:
        actions = jnp.repeat(plans.actions(plan), repeat, axis=0)[:horizon]
        return _played(env, params, play_key, state, actions)

    def improve(carry: _Progress) -> _Progress:
        key = jax.random.fold_in(draw_key, carry.iteration)
        drawn = plans.draw(key, carry.distribution, population)
        # The best so far stays among them.
        first = jnp.arange(population) == 0
        keeps = (carry.iteration > 0) & first
        drawn = jnp.where(keeps.reshape(-1, *(1,) * (drawn.ndim - 1)), carry.best, drawn)
        played = jax.vmap(play)(drawn)
        value = jnp.where(played.found, _SOLVED - played.steps.astype(jnp.float32), played.score)
        _, order = jax.lax.top_k(jnp.where(jnp.isnan(value), -_SOLVED, value), num_elites)
        elites = drawn[order]
        return _Progress(
            iteration=carry.iteration + np.int32(1),
            distribution=plans.moved(carry.distribution, elites),
            best=elites[0],
            played=jax.tree.map(lambda leaf: leaf[order[0]], played),
        )

    def goes_on(carry: _Progress) -> jax.Array:
        return (carry.iteration < iterations) & ~carry.played.found

    distribution = plans.first()
    nothing = _Played(jnp.bool_(False), jnp.int32(0), jnp.float32(0))
    blank = jax.tree.map(
        lambda leaf: jnp.zeros(leaf.shape[1:], leaf.dtype),
        jax.eval_shape(lambda: plans.draw(draw_key, distribution, 1)),
    )
    progress = _Progress(jnp.int32(0), distribution, blank, nothing)
    progress = jax.lax.while_loop(goes_on, improve, progress)
    actions = jnp.repeat(plans.actions(progress.best), repeat, axis=0)[:horizon]
    return Solution(
        found=progress.played.found,
        actions=actions,
        steps=progress.played.steps,
        score=progress.played.score,
    )


class _Played(NamedTuple):
    """What came of a plan."""

    found: jax.Array
    steps: jax.Array
    score: jax.Array


class _Progress(NamedTuple):
    iteration: jax.Array
    distribution: Any
    best: jax.Array
    played: _Played


def _played(
    env: LevelEnv[Any, Any, Any], params: Any, key: jax.Array, state: Any, actions: jax.Array
) -> _Played:
    """Plays a plan until the episode ends."""

    def step(carry: Any, x: tuple[jax.Array, jax.Array]) -> tuple[Any, None]:
        state, ended, total, played = carry
        t, action = x
        result = env.step(jax.random.fold_in(key, t), state, action, params)
        total = total + jnp.where(ended, np.float32(0), result.reward.astype(jnp.float32))
        played = _Played(
            found=played.found | (result.info["success"] & ~ended),
            steps=played.steps + (~ended).astype(jnp.int32),
            score=jnp.maximum(played.score, total),
        )
        ended = ended | result.terminated | result.truncated | played.found
        return (result.state, ended, total, played), None

    nothing = _Played(jnp.bool_(False), jnp.int32(0), jnp.float32(-np.inf))
    carry = (state, jnp.bool_(False), jnp.float32(0), nothing)
    times = jnp.arange(actions.shape[0], dtype=jnp.int32)
    return jax.lax.scan(step, carry, (times, actions))[0][-1]


# -- distributions of plans ------------------------------------------------------------------------


class _Plans(Protocol):
    """A distribution over plans, `(blocks, d)` each: what is done in each block of steps."""

    def first(self) -> Any:
        """The distribution of random plans."""
        ...

    def draw(self, key: jax.Array, distribution: Any, count: int) -> jax.Array:
        """Plans, `(count, blocks, d)`."""
        ...

    def moved(self, distribution: Any, elites: jax.Array) -> Any:
        """The distribution after a move to the best plans, `(e, blocks, d)`."""
        ...

    def actions(self, plan: jax.Array) -> jax.Array:
        """The actions of a plan, `(blocks, ...)`."""
        ...


def _plans_of(env: LevelEnv[Any, Any, Any], blocks: int) -> _Plans:
    space = env.action_space()
    if isinstance(space, spaces.Discrete):
        return _Choices(
            blocks, np.array([space.n], np.int32), np.array([space.start], np.int32), space
        )
    if isinstance(space, spaces.MultiDiscrete):
        return _Choices(blocks, space.num_values.ravel(), space.start.ravel(), space)
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        if not np.all(np.isfinite(space.low) & np.isfinite(space.high)):
            raise ValueError(f"env: expected actions with bounds, got {space}")
        return _Intervals(blocks, space)
    raise TypeError(f"env: expected actions in a Discrete, MultiDiscrete or Box space, got {space}")


class _Choices(NamedTuple):
    """Numbers 0 to n - 1 for each coordinate; the distribution is their chances, `(b, d, n)`."""

    blocks: int
    counts: np.ndarray
    starts: np.ndarray
    space: Any

    def first(self) -> jax.Array:
        allowed = np.arange(self.counts.max()) < self.counts[:, None]
        chances = (allowed / self.counts[:, None]).astype(np.float32)
        return jnp.broadcast_to(chances, (self.blocks, *chances.shape))

    def draw(self, key: jax.Array, distribution: jax.Array, count: int) -> jax.Array:
        number = jax.random.uniform(key, (count, *distribution.shape[:-1]), jnp.float32)
        totals = jnp.cumsum(distribution, axis=-1)
        reached = number[..., None] * totals[..., -1:] >= totals
        return jnp.minimum(jnp.sum(reached, axis=-1, dtype=jnp.int32), self.counts - 1)

    def moved(self, distribution: jax.Array, elites: jax.Array) -> jax.Array:
        chosen = elites[..., None] == np.arange(self.counts.max(), dtype=np.int32)
        share = jnp.mean(chosen.astype(jnp.float32), axis=0)
        mixed = np.float32(1 - _MOVE) * distribution + np.float32(_MOVE) * share
        least = np.float32(_LEAST_CHANCE)
        return (np.float32(1) - least) * mixed + least * self.first()

    def actions(self, plan: jax.Array) -> jax.Array:
        values = plan + self.starts.astype(np.int32)
        return values.reshape(-1, *self.space.shape).astype(self.space.dtype)


class _Intervals(NamedTuple):
    """Numbers between bounds; the distribution is their means and deviations, in half widths."""

    blocks: int
    space: Any

    def first(self) -> tuple[jax.Array, jax.Array]:
        shape = (self.blocks, int(np.prod(self.space.shape)))
        return jnp.zeros(shape, jnp.float32), jnp.ones(shape, jnp.float32)

    def draw(self, key: jax.Array, distribution: Any, count: int) -> jax.Array:
        mean, deviation = distribution
        noise = jax.random.normal(key, (count, *mean.shape), jnp.float32)
        return jnp.clip(mean + deviation * noise, np.float32(-1), np.float32(1))

    def moved(self, distribution: Any, elites: jax.Array) -> Any:
        found = jnp.mean(elites, axis=0), jnp.std(elites, axis=0)
        mean, deviation = (
            np.float32(1 - _MOVE) * old + np.float32(_MOVE) * new
            for old, new in zip(distribution, found, strict=True)
        )
        return mean, jnp.maximum(deviation, np.float32(_LEAST_SPREAD))

    def actions(self, plan: jax.Array) -> jax.Array:
        share = (plan.reshape(-1, *self.space.shape) + np.float32(1)) * np.float32(0.5)
        low, high = self.space.low, self.space.high
        return (low * (np.float32(1) - share) + high * share).astype(self.space.dtype)
