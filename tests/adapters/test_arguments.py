import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters._host.arguments import episode_params, limit_steps, make_game
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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lo": 1.0}, r"'lo' is no option of a reset; those of this environment are .*'low'"),
        ({"low": "deep"}, "low: expected a number, got 'deep'"),
        ({"low": None}, "low: expected float32, got None"),
        ({"low": [0.0, 1.0]}, r"low: expected shape \(\), got \(2,\)"),
        ({"low": 0.3, "high": 0.1}, "low 0.3.* is above high 0.1"),
        ({"sutton_barto_reward": 0.5}, "expected bool, got 0.5"),
        ({"params": 3}, "params: expected a dict"),
        ({"params": {"max_steps": 3}}, "max_episode_steps"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        episode_params(CARTPOLE, options)
