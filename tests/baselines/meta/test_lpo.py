"""The searches for drifts: types, chunks, tasks and what they leave behind."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.meta import lpo, ta_lpo
from jaxenvs.baselines.parts import drifts
from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.baselines.runs import run
from jaxenvs.baselines.runs.options import Options, RunError
from tests.baselines.contract import (
    assert_carry_keeps_its_types,
    assert_chunks_are_the_scan,
    run_script,
)

INNER = {
    "total_steps": 4 * 32,
    "num_envs": 4,
    "num_steps": 8,
    "num_minibatches": 1,
    "hidden": (4,),
    "lr": 3e-2,  # so that candidates make a difference within a few updates
}
SMALL = lpo.Config(
    inner=INNER, generations=4, population=4, num_seeds=2, width=4, eval_episodes=3, sigma=0.5
)
SMALL_TA = ta_lpo.Config(
    inner=INNER,
    generations=4,
    population=4,
    num_seeds=2,
    width=4,
    eval_episodes=3,
    sigma=0.5,
    horizons=(1.0, 0.5),
)


@pytest.mark.parametrize(("module", "config"), [(lpo, SMALL), (ta_lpo, SMALL_TA)])
def test_contract(module, config):
    trainer = module.make_train(config)
    assert trainer.num_updates == 4
    assert_carry_keeps_its_types(trainer)


@pytest.mark.slow
def test_chunks_give_the_bits_of_the_single_scan():
    trainer = ta_lpo.make_train(dataclasses.replace(SMALL_TA, generations=6))
    metrics = assert_chunks_are_the_scan(trainer)
    assert set(np.unique(metrics["horizon"]).tolist()) == {2.0, 4.0}
    assert (np.asarray(metrics["fitness_best"]) >= np.asarray(metrics["episode_return"])).all()


def test_a_life_is_a_run_of_ppo():
    search = lpo.search_of(SMALL)
    weights, hp = search.drift.fresh(), search.inner.hyper_params
    got = jax.jit(search.live)(weights, jax.random.key(3), jnp.int32(4), hp)
    trainer = ppo.make_train(dataclasses.replace(search.inner, drift="none"))
    _, metrics = jax.jit(functools.partial(scan_updates, trainer))(jax.random.key(3), trainer.hp)
    np.testing.assert_allclose(got, np.nanmean(metrics["episode_return"]), rtol=1e-4)


def test_both_of_a_pair_get_the_same_seeds(getkey):
    keys = jax.random.key_data(ta_lpo.search_of(SMALL_TA).keys(getkey()))
    np.testing.assert_array_equal(keys[:2], keys[2:])
    assert len(np.unique(keys.reshape(8, -1), axis=0)) == 4
    shared = jax.random.key_data(lpo.search_of(SMALL).keys(getkey()))
    np.testing.assert_array_equal(shared, np.broadcast_to(shared[:1], shared.shape))


SPREAD = """
import jax
from jaxenvs.baselines.runs import loop
jax.config.update("jax_num_cpu_devices", 4)
from tests.baselines.meta.test_lpo import SMALL, lpo
import numpy as np

trainer = lpo.make_train(SMALL)
keys = jax.random.split(jax.random.key(3), 1)
hp = jax.tree.map(lambda x: np.full(1, x, np.float32), trainer.hp)
scores = []
for devices in (1, 4):
    programs = loop.compile_programs(trainer, 1, 2, devices)
    assert programs.num_devices == devices
    for piece in loop.run_chunks(programs, programs.init(keys, hp), 0, 4, 2):
        scores.append(piece.metrics["episode_return"])
np.testing.assert_allclose(scores[0][0], scores[2][0], rtol=1e-4)  # before rounding matters
assert programs.evaluate(piece.carry, jax.random.key(0))["return"].shape == (1,)
"""


@pytest.mark.slow
def test_candidates_spread_over_devices(request):
    run_script(SPREAD, request.config.rootpath)


@pytest.mark.slow
def test_a_run_leaves_drifts_that_ppo_can_use(tmp_path):
    options = Options(out=tmp_path / "a", seeds=2, tensorboard=False, show=False)
    result = run.train("lpo", SMALL, options)
    for agent in result.agents:
        assert agent["return_min"] <= agent["return"] <= agent["return_max"]
    for i in range(2):
        path = tmp_path / "a" / f"drift_{i}.npz"
        drift = drifts.load(path)
        assert np.abs(drift.weights["outer"]).max() > 0
        assert drifts.about(path)["env"] == "CartPole-v1"
        ppo.make_train(ppo.Config(drift=str(path)))
    with pytest.raises(RunError, match="lpo trains no policy"):
        run.load_policy(tmp_path / "a")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"population": 5}, "population: expected an even number, got 5"),
        ({"inner": {"lrr": 1}}, "inner: PPO has no 'lrr'"),
        ({"inner": {"total_steps": 1}}, "inner: total_steps: expected at least"),
    ],
)
def test_configs_that_do_not_fit(change, said):
    with pytest.raises(ValueError, match=said):
        lpo.make_train(dataclasses.replace(SMALL, **change))


@pytest.mark.parametrize(
    ("horizons", "said"),
    [((1.0, 0.01), r"horizons\[1\]: expected 1 to"), ((1e30,), r"horizons\[0\]"), ((), "horizons")],
)
def test_a_life_has_at_least_one_update(horizons, said):
    with pytest.raises(ValueError, match=said):
        ta_lpo.make_train(dataclasses.replace(SMALL_TA, horizons=horizons))
