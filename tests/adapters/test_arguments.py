import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters._host.arguments import (
    episode_params,
    game_of,
    limit_steps,
    make_game,
    of_one_agent,
    of_several_agents,
)
from jaxenvs.wrappers import FrameStack
from tests.toys import Walk

CARTPOLE = jaxenvs.make("CartPole-v1")


def test_a_game_is_given_or_made():
    walk = Walk()
    assert make_game(walk, None, {}) is walk
    made = make_game(None, "CartPole-v1", {"gravity": 5.0, "integrator": "semi_implicit"})
    assert made.default_params.gravity == np.float32(5.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, None, {}), "expected an environment, or env_id"),
        ((CARTPOLE, "CartPole-v1", {}), "not both"),
        (("CartPole-v1", None, {}), "an id goes in env_id"),
        ((CARTPOLE, None, {"gravity": 1.0}), "gravity.*only an env_id takes options"),
        ((None, "CartPole-v1", {"gravty": 1.0}), "gravty"),
        ((None, "CartPole-v1", {"max_steps": 7}), "max_episode_steps"),
    ],
)
def test_wrong_games_are_refused(arguments, message):
    with pytest.raises(TypeError, match=message):
        make_game(*arguments)


@pytest.mark.parametrize(("given", "limit"), [(None, 500), (-1, 0), (7, 7), (np.int64(9), 9)])
def test_time_limits(given, limit):
    assert limit_steps(CARTPOLE, given).default_params.max_steps == limit


@pytest.mark.parametrize("given", [0, -2])
def test_wrong_time_limits_are_refused(given):
    with pytest.raises(ValueError, match=f"expected at least 1, or -1 for none, got {given}"):
        limit_steps(CARTPOLE, given)
    with pytest.raises(TypeError):
        limit_steps(CARTPOLE, 2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [None, {}, {"params": {}}])
def test_no_options_leave_the_defaults(options):
    assert episode_params(CARTPOLE, options) is None


def test_options_are_params_or_gymnasiums_names_for_them():
    params = episode_params(CARTPOLE, {"low": -0.5, "params": {"gravity": 3, "reset_high": 0.25}})
    assert (params.reset_low, params.reset_high, params.gravity) == (-0.5, 0.25, 3.0)
    assert params.gravity.dtype == np.float32
    params = episode_params(CARTPOLE, {"sutton_barto_reward": True})
    assert params.sutton_barto_reward.dtype == np.bool_


PENDULUM = jaxenvs.make("Pendulum-v1")


@pytest.mark.parametrize(
    ("env", "options", "error", "message"),
    [
        (CARTPOLE, {"lo": 1.0}, ValueError, r"'lo' is no option .* environment are .*'low'"),
        (CARTPOLE, {"low": "deep"}, TypeError, "low: expected a number.*, got 'deep'"),
        (CARTPOLE, {"low": None}, TypeError, "low: expected a number.*, got None"),
        (CARTPOLE, {"low": [0.0, 1.0]}, TypeError, r"low: expected a number.*, got \[0.0, 1.0\]"),
        (CARTPOLE, {"low": 0.3, "high": 0.1}, ValueError, "low 0.3.* is above high 0.1"),
        (CARTPOLE, {"sutton_barto_reward": 0.5}, TypeError, "expected True or False, got 0.5"),
        (CARTPOLE, {"params": 3}, ValueError, "params: expected a dict"),
        (CARTPOLE, {"params": {"max_steps": 3}}, ValueError, "max_episode_steps"),
        (CARTPOLE, {"gravity": np.nan}, ValueError, "gravity: .* finite, got nan"),
        (CARTPOLE, {"gravity": np.inf}, ValueError, "gravity: .* finite, got inf"),
        (CARTPOLE, {"gravity": 1e39}, ValueError, "gravity: .*32 bits.*, got 1e.39"),
        (CARTPOLE, {"cart_mass": -1}, ValueError, "cart_mass: expected a number above 0, got -1"),
        (CARTPOLE, {"half_length": 0}, ValueError, "half_length: expected a number above 0, got 0"),
        (CARTPOLE, {"gravity": True}, TypeError, "gravity: expected a number.*, got True"),
        (PENDULUM, {"params": {"max_torque": "8"}}, TypeError, "max_torque: expected a number"),
    ],
)
def test_wrong_options_are_refused(env, options, error, message):
    with pytest.raises(error, match=message):
        episode_params(env, options)


def test_games_go_through_the_doors_for_their_number_of_agents():
    spread = jaxenvs.make("MPE-SimpleSpread-v3")
    with pytest.raises(TypeError, match=r"Spread is a game of several agents: .*pettingzoo"):
        of_one_agent(FrameStack(env=spread))
    with pytest.raises(TypeError, match=r"several agents, got CartPole: use .*\.gymnasium"):
        of_several_agents(FrameStack(env=CARTPOLE))
    assert of_one_agent(CARTPOLE) is CARTPOLE
    assert of_several_agents(spread) is spread
    assert game_of("CartPole-v1", {}) == CARTPOLE
    with pytest.raises(TypeError, match=r"gravity.*only an id takes options"):
        game_of(CARTPOLE, {"gravity": 1.0})
    with pytest.raises(TypeError, match=r"expected an id or a jaxenvs.Env, got 3"):
        game_of(3, {})  # type: ignore[arg-type]
