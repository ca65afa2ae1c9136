"""The rules of the particle world that no original tells."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

import jaxenvs
from jaxenvs.envs.mpe import _assignment as assignment
from jaxenvs.envs.mpe import _view as view


@functools.cache
def _env(env_id: str, **kwargs: Any) -> Any:
    return jaxenvs.make(env_id, **kwargs)


def test_bodies_at_one_place_stay_finite():
    env = _env("MPE-SimpleSpread-v3")
    _, state = env.reset(jax.random.key(0))
    state = state.replace(position=jnp.zeros((3, 2), jnp.float32))
    t = jax.jit(env.step)(jax.random.key(1), state, jnp.zeros(3, jnp.int32))
    assert jnp.isfinite(t.obs).all()
    assert t.state.velocity.tolist() == [[0, 0]] * 3


@pytest.mark.parametrize(("compat", "length"), [("mpe2", 25), ("jaxmarl", 26)])
def test_jaxmarl_s_episodes_are_longer_by_a_step(compat, length):
    env = _env("MPE-SimpleTag-v3", compat=compat)
    venv = jaxenvs.vectorize(env, 400)

    @jax.jit
    def play(key):
        _, vstate = venv.reset(key)
        actions = jnp.zeros((400, 4), jnp.int32)

        def one(vstate, key):
            t = venv.step(key, vstate, actions)
            return t.state, t.info["episode"]["done"][0]

        return vstate, jax.lax.scan(one, vstate, jax.random.split(key, 26))[1]

    vstate, done = play(jax.random.key(0))
    assert int(np.argmax(done)) == length - 1
    far = float(jnp.abs(vstate.env_state.landmarks).max())
    assert (far > 0.9) == (compat == "jaxmarl")
    endless = env.with_params(max_steps=0)
    _, state = endless.reset(jax.random.key(0))
    state = state.replace(time=jnp.int32(1000))
    t = jax.jit(endless.step)(jax.random.key(1), state, jnp.zeros(4, jnp.int32))
    assert not t.truncated.any()


def test_actions_beyond_the_space_do_nothing():
    env = _env("MPE-SimpleSpeakerListener-v4")
    _, state = env.reset(jax.random.key(0))
    t = jax.jit(env.step)(jax.random.key(1), state, jnp.array([4, 0], jnp.int32))
    assert not t.state.message.any()
    assert env.action_mask(state).tolist() == [[True] * 3 + [False] * 2, [True] * 5]


def test_loud_actions_are_clipped():
    env = _env("MPE-SimpleReference-v3", continuous_actions=True)
    _, state = env.reset(jax.random.key(0))
    step = jax.jit(env.step)
    loud = step(jax.random.key(1), state, jnp.full((2, 15), 7.0).at[:, 1].set(-3))
    plain = step(jax.random.key(1), state, jnp.ones((2, 15)).at[:, 1].set(0))
    np.testing.assert_array_equal(loud.obs, plain.obs)


def test_neighbours_are_sorted_and_missing_ones_are_zero():
    ways = jnp.array([[[3.0, 0], [0, 1], [2, 0]]])
    shown = view.nearest(ways, 4)
    assert shown.tolist() == [[[0, 1], [2, 0], [3, 0], [0, 0]]]
    assert view.nearest(ways, 2).tolist() == [[[0, 1], [2, 0]]]
    assert view.ranks(jnp.array([[1.0, 1.0, 0.0]])).tolist() == [[1, 2, 0]]
    assert view.others(jnp.arange(9.0).reshape(3, 3)).tolist() == [[1, 2], [3, 5], [6, 7]]


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_assignments_are_the_cheapest(size):
    cost = np.random.default_rng(size).uniform(0, 1, (40, size, size)).astype(np.float32)
    found = np.asarray(jax.jit(jax.vmap(assignment.cheapest))(cost))
    for matrix, columns in zip(cost, found, strict=True):
        rows, best = linear_sum_assignment(matrix)
        assert sorted(columns) == list(range(size))
        assert matrix[rows, columns].sum() <= matrix[rows, best].sum() + 1e-5


def _flee(position: np.ndarray, own: int, draws: np.ndarray, env: Any) -> np.ndarray:
    """FACMAC's prey as its paper's code has it, in float64."""
    reach, angle = np.sqrt(draws[0]), 2 * np.pi * draws[1]
    steps = reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    n = env.num_predators
    best, chosen = -1.0, np.zeros(2)
    hunter = np.argmin(np.linalg.norm(position[:n] - position[own], axis=1))
    others = [i for i in range(len(position)) if i != own]
    for step in steps:
        end = np.linalg.norm(position - position[own] - step, axis=1)
        if env.score == "min":
            blocked = (end[:n] < 0.125).any()
            score = end[hunter]
        else:
            passed = [position[own] + step * k / 5 for k in range(1, 6)]
            size = [0.075 if i < n else 0.05 for i in others]
            blocked = any(
                np.linalg.norm(position[i] - place) < s + 0.05
                for place in passed
                for i, s in zip(others, size, strict=True)
            )
            score = end[others].sum()
        if not blocked and score > best:
            best, chosen = score, step
    return chosen


@pytest.mark.parametrize("score", ["min", "sum"])
def test_prey_flees_as_in_facmac(score):
    env = _env("MPE-Facmac6a-v1", score=score)
    rng = np.random.default_rng(0)
    position = rng.uniform(-0.6, 0.6, (30, 8, 2))
    draws = rng.uniform(0, 1, (30, 2, 2, 100))
    params = env.default_params

    @jax.jit
    @jax.vmap
    def flee(position, draws):
        state = env.reset(jax.random.key(0))[1].replace(position=position)
        return env.flee(state, draws, params)

    found = flee(jnp.asarray(position, jnp.float32), jnp.asarray(draws, jnp.float32))
    expected = [
        [_flee(place, 6 + k, draw[:, k], env) for k in range(2)]
        for place, draw in zip(position, draws, strict=True)
    ]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    away = np.asarray(found)[:, 0] * (position[:, 6] - position[:, :6].mean(axis=1))
    assert away.sum() > 0


def test_far_bodies_are_not_seen_by_predators():
    env = _env("MPE-Facmac3a-v1")
    _, state = env.reset(jax.random.key(0))
    position = jnp.array([[0, 0], [2, 0], [0.5, 0], [0, 1.4]], jnp.float32)
    state = state.replace(
        position=position,
        velocity=jnp.ones((4, 2), jnp.float32),
        landmarks=jnp.array([[1.0, 0], [0, -1.6]], jnp.float32),
    )
    obs = env.observe(state, env.default_params)
    assert obs[0, 4:8].tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(obs[0, 8:14], [0, 0, 0.5, 0, 0, 1.4])
    assert obs[0, 14:].tolist() == [1, 1]
    assert obs[1, 14:].tolist() == [0, 0]


def test_curricula_are_params():
    tag = _env("MPE-SimpleTag-v3")
    slow = tag.with_params(**tag.curriculum[0])
    assert slow.movers(slow.default_params)[1].max_speed == np.float32(0.65)
    spread = _env("MPE-SimpleSpread-v3")
    assert spread.with_params(**spread.curriculum[0]).default_params.collision_penalty == 0
