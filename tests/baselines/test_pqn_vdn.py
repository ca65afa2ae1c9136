"""PQN-VDN: its window, and that it learns; targets are tested in common/test_value_team.py."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn_vdn
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Choir
from tests.toys import Crowd

SMALL = pqn_vdn.Config(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    window=3,
    num_epochs=2,
    num_minibatches=2,
    hidden=(16,),
    memory_width=16,
    eval_episodes=8,
)


def test_carry_keeps_its_types():
    assert_carry_keeps_its_types(pqn_vdn.make_train(SMALL, Crowd()))


@pytest.mark.slow
def test_chunks_give_the_bits_of_the_single_scan():
    metrics = assert_chunks_are_the_scan(pqn_vdn.make_train(SMALL, Crowd()))
    assert_metrics_are_scalars(jax.tree.map(lambda x: x[0], metrics), 4)


@pytest.mark.parametrize("memory", [pytest.param("gru", marks=pytest.mark.slow), "none"])
def test_both_learn_to_name_their_numbers(memory):
    config = dataclasses.replace(SMALL, total_steps=8_000, lr=1e-2, memory=memory)
    trainer = pqn_vdn.make_train(config, Choir(shared=True))
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert_metrics_are_scalars(metrics, 125)
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


def test_the_window_holds_the_last_steps_with_their_memory():
    method = pqn_vdn.TeamPQN(SMALL, Crowd())
    before = jax.jit(method.init)(jax.random.key(0), SMALL.hyper_params)
    carry = jax.jit(method.update)(before)[0]
    rows = carry.window
    assert rows.seen.obs.shape[:3] == (3, 8, 3)
    # The window goes on to the present: its last step led to what is seen now.
    done = np.asarray(rows.done)[-1]
    assert not done.all()
    np.testing.assert_array_equal(
        np.asarray(rows.led.obs)[-1][~done],
        np.asarray(carry.situation.seen.obs)[~done],
    )
    seen = (rows.past.state[0], rows.seen.obs, rows.past.action, rows.past.start)
    _, states = method.team.unroll(before.weights, *seen)  # by the weights that played
    last = np.asarray(states)[-1].reshape(carry.situation.past.state.shape)
    np.testing.assert_allclose(last, carry.situation.past.state, atol=1e-5)
    assert jnp.isfinite(last).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 3}, "num_minibatches: expected a divisor of num_envs = 8, got 3"),
        ({"window": 9}, "window: expected 0 to num_steps = 8, got 9"),
        ({"num_epochs": 0}, "num_epochs: expected at least 1, got 0"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn_vdn.make_train(dataclasses.replace(SMALL, **change))


def test_presets_fit_their_environments():
    for env_id, config in pqn_vdn.PRESETS.items():
        assert config.env == env_id
        pqn_vdn.make_train(config)
