"""DQN of a team, as IQL, VDN and QMIX: the buffer, the target network, and that it learns."""

import dataclasses
import functools
from typing import Any

import jax
import numpy as np
import pytest

from jaxenvs.baselines import dqn
from jaxenvs.baselines.parts.exploration import schedule
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types, assert_metrics_are_scalars
from tests.baselines.toys import Choir
from tests.toys import Crowd

FIELDS: dict[str, Any] = {
    "total_steps": 4 * 16,
    "num_envs": 4,
    "num_steps": 4,
    "replay": "sequences",
    "num_gradient_steps": 2,
    "sample_size": 8,
    "buffer_size": 18,
    "target_every": 2,
    "memory": "gru",
    "hidden": (16,),
    "lr": 1e-3,
    "epsilon_share": 0.2,
    "memory_width": 16,
    "eval_episodes": 8,
}
SMALL = dqn.TeamConfig(**FIELDS)


@functools.cache
def played():
    """The learner on the choir, its first carry, and those after one and two updates."""
    learner = dqn.DQN(SMALL, Choir())
    first = jax.jit(learner.init)(jax.random.key(0), SMALL.hyper_params)
    update = jax.jit(learner.update)
    second = update(first)[0]
    return learner, first, second, update(second)[0]


def test_carry_keeps_its_types_with_transitions():
    changes = {"replay": "transitions", "memory": "none", "mixing": "monotonic"}
    assert_carry_keeps_its_types(dqn.make_train(dataclasses.replace(SMALL, **changes), Crowd()))


@pytest.mark.parametrize(
    "mixing",
    [
        pytest.param("own", marks=pytest.mark.slow),
        "sum",
        pytest.param("monotonic", marks=pytest.mark.slow),
    ],
)
def test_both_learn_to_name_their_numbers(mixing):
    fields = FIELDS | {"total_steps": 4_000, "buffer_size": 200, "lr": 1e-2, "mixing": mixing}
    trainer = dqn.make_train(dqn.TeamConfig(**fields), Choir(shared=mixing != "own"))
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


def test_sequences_are_kept_whole_one_after_the_other():
    learner, first, second, third = played()
    now = schedule(SMALL, first.hp, first.update_id)
    play_key = jax.random.split(first.key, 3)[1]
    _, items, _ = jax.jit(learner.collect)(first, now, play_key)
    held = jax.tree.map(lambda leaf: leaf[0], second.buffer.experience)
    for there, put in zip(jax.tree.leaves(held), jax.tree.leaves(items), strict=True):
        np.testing.assert_array_equal(np.asarray(there)[:4], put)
        assert len(there) == 18
    later = jax.tree.map(lambda leaf: leaf[0], third.buffer.experience)
    np.testing.assert_array_equal(later.seen.obs[:4], held.seen.obs[:4])
    assert (np.asarray(later.seen.obs)[4:8] != 0).any()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buffer_size": 15}, "buffer_size: expected at least 16, .* got 15"),
        ({"filters": 4}, "filters: expected 0 with a memory"),
        ({"burn_in": 4}, "burn_in: expected 0 to num_steps - 1 = 3, got 4"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        dqn.make_train(dataclasses.replace(SMALL, **change), Crowd())
