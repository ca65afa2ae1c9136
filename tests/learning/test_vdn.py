"""Teams of value learners reach what their way of joining values can say, and what is known."""

import dataclasses

import jax
import numpy as np
import pytest

from jaxenvs.baselines import iql, pqn_vdn, qmix, vdn
from jaxenvs.baselines.common.trainer import train
from tests.baselines.toys import TwoSteps


def greedy_return(trainer, num_seeds=3):
    def train_and_judge(key):
        carry, _ = train(trainer, key, trainer.hp)
        return trainer.evaluate(carry, jax.random.key(1234))["return"]

    keys = jax.vmap(jax.random.key)(np.arange(num_seeds))
    return np.asarray(jax.jit(jax.vmap(train_and_judge))(keys))


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
    assert (greedy_return(qmix.make_train(config, TwoSteps())) == 8).all()
    assert (greedy_return(vdn.make_train(vdn.Config(**fields), TwoSteps())) == 7).all()


@pytest.mark.slow
@pytest.mark.parametrize("module", [vdn, qmix, pqn_vdn])
def test_prisoners_talk_by_the_light(module):
    returns = greedy_return(module.make_train(module.PRESETS["Social-SwitchRiddle-v1"]))
    assert returns.mean() > 0.6  # 0.48 without a word, 0.74 for prisoners who know everything


@pytest.mark.slow
@pytest.mark.parametrize(("module", "least"), [(iql, -21), (vdn, -20), (qmix, -21), (pqn_vdn, -19)])
def test_a_team_covers_the_landmarks(module, least):
    returns = greedy_return(module.make_train(module.PRESETS["MPE-SimpleSpread-v3"]))
    assert returns.mean() > least  # -26 without a push, at random
