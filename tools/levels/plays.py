"""Plays of many action sequences at once, on many levels of one size."""

import functools
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix import _view
from jaxenvs.envs.kinetix._level import SIZES, Level
from jaxenvs.envs.kinetix.kinetix import Kinetix

SizeName = Literal["s", "m", "l"]
HORIZON = 256
NOISE = 1e-3
"""m/s and rad/s: what the start of a disturbed play differs by, from body to body."""
NEAR = 0.35
"""m: a place of a way counts as passed."""
MOST_PLACES = 8
NO_KEY: Any = None
"""A level is played without chance."""


class Course(NamedTuple):
    """A level and what leads the search on it; stacked over levels."""

    level: Level
    mover: Any  # () int32, a body
    way: Any  # (MOST_PLACES, 2) float32
    places: Any  # () int32: how many of them count


class Played(NamedTuple):
    """What came of plays, `(N,)` each."""

    success: Any  # bool
    lost: Any  # bool: green touched red
    steps: Any  # int32: actions until the end
    score: Any  # float32: how far it came, at best
    best: Any  # int32: after how many actions


class _Carry(NamedTuple):
    t: Any
    state: Any
    passed: Any
    open: Any
    played: Played


@functools.cache
def player(size: SizeName) -> Any:
    """A compiled function of `(courses, index, actions, noise, key)` to `Played`.

    `index`, `(N,)`, is of the courses, `actions` `(N, HORIZON, 6)` multi-discrete, `noise` `(N,)`
    in units of `NOISE`.
    """
    env = Kinetix(size=size, actions="multidiscrete")
    params = env.canonical_params(None)

    def begin(level: Level, noise: jax.Array, key: jax.Array) -> Any:
        state = env.initial_on(key, level, params)
        physics = state.physics
        moves = state.world.bodies.inverse_mass > 0
        scale = jnp.where(moves, noise * np.float32(NOISE), np.float32(0))
        draws = jax.random.normal(key, (len(moves), 3), jnp.float32) * scale[:, None]
        physics = physics.replace(
            velocity=physics.velocity + draws[:, :2], spin=physics.spin + draws[:, 2]
        )
        return state.replace(physics=physics)

    def advance(course: Course, carry: _Carry, action: jax.Array) -> _Carry:
        state, _, ended, info = env.transition(NO_KEY, carry.state, action, params)
        at = _view.motion(state).position[course.mover]
        place = course.way[jnp.minimum(carry.passed, MOST_PLACES - 1)]
        away = jnp.sqrt(jnp.sum((at - place) ** 2))
        on_way = carry.passed < course.places
        passed = carry.passed + (on_way & (away < NEAR)).astype(jnp.int32)
        left = jnp.where(on_way, away, info["distance"])
        score = carry.passed.astype(jnp.float32) * np.float32(10) - left
        old, t = carry.played, carry.t + np.int32(1)
        better = carry.open & (score > old.score)
        played = Played(
            success=old.success | (carry.open & info["success"]),
            lost=old.lost | (carry.open & ended & ~info["success"]),
            steps=jnp.where(carry.open, t, old.steps),
            score=jnp.where(better, score, old.score),
            best=jnp.where(better, t, old.best),
        )
        passed = jnp.where(carry.open, passed, carry.passed)
        return _Carry(t, state, passed, carry.open & ~ended, played)

    @jax.jit
    def play(courses: Course, index: Any, actions: Any, noise: Any, key: Any) -> Played:
        count = index.shape[0]
        course = jax.tree.map(lambda leaf: leaf[index], courses)
        state = jax.vmap(begin)(course.level, noise, jax.random.split(key, count))
        no, zero = jnp.zeros(count, jnp.bool_), jnp.zeros(count, jnp.int32)
        start = _Carry(
            t=zero,
            state=state,
            passed=zero,
            open=~no,
            played=Played(no, no, zero, jnp.full(count, -1e9, jnp.float32), zero),
        )

        def step(carry: _Carry) -> _Carry:
            return jax.vmap(advance)(course, carry, actions[:, carry.t[0]])

        def goes_on(carry: _Carry) -> jax.Array:
            return (carry.t[0] < HORIZON) & carry.open.any()

        return jax.lax.while_loop(goes_on, step, start).played

    return play


def trace(size: Any, level: Level, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the bodies of a level are after each action: places `(t, n, 2)`, angles `(t, n)`."""
    where, turn = _tracer(size)(level, jnp.asarray(actions, jnp.int32))
    return np.asarray(where), np.asarray(turn)


@functools.cache
def _tracer(size: SizeName) -> Any:
    env = Kinetix(size=size, actions="multidiscrete")
    params = env.canonical_params(None)

    @jax.jit
    def run(level: Level, actions: jax.Array) -> Any:
        def step(state: Any, action: jax.Array) -> Any:
            state = env.transition(NO_KEY, state, action, params)[0]
            motion = _view.motion(state)
            return state, (motion.position, motion.rotation)

        return jax.lax.scan(step, env.initial_on(NO_KEY, level, params), actions)[1]

    return run


def course(level: Level, mover: int, way: Any) -> Course:
    """A course, in numpy."""
    places = np.zeros((MOST_PLACES, 2), np.float32)
    places[: len(way)] = np.asarray(way, np.float32).reshape(-1, 2)
    assert level.size in SIZES.values()
    return Course(level, np.int32(mover), places, np.int32(len(way)))
