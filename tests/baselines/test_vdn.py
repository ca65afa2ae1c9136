"""VDN, and what IQL and QMIX share with it: the memory, the target network, and that it learns."""

import dataclasses
import functools
from typing import Any

import jax
import numpy as np
import pytest

from jaxenvs.baselines import iql, qmix, vdn
from jaxenvs.baselines.common.replay_q import ReplayQ
from jaxenvs.baselines.parts.mixing import Sum
from jaxenvs.baselines.parts.q_values import RANDOM_PLAY, sequences
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Aim, Choir
from tests.toys import Crowd

MODULES = [iql, vdn, qmix]
FIELDS: dict[str, Any] = {
    "total_steps": 4 * 16,
    "num_envs": 4,
    "num_steps": 4,
    "num_gradient_steps": 2,
    "sample_size": 8,
    "memory_size": 18,
    "target_every": 2,
    "hidden": (16,),
    "memory_width": 16,
    "eval_episodes": 8,
}
SMALL = vdn.Config(**FIELDS)


@functools.cache
def played():
    """The learner on the choir, its first carry, and those after one and two updates."""
    learner = ReplayQ(SMALL, Choir(), Sum())
    first = jax.jit(learner.init)(jax.random.key(0), SMALL.hyper_params)
    update = jax.jit(learner.update)
    second = update(first)[0]
    return learner, first, second, update(second)[0]


@pytest.mark.parametrize("module", MODULES)
def test_carry_keeps_its_types(module):
    assert_carry_keeps_its_types(module.make_train(module.Config(**FIELDS), Crowd()))


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_chunks_give_the_bits_of_the_single_scan(module):
    metrics = assert_chunks_are_the_scan(module.make_train(module.Config(**FIELDS), Crowd()))
    assert_metrics_are_scalars(jax.tree.map(lambda x: x[0], metrics), 4)


@pytest.mark.parametrize(
    "module",
    [pytest.param(iql, marks=pytest.mark.slow), vdn, pytest.param(qmix, marks=pytest.mark.slow)],
)
def test_both_learn_to_name_their_numbers(module):
    config = module.Config(**FIELDS | {"total_steps": 4_000, "memory_size": 200, "lr": 1e-2})
    trainer = module.make_train(config, Choir(shared=module is not iql))
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert_metrics_are_scalars(metrics, 250)
    result = trainer.evaluate(carry, jax.random.key(1))
    assert float(result["return"]) == 1
    assert float(result["return_high"]) == 1


def test_the_target_network_follows_now_and_then():
    _, first, second, third = played()

    def readout(weights):
        return np.asarray(weights["readout"]["params"]["kernel"])

    np.testing.assert_array_equal(readout(second.target_weights), readout(first.weights))
    np.testing.assert_array_equal(readout(third.target_weights), readout(third.weights))
    assert (readout(second.weights) != readout(first.weights)).any()


def test_sequences_are_remembered_whole_one_after_the_other():
    learner, first, second, third = played()
    play = functools.partial(learner.team.play, num_steps=4)
    _, steps = jax.jit(play)(
        first.weights, first.situation, RANDOM_PLAY, jax.random.split(first.key, 3)[1]
    )
    held = jax.tree.map(lambda leaf: leaf[0], second.memory.experience)
    for there, put in zip(jax.tree.leaves(held), jax.tree.leaves(sequences(steps)), strict=True):
        np.testing.assert_array_equal(np.asarray(there)[:4], put)
        assert len(there) == 18
    later = jax.tree.map(lambda leaf: leaf[0], third.memory.experience)
    np.testing.assert_array_equal(later.seen.obs[:4], held.seen.obs[:4])
    assert (np.asarray(later.seen.obs)[4:8] != 0).any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memory_size": 15}, "memory_size: expected at least 16, .* got 15"),
        ({"target_every": 0}, "target_every: expected at least 1, got 0"),
        ({"burn_in": 4}, "burn_in: expected 0 to num_steps - 1 = 3, got 4"),
        ({"memory": "lstm"}, "memory: expected one of gru, s5, none; got 'lstm'"),
        ({"total_steps": 3}, "total_steps: expected at least"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        vdn.make_train(dataclasses.replace(SMALL, **change))


def test_games_of_one_agent_are_refused():
    with pytest.raises(TypeError, match="expected a game of several agents, got Aim"):
        vdn.make_train(SMALL, Aim())


@pytest.mark.parametrize("module", MODULES)
def test_presets_fit_their_environments(module):
    for env_id, config in module.PRESETS.items():
        assert config.env == env_id
        module.make_train(config)
