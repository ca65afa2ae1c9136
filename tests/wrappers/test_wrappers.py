from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.envs.classic.pendulum import Pendulum
from jaxenvs.testing import check_env
from jaxenvs.wrappers import (
    ClipAction,
    EpisodeStatistics,
    FlattenObservation,
    FrameStack,
    RescaleAction,
    StickyActions,
    TimeAwareObservation,
    Wrapper,
)
from jaxenvs.wrappers.flatten import flatten
from tests.toys import Race, Walk


class Push(Walk):
    """A walk that is pushed by a real number, and reports it."""

    def transition(self, key, state, action, params):
        zero = jnp.int32(1)
        state, _, terminated, _ = super().transition(key, state, zero, params)
        return state, action[0], terminated, {}

    def action_space(self, params=None) -> Any:
        return spaces.Box(-2, 6, (1,))


WRAPPED = [
    Wrapper(env=Walk()),
    EpisodeStatistics(env=Walk()),
    FrameStack(env=Walk()),
    StickyActions(env=Walk()),
    FlattenObservation(env=Walk()),
    TimeAwareObservation(env=CartPole()),
    ClipAction(env=Push()),
    RescaleAction(env=Push()),
]


@pytest.mark.parametrize(
    "env", WRAPPED, ids=lambda env: f"{type(env).__name__}-{type(env.env).__name__}"
)
def test_wrapped_environments_keep_the_contract(env):
    check_env(env, num_steps=1280)


def _play(env, actions, seed=0):
    obs, state = env.reset(jax.random.key(seed))

    def one(state, x):
        key, action = x
        step = env.step(key, state, action)
        return step.state, step

    keys = jax.random.split(jax.random.key(seed + 1), len(actions))
    return obs, jax.jit(lambda s: jax.lax.scan(one, s, (keys, actions)))(state)[1]


def test_wrappers_pass_on_params_time_and_the_game():
    env = StickyActions(env=FrameStack(env=Walk().with_params(max_steps=3)))
    assert env.unwrapped == Walk().with_params(max_steps=3)
    assert int(env.default_params.max_steps) == 3
    assert int(env.with_params(max_steps=4).default_params.max_steps) == 4
    assert Wrapper(env=Race()).reset_cost == "expensive"
    _, steps = _play(env, jnp.ones(5, jnp.int32))
    assert steps.truncated.tolist() == [False, False, True, True, True]
    assert steps.state.inner.inner.time.tolist() == [1, 2, 3, 4, 5]


def test_episode_statistics_count():
    _, steps = _play(EpisodeStatistics(env=Walk()), jnp.ones(5, jnp.int32))
    episode = steps.info["episode"]
    np.testing.assert_allclose(episode["return"], np.cumsum(steps.reward), rtol=1e-6)
    assert episode["length"].tolist() == [1, 2, 3, 4, 5]
    assert episode["done"].tolist() == (steps.terminated | steps.truncated).tolist()
    assert "push" in steps.info


def test_frames_are_stacked_newest_last():
    first, steps = _play(FrameStack(env=CartPole(), num_frames=3), jnp.ones(4, jnp.int32))
    plain_first, plain = _play(CartPole(), jnp.ones(4, jnp.int32))
    np.testing.assert_array_equal(first, np.stack([plain_first] * 3))
    seen = np.concatenate([np.stack([plain_first] * 3), plain.obs])
    for i in range(4):
        np.testing.assert_allclose(steps.obs[i], seen[i + 1 : i + 4], rtol=1e-6)
    with pytest.raises(ValueError, match="num_frames: expected a whole number from 1 to 1,000"):
        FrameStack(env=CartPole(), num_frames=0)


def test_sticky_actions_repeat_as_often_as_said():
    class Echo(Walk):
        """Reports the action that reached it."""

        def transition(self, key, state, action, params):
            return state, action.astype(jnp.float32), jnp.bool_(False), {}

    actions = jax.random.randint(jax.random.key(5), (20_000,), 0, 3, dtype=jnp.int32)
    _, steps = _play(StickyActions(env=Echo(), probability=0.25), actions)
    played = np.asarray(steps.reward).astype(int)
    chosen = np.asarray(actions)
    assert played[0] == chosen[0]
    changed = chosen[1:] != played[:-1]  # where sticking can be seen
    stuck = (played[1:] == played[:-1])[changed]
    assert np.all((played[1:] == chosen[1:]) | (played[1:] == played[:-1]))
    assert abs(stuck.mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / stuck.size)
    _, never = _play(StickyActions(env=Echo(), probability=0.0), actions[:100])
    assert np.array_equal(never.reward, actions[:100])
    with pytest.raises(ValueError, match="probability: expected a number from 0 to 1"):
        StickyActions(env=Echo(), probability=2.0)


def test_flatten_is_one_hot_for_integers_and_ordered():
    space = spaces.Dict(
        {
            "c": spaces.Tuple([spaces.MultiBinary(2), spaces.Discrete(2, start=5)]),
            "a": spaces.MultiDiscrete([2, 3], start=[0, 1]),
            "b": spaces.Box(-1, 9, (2, 1)),
        }
    )
    value = {
        "a": jnp.array([1, 3], jnp.int32),
        "b": jnp.array([[0.5], [7.0]]),
        "c": (jnp.array([True, False]), jnp.int32(6)),
    }
    assert flatten(space, value).tolist() == [0, 1, 0, 0, 1, 0.5, 7, 1, 0, 0, 1]
    assert FlattenObservation(env=Walk()).observation_space() == spaces.Box(0, 1, (12,))


def test_the_clock_is_appended():
    env = TimeAwareObservation(env=CartPole().with_params(max_steps=4))
    obs, steps = _play(env, jnp.ones(6, jnp.int32))
    assert float(obs[-1]) == 0
    assert steps.obs[:, -1].tolist() == [0.25, 0.5, 0.75, 1, 1, 1]
    with pytest.raises(ValueError, match="max_steps > 0"):
        TimeAwareObservation(env=CartPole().with_params(max_steps=0))
    with pytest.raises(ValueError, match="float32 vector"):
        TimeAwareObservation(env=Walk())


def test_actions_are_clipped_and_rescaled():
    def reached(env, action):
        _, state = env.reset(jax.random.key(0))
        return float(env.step(jax.random.key(1), state, jnp.array([action])).reward)

    clip, rescale = ClipAction(env=Push()), RescaleAction(env=Push())
    assert [reached(clip, a) for a in (-9.0, 1.5, 9.0)] == [-2, 1.5, 6]
    assert [reached(rescale, a) for a in (-1.0, 0.0, 1.0, 3.0)] == [-2, 2, 6, 6]
    assert RescaleAction(env=Push(), low=0.0).action_space() == spaces.Box(0, 1, (1,))
    for wrapper in (ClipAction, RescaleAction):
        with pytest.raises(ValueError, match=f"{wrapper.__name__}: expected a float32 Box"):
            wrapper(env=CartPole())


def test_actions_are_scaled_into_the_bounds_of_the_episode():
    env = Pendulum()
    strong = env.params_with(max_torque=8.0)
    _, state = env.reset(jax.random.key(0), strong)

    def speed(env, action, params=None):
        return float(env.step(jax.random.key(1), state, jnp.array([action]), params).obs[2])

    full = speed(env, 8.0, strong)
    assert (
        full
        == speed(RescaleAction(env=env), 1.0, strong)
        == speed(ClipAction(env=env), 99.0, strong)
    )
    weak = speed(env, 2.0)
    assert full > weak + 0.5
    assert weak == speed(RescaleAction(env=env), 1.0) == speed(ClipAction(env=env), 99.0)


def test_wrapped_games_are_vectorized():
    venv = jaxenvs.vectorize(FrameStack(env=CartPole()), 5)
    obs, vstate = venv.reset(jax.random.key(0))
    assert obs.shape == (5, 4, 4)
    step = venv.step(jax.random.key(1), vstate, jnp.zeros(5, jnp.int32))
    assert step.info["episode"]["length"].tolist() == [1] * 5
