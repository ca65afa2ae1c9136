"""Teams of value learners get better than guessing, and QMIX says what sums cannot."""

import dataclasses

import pytest

from jaxenvs.baselines import pqn_vdn, qmix, vdn
from tests.baselines.toys import TwoSteps
from tests.learning.judge import greedy_returns


@pytest.mark.slow
def test_qmix_opens_the_door_that_sums_of_values_cannot_tell():
    config = qmix.Config(
        total_steps=40_000,
        num_steps=4,
        epsilon_end=1.0,  # all pairs are seen equally often, as in the paper
        lr=5e-3,
        hidden=(32,),
        memory="none",
        eval_episodes=1,
    )
    fields = {f.name: getattr(config, f.name) for f in dataclasses.fields(vdn.Config)}
    assert (greedy_returns(qmix.make_train(config, TwoSteps()), 3) == 8).all()
    assert (greedy_returns(vdn.make_train(vdn.Config(**fields), TwoSteps()), 3) == 7).all()


@pytest.mark.slow
@pytest.mark.parametrize("module", [vdn, pqn_vdn])
def test_a_team_learns_to_cover_landmarks(module):
    config = dataclasses.replace(module.PRESETS["MPE-SimpleSpread-v3"], total_steps=400_000)
    assert greedy_returns(module.make_train(config), 2).mean() > -18  # -27 almost at random


@pytest.mark.slow
@pytest.mark.parametrize("module", [vdn, pqn_vdn])
def test_prisoners_speak_by_the_light(module):
    config = module.PRESETS["Social-SwitchRiddle-v1"]
    returns = greedy_returns(module.make_train(config), 4)
    assert returns.mean() >= 0.65  # 0.48: count the days, guess on the last; 0.74: see everything
