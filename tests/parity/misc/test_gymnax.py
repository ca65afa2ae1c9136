"""The miscellany against gymnax, each of our steps from our state, except for gymnax's faults."""

import importlib
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    gymnax: Any = pytest.importorskip(
        "gymnax",
        reason="gymnax 1.0.1 pins an older Gymnasium: pip install --no-deps gymnax==1.0.1",
    )

NUM_ENVS, NUM_STEPS = 200, 600
CLOSE = 2e-6


@pytest.fixture(autouse=True)
def _loose_promotion():
    """gymnax mixes dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def flat(tree: Any) -> Any:
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), tree)


def play(name: str, num_envs: int = NUM_ENVS, **kwargs: Any) -> rollout.Rollout:
    """Steps of ours in one row, with the data of their keys."""
    env = jaxenvs.make(f"Misc-{name}-v0", **kwargs)
    return flat(rollout.play(env, num_envs, NUM_STEPS, draws=jax.random.key_data))


def follow(name: str, ours: rollout.Rollout, state: dict[str, Any], **changes: Any) -> Any:
    """gymnax's observation, state, reward and end for each of our steps."""
    theirs, params = gymnax.make(f"{name}-misc")
    params = params.replace(**changes)
    # The class of its states stands in the module of the environment.
    state_class = importlib.import_module(type(theirs).__module__).EnvState
    step = jax.jit(
        jax.vmap(lambda k, s, a: theirs.step_env(jax.random.wrap_key_data(k), s, a, params))
    )
    state = {field: jnp.asarray(leaf) for field, leaf in state.items()}
    clock = jnp.float32 if state_class.__annotations__["time"] is float else jnp.int32
    given = state_class(**state, time=jnp.asarray(ours.state.time, clock))
    obs, after, reward, done, _ = step(ours.draws, given, jnp.asarray(ours.action))
    return jax.tree.map(np.asarray, (obs, after, reward, done))


def record(name: str, error: float, variant: str = "", num_envs: int = NUM_ENVS) -> None:
    assert error < CLOSE
    report.record(f"Misc-{name}-v0", "gymnax", num_envs * NUM_STEPS, error, variant=variant)


def largest(*pairs: tuple[Any, Any]) -> float:
    return max(float(np.abs(a.astype(np.float32) - b).max()) for a, b in pairs)


def test_bernoulli_bandit():
    ours = play("BernoulliBandit", reward_prob=0.2)
    chances = ours.state.chances
    state = {
        "last_action": ours.state.last_action,
        "last_reward": ours.state.last_reward.astype(np.int32),
        "exp_reward_best": chances.max(axis=1),
        "reward_probs": chances,
    }
    obs, _, reward, done = follow("BernoulliBandit", ours, state, reward_prob=0.2)
    assert not done.any()
    record("BernoulliBandit", largest((obs, ours.step.obs), (reward, ours.step.reward)))


@pytest.mark.parametrize("normalize", [True, False])
def test_gaussian_bandit(normalize):
    ours = play("GaussianBandit", normalize_time=normalize)
    state = {
        "last_action": ours.state.last_action,
        "last_reward": ours.state.last_reward,
        "mu": ours.state.mean,
    }
    obs, _, reward, done = follow("GaussianBandit", ours, state, normalize_time=normalize)
    assert not done.any()
    variant = "" if normalize else "normalize_time=False"
    record("GaussianBandit", largest((obs, ours.step.obs), (reward, ours.step.reward)), variant)


def test_four_rooms():
    """Without slipping, for which the two draw in different ways."""
    ours = play("FourRooms", fail_prob=0.0, resample_init_pos=True, resample_goal_pos=True)
    state = {"pos": ours.state.position, "goal": ours.state.goal}
    obs, _, reward, done = follow("FourRooms", ours, state, fail_prob=0.0)
    np.testing.assert_array_equal(done, ours.step.terminated)
    assert done.any()
    error = largest((obs, ours.step.obs), (reward, ours.step.reward))
    record("FourRooms", error, "fail_prob=0, resample_init_pos=True, resample_goal_pos=True")


def test_meta_maze():
    ours = play("MetaMaze", punishment=-0.5)
    # gymnax's places count the outer wall.
    state = {
        "last_action": ours.state.last_action,
        "last_reward": ours.state.last_reward,
        "pos": ours.state.position + 1,
        "goal": ours.state.goal + 1,
    }
    obs, _, reward, done = follow("MetaMaze", ours, state, punishment=-0.5)
    found = ours.step.reward > 5
    assert found.any()
    assert not done[~found].any()
    ahead = ~found  # the two are put elsewhere in different ways
    error = largest((obs[ahead], ours.step.obs[ahead]), (reward, ours.step.reward))
    record("MetaMaze", error, "punishment=-0.5")


def test_point_robot():
    ours = play("PointRobot", max_force=0.3)
    state = {
        "last_action": ours.state.last_action,
        "last_reward": ours.state.last_reward,
        "pos": ours.state.position,
        "goal": ours.state.goal,
        "goals_reached": ours.state.time,
    }
    obs, after, _, done = follow("PointRobot", ours, state, max_force=0.3)
    assert not done.any()
    here = np.linalg.norm(ours.state.goal - ours.state.position, axis=1)
    stays = (ours.step.reward == 0) & (here > 0.21)  # nobody is put elsewhere, in either
    parts = [0, 1, 3, 4, 5]  # all but the reward, which gymnax gives a step later
    # Where we arrive, gymnax's next step pays what ours paid.
    arrived = ours.state.position + ours.action
    _, _, reward, _ = follow("PointRobot", ours, state | {"pos": arrived}, max_force=0.3)
    assert reward.any()
    record(
        "PointRobot",
        largest(
            (obs[stays][:, parts], ours.step.obs[stays][:, parts]),
            (after.pos[stays], ours.step.state.position[stays]),
            (reward, ours.step.reward),
        ),
        "max_force=0.3",
    )


@pytest.mark.parametrize("ai", [True, False])
def test_pong(ai):
    num_envs = 50  # its pictures are large
    ours = play("Pong", num_envs, survival_reward=True, use_ai_policy=ai)
    before = ours.state
    state = {
        "paddle_centers": before.paddles.astype(np.float32),
        "ball_position": before.ball.astype(np.float32),
        "last_ball_position": before.last_ball.astype(np.float32),
        "ball_velocity": before.velocity,
        "terminal": np.zeros(len(before.time), bool),
    }
    obs, after, reward, done = follow("Pong", ours, state, use_ai_policy=ai)
    inside = before.ball[:, 0] + before.velocity[:, 0] >= 0  # where gymnax does not bounce
    assert 0 < (~inside).sum() < 0.2 * len(inside)
    np.testing.assert_array_equal(done, ours.step.terminated)
    assert done.any()
    error = largest(
        (obs[inside], ours.step.obs[inside]),
        (reward, ours.step.reward),
        (after.ball_position[inside], ours.step.state.ball[inside]),
        (after.ball_velocity[inside], ours.step.state.velocity[inside]),
        (after.paddle_centers, ours.step.state.paddles),
    )
    record("Pong", error, f"survival_reward=True, use_ai_policy={ai}", num_envs)


def test_reacher():
    ours = play("Reacher")
    state = {
        "angles": ours.state.angles,
        "angle_vels": ours.state.velocities,
        "goal_xy": ours.state.goal,
    }
    obs, _, reward, done = follow("Reacher", ours, state)
    assert not done.any()
    record("Reacher", largest((obs, ours.step.obs), (reward, ours.step.reward)))


def test_swimmer():
    ours = play("Swimmer")
    state = {
        "urchin_xys": ours.state.urchins,
        "xy": ours.state.position,
        "xy_vel": ours.state.velocity,
        "goal_xy": ours.state.goal,
    }
    obs, _, reward, done = follow("Swimmer", ours, state)
    assert not done.any()
    record("Swimmer", largest((obs, ours.step.obs), (reward, ours.step.reward)))


@pytest.mark.parametrize("env_id", jaxenvs.list_envs("misc"))
def test_spaces_and_limits(env_id):
    env: Any = jaxenvs.make(env_id)
    theirs, params = gymnax.make(env_id.removeprefix("Misc-").replace("-v0", "-misc"))
    assert int(env.default_params.max_steps) == int(params.max_steps_in_episode)
    obs = jax.eval_shape(env.reset, jax.random.key(0))[0]
    assert obs.shape == jax.eval_shape(theirs.reset, jax.random.key(0))[0].shape
    space: Any = theirs.action_space(params)
    assert env.action_space().shape == space.shape
    if hasattr(space, "n"):
        assert getattr(env.action_space(), "n", None) == space.n
