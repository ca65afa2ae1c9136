"""The contract of a trainer, held over the table of algorithms."""

import dataclasses
import functools
from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.baselines.runs import algorithms
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    assert_metrics_are_scalars,
)
from tests.baselines.toys import Aim, Choir, Dials, Guess
from tests.toys import Crowd, Walk

SEARCHES = ("lpo", "ta_lpo")  # they evolve other learners: tests/baselines/meta
LEARNERS = [name for name in algorithms.ALGORITHMS if name not in SEARCHES]
NUM_UPDATES = 4

# What is small of a config, wherever it has the field.
SMALL: dict[str, Any] = {
    "total_steps": NUM_UPDATES * 64,
    "num_envs": 8,
    "num_steps": 8,
    "num_epochs": 2,
    "num_minibatches": 2,
    "num_gradient_steps": 2,
    "sample_size": 8,
    "buffer_size": 256,
    "hidden": (8,),
    "memory_width": 8,
    "mixer_width": 4,
    "hyper_width": 4,
    "eval_episodes": 4,
}


def small(name: str, **changes: Any) -> Any:
    """The algorithm's default config, made small."""
    default = algorithms.default_config(name)
    known = {field.name for field in dataclasses.fields(default)}
    return dataclasses.replace(default, **{k: v for k, v in SMALL.items() if k in known}, **changes)


def plays_in_a_team(name: str) -> bool:
    return hasattr(algorithms.default_config(name), "show_id")


def takes_boxes(name: str) -> bool:
    return hasattr(algorithms.default_config(name), "log_std_init")


def games(name: str) -> dict[str, Any]:
    """A game for every kind of space that the algorithm takes."""
    if plays_in_a_team(name):
        spread = jaxenvs.make("MPE-SimpleSpeakerListener-v4", continuous_actions=True)
        found = {"masked": Choir(masked=True), "shared": Choir(shared=True), "leaving": Crowd()}
        return found | ({"continuous": spread} if takes_boxes(name) else {})
    found = {"dict obs": Walk(), "one-hot obs": Guess(), "masked": Guess(masked=True)}
    several = {"continuous": Aim(), "several": Dials(), "several apart": Dials(apart=True)}
    return found | (several if takes_boxes(name) else {})


# One kind of each algorithm in the fast suite, so that every kind comes up; the others are slow.
FAST = {
    "ppo": "continuous",
    "ppo_rnn": "masked",
    "pqn": "dict obs",
    "pqn_rnn": "masked",
    "dqn": "one-hot obs",
    "iql": "leaving",
    "vdn": "masked",
    "qmix": "leaving",
    "pqn_vdn": "shared",
    "ippo": "continuous",
    "mappo": "leaving",
}
CASES = [
    pytest.param(name, kind, marks=[] if kind == FAST[name] else pytest.mark.slow)
    for name in LEARNERS
    for kind in games(name)
]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_trains_on_every_kind_of_space(name, kind):
    env = games(name)[kind]
    trainer = algorithms.make_train(name, small(name), env)
    key = jax.random.key(0)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(key, trainer.hp)
    assert int(carry.update_id) == trainer.num_updates == NUM_UPDATES
    assert_metrics_are_scalars(metrics, NUM_UPDATES)
    obs, state = env.reset(jax.random.key(0))
    policy, mask = trainer.policy(carry), env.action_mask(state)
    if trainer.memory is None:
        action = trainer.act(policy, obs, mask)
    else:
        action, past = trainer.act(policy, obs, mask, trainer.memory)
        assert not np.asarray(past.start).any()
        assert jax.tree.structure(past) == jax.tree.structure(trainer.memory)
    assert env.action_space().contains(jax.tree.map(np.asarray, action))
    if mask is not None and kind == "masked":
        start = np.int32(5)
        legal = np.take_along_axis(
            np.asarray(mask).reshape(-1, 3), np.asarray(action).reshape(-1, 1) - start, -1
        )
        assert legal.all()


@pytest.mark.parametrize(
    ("name", "memory"),
    [
        pytest.param(name, memory, marks=[] if memory is None else pytest.mark.slow)
        for name in LEARNERS
        for memory in (None, "none", "gru", "s5")
    ],
)
def test_carry_and_scores_keep_their_types(name, memory):
    config = small(name) if memory is None else small(name, memory=memory)
    if name == "dqn" and memory in ("gru", "s5"):
        config = dataclasses.replace(config, replay="sequences")
    if name in ("pqn", "pqn_rnn") and memory == "none":
        config = dataclasses.replace(config, window=0)
    trainer = algorithms.make_train(name, config, games(name)["masked"])
    assert_carry_keeps_its_types(trainer)
    carry = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    scores = jax.eval_shape(trainer.evaluate, carry, jax.random.key(1))
    assert {"return", "return_std", "return_min", "return_max", "length"} <= set(scores)
    assert {(value.shape, value.dtype) for value in scores.values()} == {((), np.dtype("float32"))}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNERS)
def test_chunks_give_the_bits_of_the_single_scan(name):
    env = next(iter(games(name).values()))
    assert_chunks_are_the_scan(algorithms.make_train(name, small(name), env))


@pytest.mark.parametrize("name", list(algorithms.ALGORITHMS))
def test_presets_fit_their_environments(name):
    tuned = algorithms.presets(name)
    assert tuned
    for env_id, config in tuned.items():
        assert config.env == env_id
        assert algorithms.make_train(name, config).num_updates > 0


@pytest.mark.parametrize("name", LEARNERS)
def test_games_with_another_number_of_agents_are_refused(name):
    wrong = Walk() if plays_in_a_team(name) else Crowd()
    number = "several agents" if plays_in_a_team(name) else "one agent"
    said = f"env: expected a game of {number}, got {type(wrong).__name__}"
    with pytest.raises(TypeError, match=said):
        algorithms.make_train(name, small(name), wrong)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_run_has_at_least_one_update(name):
    with pytest.raises(ValueError, match=r"total_steps: expected at least .* = 64, got 10"):
        algorithms.make_train(name, dataclasses.replace(small(name), total_steps=10))


@pytest.mark.parametrize("name", list(algorithms.ALGORITHMS))
def test_swept_numbers_are_fields_of_the_config(name):
    config = algorithms.default_config(name)
    inner = config if hasattr(config, "lr") else None
    for field in dataclasses.fields(config.hyper_params):
        value = getattr(config.hyper_params, field.name)
        assert value.dtype == np.float32
        if inner is not None:
            assert value == np.float32(getattr(inner, field.name))
