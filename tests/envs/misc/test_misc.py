from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import core
from jaxenvs.envs.misc import _clock as clock
from jaxenvs.envs.misc import four_rooms, reacher


def starts(env, key, count):
    return jax.jit(jax.vmap(env.reset))(jax.random.split(key, count))[1]


def alike(cells, num_cells, missing=()):
    """Whether numbers are uniform over all cells but some; by chi-squared, one in a million."""
    found = np.bincount(np.asarray(cells), minlength=num_cells)
    left = np.delete(np.arange(num_cells), missing)
    assert found.sum() == found[left].sum()
    expected = found.sum() / len(left)
    degrees = len(left) - 1
    statistic = ((found[left] - expected) ** 2 / expected).sum()
    return statistic < degrees + 5 * (2 * degrees) ** 0.5 + 12


# -- the clock ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "time", "shown", "bounds"),
    [
        (clock.Params(max_steps=100), 0, -1.0, (-1, 1)),
        (clock.Params(max_steps=100), 75, 0.5, (-1, 1)),
        (clock.Params(max_steps=100), 130, 1.0, (-1, 1)),
        (clock.Params(max_steps=0), 130, 130.0, (0, np.inf)),
        (clock.Params(max_steps=100, normalize_time=False), 130, 130.0, (0, np.inf)),
    ],
)
def test_the_clock(params, time, shown, bounds):
    params = core.canonical(params)
    assert float(clock.shown_time(jnp.int32(time), params)) == shown
    assert clock.bounds(params) == bounds


# -- bandits -----------------------------------------------------------------------------------


def test_either_arm_may_be_the_good_one(getkey):
    env = jaxenvs.make("Misc-BernoulliBandit-v0", reward_prob=0.25)
    chances = np.asarray(starts(env, getkey(), 4000).chances)
    np.testing.assert_array_equal(np.sort(chances, axis=1), [[0.25, 0.75]] * 4000)
    assert (chances[:, 0] == 0.25).mean() == pytest.approx(0.5, abs=0.04)


def test_means_are_normal_between_episodes(getkey):
    env = jaxenvs.make("Misc-GaussianBandit-v0", sigma_p=2.0)
    means = np.asarray(starts(env, getkey(), 20_000).mean)
    assert means.mean() == pytest.approx(-1, abs=0.07)
    assert means.std() == pytest.approx(2, abs=0.06)


# -- FourRooms ---------------------------------------------------------------------------------


def numbers(places):
    return np.asarray(places) @ [13, 1]


@pytest.mark.parametrize(("init", "goal"), [(False, True), (True, False), (True, True)])
def test_rooms_begin_anywhere_but_at_the_goal(init, goal, getkey):
    env = jaxenvs.make("Misc-FourRooms-v0", resample_init_pos=init, resample_goal_pos=goal)
    state = starts(env, getkey(), 20_000)
    walls = np.flatnonzero(four_rooms.WALLS)
    assert (np.asarray(state.position) != np.asarray(state.goal)).any(axis=1).all()
    if init:
        missing = walls if goal else np.append(walls, 8 * 13 + 9)
        assert alike(numbers(state.position), 169, missing)
    else:
        assert (np.asarray(state.position) == [4, 1]).all()
    if goal:
        assert alike(numbers(state.goal), 169, walls if init else np.append(walls, 4 * 13 + 1))
    else:
        assert (np.asarray(state.goal) == [8, 9]).all()


@pytest.mark.parametrize("fail_prob", [0.0, 1 / 3, 1.0])
def test_a_third_of_the_moves_goes_astray(fail_prob, getkey):
    env = jaxenvs.make("Misc-FourRooms-v0", start=(2, 2), fail_prob=fail_prob)
    _, state = env.reset(getkey())
    keys = jax.random.split(getkey(), 12_000)
    t = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))(keys, state, jnp.int32(1))
    moved = (np.asarray(t.state.position) - [2, 2]).tolist()
    share = [sum(m == way for m in moved) / 12_000 for way in ([0, 1], [1, 0], [0, -1], [-1, 0])]
    expected = [1 - fail_prob, fail_prob / 3, fail_prob / 3, fail_prob / 3]
    assert share == pytest.approx(expected, abs=0.022)


def test_the_picture_shows_agent_and_goal(getkey):
    env = jaxenvs.make("Misc-FourRooms-v0", use_visual_obs=True)
    obs, _ = env.reset(getkey())
    planes = np.moveaxis(np.asarray(obs), -1, 0)
    assert (planes[0] == four_rooms.WALLS).all()
    assert np.argwhere(planes[1]).tolist() == [[4, 1]]
    assert np.argwhere(planes[2]).tolist() == [[8, 9]]


# -- MetaMaze ----------------------------------------------------------------------------------


def test_nobody_is_put_onto_the_goal(getkey):
    env: Any = jaxenvs.make("Misc-MetaMaze-v0")
    state = starts(env, getkey(), 20_000)
    walls = np.flatnonzero(env.walls)
    assert (np.asarray(state.position) == 4).all()
    assert alike(np.asarray(state.goal) @ [9, 1], 81, np.append(walls, 40))
    near = jax.tree.map(lambda leaf: leaf[0], state)
    near = near.replace(position=jnp.array([0, 1], jnp.int32), goal=jnp.array([0, 2], jnp.int32))
    keys = jax.random.split(getkey(), 20_000)
    t = jax.jit(jax.vmap(env.step, in_axes=(0, None, None)))(keys, near, jnp.int32(1))
    assert (np.asarray(t.reward) == 10).all()
    assert not np.asarray(t.terminated).any()
    assert alike(np.asarray(t.state.position) @ [9, 1], 81, np.append(walls, 2))


@pytest.mark.parametrize(("maze_size", "rf_size"), [(3, 3), (7, 5), (9, 7), (11, 3)])
def test_the_view_is_centred_on_the_agent(maze_size, rf_size, getkey):
    env: Any = jaxenvs.make("Misc-MetaMaze-v0", maze_size=maze_size, rf_size=rf_size)
    obs, state = env.reset(getkey())
    assert (np.asarray(state.position) == maze_size // 2).all()
    reach = rf_size // 2
    maze = np.pad(env.walls, reach, constant_values=True)
    middle = maze_size // 2
    view = maze[middle : middle + rf_size, middle : middle + rf_size]
    assert not view[reach, reach]
    np.testing.assert_array_equal(np.asarray(obs[: rf_size**2]).reshape(view.shape), view)


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"maze_size": 8}, "maze_size: expected an odd number, got 8"),
        ({"rf_size": 1}, "rf_size: expected a whole number from 3 to 255, got 1"),
        ({"rf_size": 4}, "rf_size: expected an odd number, got 4"),
    ],
)
def test_mazes_have_a_middle(kwargs, words):
    with pytest.raises(ValueError, match=words):
        jaxenvs.make("Misc-MetaMaze-v0", **kwargs)


# -- PointRobot --------------------------------------------------------------------------------


def test_the_robot_is_paid_where_it_arrives_and_put_elsewhere(getkey):
    env = jaxenvs.make("Misc-PointRobot-v0")
    _, state = env.reset(getkey())
    goal = jnp.array([0.0, 1.0], jnp.float32)
    state = state.replace(goal=goal, position=jnp.array([0.0, 0.75], jnp.float32))
    t = env.step(getkey(), state, jnp.array([0.0, 5.0], jnp.float32))
    assert float(t.reward) == 1
    assert np.asarray(t.obs[3:5]).tolist() == [0, np.float32(0.1)]
    assert float(jnp.abs(t.state.position - jnp.array([0.0, 0.85])).max()) > 1e-3
    away = env.step(getkey(), state, jnp.array([0.0, -0.1], jnp.float32))
    assert float(away.reward) == 0
    dense = jaxenvs.make("Misc-PointRobot-v0", dense_reward=True)
    t = dense.step(getkey(), state, jnp.array([0.0, -0.05], jnp.float32))
    assert float(t.reward) == pytest.approx(-0.3)


def test_robots_begin_in_the_half_circle(getkey):
    env = jaxenvs.make("Misc-PointRobot-v0", circle_radius=2.0)
    state = starts(env, getkey(), 5000)
    radius = np.sort(np.linalg.norm(state.position, axis=1)) / 2
    assert np.abs(radius - (np.arange(5000) + 0.5) / 5000).max() * 5000**0.5 < 2.7
    assert (np.asarray(state.position)[:, 1] >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(state.goal, axis=1), 2, rtol=1e-5)
    middle = jaxenvs.make("Misc-PointRobot-v0", center_init=True)
    assert not np.asarray(starts(middle, getkey(), 3).position).any()


# -- Pong --------------------------------------------------------------------------------------


def test_serves_go_six_ways(getkey):
    env = jaxenvs.make("Misc-Pong-v0")
    velocity = np.asarray(starts(env, getkey(), 12_000).velocity)
    assert alike((velocity[:, 0] + 1) * 2 + (velocity[:, 1] > 0), 6)
    plain = jaxenvs.make("Misc-Pong-v0", random_serve=False)
    assert (np.asarray(starts(plain, getkey(), 9).velocity) == [0, 1]).all()


def test_the_ball_stays_in_the_court_and_points_are_counted(getkey):
    env = jaxenvs.make("Misc-Pong-v0")

    def play(key):
        reset_key, play_key = jax.random.split(key)

        def one(state, key):
            action_key, step_key = jax.random.split(key)
            t = env.step(step_key, state, env.action_space().sample(action_key))
            done = t.terminated | t.truncated
            fresh = env.reset(jax.random.fold_in(step_key, 1))[1]
            after = jax.tree.map(lambda a, b: jnp.where(done, a, b), fresh, t.state)
            return after, (t.state.ball, t.state.velocity, t.reward, t.terminated)

        return jax.lax.scan(one, env.reset(reset_key)[1], jax.random.split(play_key, 4000))[1]

    ball, velocity, reward, over = (np.asarray(x) for x in jax.jit(play)(getkey()))
    assert ball[:, 0].min() == 0
    assert ball[:, 0].max() == 29
    assert np.abs(velocity[:, 0]).max() <= 3
    won, lost = ball[:, 1] >= 40, ball[:, 1] < 0
    np.testing.assert_array_equal(reward, won.astype(float) - lost)
    np.testing.assert_array_equal(over, won | lost)
    assert won.any()
    assert lost.any()


@pytest.mark.parametrize("kwargs", [{"width": 4}, {"height": 4}, {"paddle_half_height": 15}])
def test_courts_have_room(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        jaxenvs.make("Misc-Pong-v0", **kwargs)


# -- Reacher and Swimmer -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [("Reacher", 2), ("Swimmer", 2)])
def test_actions_are_clipped(name, size, getkey):
    env = jaxenvs.make(f"Misc-{name}-v0")
    _, state = env.reset(getkey())
    strong, full = (
        env.step(jax.random.key(0), state, jnp.full(size, force, jnp.float32))
        for force in (5.0, 1.0)
    )
    np.testing.assert_array_equal(strong.obs, full.obs)


@pytest.mark.parametrize("num_joints", [1, 3])
def test_arms_of_any_number_of_joints(num_joints, getkey):
    env = jaxenvs.make("Misc-Reacher-v0", num_joints=num_joints)
    obs, state = env.reset(getkey())
    assert obs.shape == (3 * num_joints + 2,)
    assert np.abs(np.asarray(state.goal)).max() <= num_joints
    straight = reacher.end_of_arm(jnp.zeros(num_joints, jnp.float32))
    assert np.asarray(straight).tolist() == [num_joints, 0]


def test_the_sea_may_have_no_urchins(getkey):
    env = jaxenvs.make("Misc-Swimmer-v0", num_urchins=0)
    obs, state = env.reset(getkey())
    assert obs.shape == (6,)
    at_goal = state.replace(position=state.goal)
    t = env.step(getkey(), at_goal, jnp.zeros(2, jnp.float32))
    assert float(t.reward) == pytest.approx(1)
