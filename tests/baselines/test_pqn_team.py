"""PQN of a team: its window, its mixings, and that it learns; targets: parts/test_q_values.py."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import pqn
from jaxenvs.baselines.parts.rollout import from_first
from jaxenvs.baselines.parts.trainer import scan_updates
from tests.baselines.contract import assert_carry_keeps_its_types, assert_metrics_are_scalars
from tests.baselines.toys import Choir
from tests.toys import Crowd

SMALL = pqn.TeamConfig(
    total_steps=4 * 64,
    num_envs=8,
    num_steps=8,
    targets="per_minibatch",
    window=3,
    num_epochs=2,
    num_minibatches=2,
    memory="gru",
    hidden=(16,),
    memory_width=16,
    mixer_width=4,
    hyper_width=4,
    trace_lambda=0.3,
    eval_episodes=8,
)


@pytest.mark.parametrize("mixing", ["own", "monotonic"])
@pytest.mark.parametrize("targets", pqn.TARGETS)
def test_carry_keeps_its_types_with_other_mixings_and_targets(mixing, targets):
    changes = {"window": 0, "memory": "none"} if targets == "per_update" else {}
    config = dataclasses.replace(SMALL, mixing=mixing, targets=targets, **changes)
    assert_carry_keeps_its_types(pqn.make_train(config, Crowd()))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"memory": "gru"}, marks=pytest.mark.slow),
        {"memory": "none"},
        pytest.param({"memory": "none", "mixing": "own", "normalize_obs": True}),
        {"memory": "none", "window": 0, "targets": "per_update"},
    ],
    ids=["gru", "none", "own values, normalized", "targets per update"],
)
def test_both_learn_to_name_their_numbers(changes):
    config = dataclasses.replace(SMALL, total_steps=8_000, lr=1e-2, **changes)
    trainer = pqn.make_train(config, Choir(shared=config.mixing != "own"))
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert_metrics_are_scalars(metrics, 125)
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1


def test_normalized_observations_still_say_which_agent_it_is():
    config = dataclasses.replace(SMALL, normalize_obs=True, memory="none")
    method = pqn.PQN(config, Crowd())
    carry = jax.jit(method.init)(jax.random.key(0), config.hyper_params)
    carry = jax.jit(method.update)(carry)[0]
    rows = SMALL.num_envs * SMALL.num_steps * 3
    assert carry.norms.obs.count < rows  # some have left
    ids = np.asarray(carry.norms.seen(carry.situation.seen).obs)[..., -3:]
    np.testing.assert_array_equal(np.argmax(ids, -1), np.broadcast_to(np.arange(3), (8, 3)))
    assert (np.diff(np.sort(ids, -1))[..., -1] > 1).all()


def test_the_window_holds_the_last_steps_with_their_memory():
    method = pqn.PQN(SMALL, Crowd())
    before = jax.jit(method.init)(jax.random.key(0), SMALL.hyper_params)
    carry = jax.jit(method.update)(before)[0]
    rows = carry.window
    assert rows.seen.obs.shape[:3] == (3, 8, 3)
    # The window goes on to the present: its last step led to what is seen now.
    done = np.asarray(rows.done)[-1]
    assert not done.all()
    np.testing.assert_array_equal(
        np.asarray(rows.next_seen.obs)[-1][~done],
        np.asarray(carry.situation.seen.obs)[~done],
    )
    past = from_first(rows).past
    # By the weights that played.
    _, states = method.network.unroll(before.weights, rows.seen.obs, past)
    last = np.asarray(states)[-1]
    np.testing.assert_allclose(last, carry.situation.past.state, atol=1e-5)
    assert jnp.isfinite(last).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_minibatches": 3}, "num_minibatches: expected a divisor of num_envs = 8, got 3"),
        ({"window": 9}, "window: expected 0 to num_steps = 8, got 9"),
        ({"memory": "none", "filters": 4}, "filters: expected 0 for a team"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        pqn.make_train(dataclasses.replace(SMALL, **change), Crowd())
