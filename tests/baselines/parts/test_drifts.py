"""Drifts: the conditions of mirror learning for any weights, and the slopes of the closed forms."""

import contextlib
import dataclasses
import functools
import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts import drifts
from jaxenvs.baselines.parts.drifts import DPODrift, NeuralDrift, NoDrift, PPODrift, Setting
from jaxenvs.baselines.parts.trainer import scan_updates

KINDS = [
    NoDrift(),
    PPODrift(),
    DPODrift(),
    NeuralDrift(width=16),
    NeuralDrift(width=16, from_ppo=True),
    NeuralDrift(width=16, temporal=True),
    NeuralDrift(width=16, temporal=True, from_ppo=True),
]
GRID = np.meshgrid(np.linspace(-3, 3, 61, dtype=np.float32), np.linspace(-4, 4, 41))
LOG_RATIO, ADVANTAGE = (jnp.asarray(axis.ravel(), jnp.float32) for axis in GRID)


@jax.jit(static_argnums=0)
def value_and_slope(drift, weights, log_r, adv, progress):
    """f and df/dr, elementwise."""
    at = Setting(progress=progress)

    def by_ratio(ratio, adv):
        return drift(weights, jnp.log(ratio), adv, at)

    return jax.vmap(jax.value_and_grad(by_ratio))(jnp.exp(log_r), adv)


def random_weights(drift, seed, scale):
    if not isinstance(drift, NeuralDrift):
        return None
    rng = np.random.default_rng(seed)
    return {
        name: jnp.asarray(scale * rng.normal(size=leaf.shape), jnp.float32)
        for name, leaf in drift.fresh().items()
    }


@pytest.mark.parametrize("drift", KINDS, ids=str)
@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.0625, 8, width=32),
    st.floats(0, 1, width=32),
    st.floats(-100, 100, width=32),
)
def test_conditions_of_mirror_learning(drift, seed, scale, progress, advantage):
    weights = random_weights(drift, seed, scale)
    f, _ = value_and_slope(drift, weights, LOG_RATIO, ADVANTAGE, jnp.float32(progress))
    assert np.isfinite(f).all()
    assert (np.asarray(f) >= 0).all()
    here = jnp.zeros(2, jnp.float32), jnp.array([advantage, -advantage], jnp.float32)
    f, slope = value_and_slope(drift, weights, *here, jnp.float32(progress))
    np.testing.assert_array_equal(f, 0)
    np.testing.assert_array_equal(slope, 0)


@pytest.mark.parametrize("drift", KINDS, ids=str)
def test_gradients_stay_finite_far_away(drift):
    weights = random_weights(drift, 0, 1.0)
    log_r = jnp.array([-60.0, -20.0, 12.0, 20.0], jnp.float32)
    for adv in (-3.0, 3.0):
        slope = jax.vmap(jax.grad(lambda x, a: drift(weights, x, a, Setting(progress=0.5))))(
            log_r, jnp.full(4, adv, jnp.float32)
        )
        assert np.isfinite(slope).all()


def test_slopes_of_dpo():
    _, slope = value_and_slope(DPODrift(), None, LOG_RATIO, ADVANTAGE, jnp.float32(0))
    slope, r, adv = np.asarray(ADVANTAGE - slope), np.exp(LOG_RATIO), np.asarray(ADVANTAGE)
    up = np.where(r > 1, adv / np.cosh((r - 1) * adv / 2.0) ** 2, adv)
    down = adv * (1 - np.where(r < 1, np.tanh(adv * np.log(r) / 0.6) ** 2 / r, 0))
    np.testing.assert_allclose(slope, np.where(adv >= 0, up, down), rtol=1e-4, atol=2e-4)


def test_dpo_rolls_back_where_a_bad_action_has_become_rare():
    log_r = jnp.log(jnp.array([0.8, 0.3], jnp.float32))
    bad = jnp.full(2, -1.0, jnp.float32)
    _, slope = value_and_slope(DPODrift(), None, log_r, bad, jnp.float32(0))
    np.testing.assert_allclose(bad - slope, [-0.84, 2.10], atol=0.01)


def test_ppos_drift_is_the_clipped_objective():
    clipped = jnp.clip(jnp.exp(LOG_RATIO), 0.8, 1.2) * ADVANTAGE
    plain = jnp.exp(LOG_RATIO) * ADVANTAGE
    f = PPODrift()(None, LOG_RATIO, ADVANTAGE, Setting())
    np.testing.assert_allclose(plain - f, jnp.minimum(plain, clipped), rtol=1e-5, atol=1e-5)


def test_candidates_on_opposite_sides_of_the_start_differ():
    drift = NeuralDrift(width=16)
    away: Any = random_weights(drift, 0, 0.1)
    start = drift.fresh()
    up, down = (
        drift(
            {name: start[name] + sign * away[name] for name in start},
            LOG_RATIO,
            ADVANTAGE,
            Setting(),
        )
        for sign in (1, -1)
    )
    assert np.abs(np.asarray(up - down)).max() > 0.01


@pytest.mark.parametrize("temporal", [False, True])
def test_learned_drifts_start_as_none_or_as_ppo(temporal):
    at = Setting(progress=0.3)
    plain = NeuralDrift(temporal=temporal)
    np.testing.assert_array_equal(plain(plain.fresh(), LOG_RATIO, ADVANTAGE, at), 0)
    from_ppo = NeuralDrift(temporal=temporal, from_ppo=True)
    f = from_ppo(from_ppo.fresh(), LOG_RATIO, ADVANTAGE, at)
    expected = PPODrift()(None, LOG_RATIO, ADVANTAGE, Setting())
    np.testing.assert_allclose(f, expected, atol=2e-4)


def test_only_the_temporal_form_knows_the_time():
    for temporal in (False, True):
        drift = NeuralDrift(width=16, temporal=temporal)
        weights = random_weights(drift, 3, 1.0)
        early, late = (
            np.asarray(drift(weights, LOG_RATIO, ADVANTAGE, Setting(progress=p)))
            for p in (0.0, 1.0)
        )
        assert (early != late).any() == temporal


def test_files(tmp_path):
    drift = NeuralDrift(width=4, temporal=True)
    weights: Any = random_weights(drift, 0, 1.0)
    path = tmp_path / "a" / "mine.npz"
    drifts.save(path, NeuralDrift(weights, width=4, temporal=True), {"env": "CartPole-v1"})
    loaded = drifts.load(path)
    assert loaded == drift == drifts.drift_of(str(path))
    assert loaded.weights is not None
    for name, leaf in weights.items():
        np.testing.assert_array_equal(loaded.weights[name], leaf)
    assert drifts.about(path) == {"env": "CartPole-v1"}


@pytest.mark.parametrize("name", ["lpo", "ta_lpo"])
def test_shipped_drifts(name):
    drift = drifts.drift_of(name)
    assert isinstance(drift, NeuralDrift)
    assert drift.temporal == (name == "ta_lpo")
    made = drifts.about(drifts.SHIPPED / f"{name}.npz")
    assert made["algorithm"] == name
    assert {"jaxenvs", "env", "inner", "generations", "population", "sigma"} <= made.keys()
    plain = dataclasses.replace(drift, weights=None)
    here = jnp.zeros(41, jnp.float32), jnp.linspace(-10, 10, 41, dtype=jnp.float32)
    for progress in (0.0, 0.5, 1.0):
        at = jnp.float32(progress)
        f, _ = value_and_slope(plain, drift.weights, LOG_RATIO, ADVANTAGE, at)
        assert np.isfinite(f).all()
        assert (np.asarray(f) >= 0).all()
        assert np.asarray(f).max() > 0.1  # it does something
        f, slope = value_and_slope(plain, drift.weights, *here, at)
        np.testing.assert_array_equal(f, 0)
        np.testing.assert_array_equal(slope, 0)


@pytest.mark.parametrize("name", ["lpo", "ta_lpo"])
def test_ppo_learns_with_shipped_drifts(name):
    config = ppo.Config(
        total_steps=2 * 32, num_envs=4, num_steps=8, num_minibatches=1, hidden=(4,), drift=name
    )
    trainer = ppo.make_train(config)
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert np.isfinite(metrics["policy_loss"]).all()
    before = trainer.init(jax.random.key(0), trainer.hp).drift
    jax.tree.map(np.testing.assert_array_equal, carry.drift, before)  # it is no part of the agent


def test_what_is_no_drift(tmp_path):
    with pytest.raises(ValueError, match=r"drift: expected one of ppo, .*; got 'pppo'"):
        drifts.drift_of("pppo")
    with pytest.raises(ValueError, match="no such file"):
        drifts.drift_of(str(tmp_path / "none.npz"))
    (tmp_path / "bad.npz").write_text("bad")
    with pytest.raises(ValueError, match="expected a learned drift"):
        drifts.drift_of(str(tmp_path / "bad.npz"))
    small = NeuralDrift(width=4)
    drifts.save(tmp_path / "odd.npz", dataclasses.replace(small, weights=small.fresh()), {})
    with np.load(tmp_path / "odd.npz") as archive:
        arrays = dict(archive)
    arrays["inner"] = arrays["inner"][:3]
    np.savez(tmp_path / "odd.npz", **arrays)
    said = r"inner: expected float32 of shape \(8, 4\), got float32 of shape \(3, 4\)"
    with pytest.raises(ValueError, match=said):
        drifts.drift_of(str(tmp_path / "odd.npz"))


def written(path, change=None, **arrays):
    """A file with a small drift, whose manifest and arrays are changed."""
    small = NeuralDrift(width=4)
    drifts.save(path, dataclasses.replace(small, weights=small.fresh()), {"env": "CartPole-v1"})
    with np.load(path) as archive:
        content: dict[str, Any] = dict(archive) | arrays
    manifest = json.loads(content["manifest"].tobytes())
    text = json.dumps(manifest if change is None else change(manifest))
    content["manifest"] = np.frombuffer(text.encode(), np.uint8)
    np.savez(path, **content)
    return str(path)


def with_form(**changes):
    return lambda manifest: manifest | {"form": manifest["form"] | changes}


INNER = np.zeros((8, 4), np.float32)
ODD_DRIFTS = [
    (None, {"inner": INNER}, "the checksum does not fit"),
    (None, {"inner": INNER.astype(np.int32)}, r"inner: expected float32 .*, got int32"),
    (None, {"inner": INNER.astype(bool)}, r"inner: expected float32 .*, got bool"),
    (None, {"inner": INNER.astype(np.complex64)}, r"inner: expected float32 .*, got complex64"),
    (None, {"outer": np.zeros((4,), np.float64)}, r"outer: expected float32 .*, got float64"),
    (with_form(width=10**9), {}, "width: expected a whole number from 1 to 65,536"),
    (with_form(width=8), {}, r"inner: expected float32 of shape \(8, 8\), got"),
    (with_form(width="x"), {}, "width: expected a whole number"),
    (with_form(width=True), {}, "width: expected a whole number"),
    (with_form(from_ppo="false"), {}, "from_ppo: expected True or False, got 'false'"),
    (with_form(weights=3), {}, "form: expected width, temporal, from_ppo"),
    (lambda manifest: manifest | {"format": "other"}, {}, "format: expected 'jaxenvs drift'"),
    (lambda manifest: manifest | {"version": 3}, {}, "version: expected 1 or 2, got 3"),
    (lambda manifest: manifest | {"about": {}}, {}, "the checksum does not fit"),
    (lambda manifest: manifest | {"about": 3}, {}, "about an object"),
    (lambda manifest: [manifest], {}, "the file is damaged or something else"),
    (lambda manifest: None, {}, "the file is damaged or something else"),
]


@pytest.mark.parametrize(("change", "arrays", "said"), ODD_DRIFTS)
def test_odd_files_are_refused(tmp_path, change, arrays, said):
    name = written(tmp_path / "odd.npz", change, **arrays)
    for read in (drifts.drift_of, lambda name: drifts.about(Path(name))):
        with pytest.raises(ValueError, match=rf"drift: .*odd\.npz: expected a .*{said}") as error:
            read(name)
        assert "\n" not in str(error.value)


def test_files_without_a_checksum_are_read_with_the_other_checks(tmp_path):
    def older(manifest):
        return {name: manifest[name] for name in ("format", "form", "about")}

    drift = drifts.load(Path(written(tmp_path / "old.npz", older, inner=INNER)))
    np.testing.assert_array_equal(drift.weights["inner"], INNER)
    bad = written(tmp_path / "old.npz", older, inner=np.full_like(INNER, np.nan))
    with pytest.raises(ValueError, match="inner: expected finite numbers"):
        drifts.drift_of(bad)


def test_damaged_drifts_are_a_value_error_or_the_same(tmp_path):
    path = Path(written(tmp_path / "a.npz"))
    whole, drift = path.read_bytes(), drifts.load(path)
    rng = np.random.default_rng(0)
    for i in range(120):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(damaged if i % 2 else damaged[: rng.integers(len(whole))])
        with contextlib.suppress(ValueError):
            found = drifts.load(path)
            assert found == drift
            for name, leaf in drift.weights.items():
                assert found.weights[name].tobytes() == leaf.tobytes()
