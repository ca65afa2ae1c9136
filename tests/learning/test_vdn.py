"""Teams of value learners get better than guessing, and QMIX says what sums cannot."""

import dataclasses

import pytest

from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.baselines.toys import TwoSteps
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "best"), [("qmix", 8), ("vdn", 7)])
def test_qmix_opens_the_door_that_sums_of_values_cannot_tell(algorithm, best):
    config = dataclasses.replace(
        preset(algorithm, "two steps"),
        total_steps=40_000,
        num_steps=4,
        epsilon_end=1.0,  # all pairs are seen equally often, as in the paper
        lr=5e-3,
        hidden=(32,),
        memory="none",
        eval_episodes=1,
    )
    assert (greedy_returns(make_train(algorithm, config, TwoSteps()), 3) == best).all()


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["vdn", "pqn_vdn"])
def test_a_team_learns_to_cover_landmarks(algorithm):
    config = dataclasses.replace(preset(algorithm, "MPE-SimpleSpread-v3"), total_steps=400_000)
    returns = greedy_returns(make_train(algorithm, config), 2)
    assert returns.mean() > -18  # -27 almost at random


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["vdn", "pqn_vdn"])
def test_prisoners_speak_by_the_light(algorithm):
    config = preset(algorithm, "Social-SwitchRiddle-v1")
    returns = greedy_returns(make_train(algorithm, config), 4)
    assert returns.mean() >= 0.65  # 0.48: count the days, guess on the last; 0.74: see everything
