import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import trig


@pytest.mark.parametrize(("reach", "error"), [(4.0, 8e-8), (100.0, 8e-8), (10_000.0, 1e-7)])
@pytest.mark.usefixtures("optimized")
def test_sincos_is_as_good_as_float32_allows(reach, error):
    angles = np.linspace(-reach, reach, 400_001).astype(np.float32)
    sin, cos = jax.jit(trig.sincos)(jnp.asarray(angles))
    np.testing.assert_allclose(sin, np.sin(angles.astype(np.float64)), rtol=0, atol=error)
    np.testing.assert_allclose(cos, np.cos(angles.astype(np.float64)), rtol=0, atol=error)


def test_small_sines_keep_their_digits():
    angles = np.geomspace(1e-30, 0.5, 10_001).astype(np.float32)
    sin, cos = trig.sincos(jnp.asarray(angles))
    np.testing.assert_allclose(sin, np.sin(angles.astype(np.float64)), rtol=1.5e-7)
    assert cos.max() == 1
    assert trig.sincos(jnp.float32(0)) == (0, 1)


def test_sincos_never_leaves_the_unit_interval():
    angles = np.concatenate([np.linspace(-10, 10, 1_000_001), np.geomspace(1, 1e38, 10_001)])
    for part in jax.jit(trig.sincos)(angles.astype(np.float32)):
        assert jnp.abs(part).max() <= 1
    for part in trig.sincos(jnp.array([np.inf, -np.inf, np.nan], jnp.float32)):
        assert jnp.isnan(part).all()


def test_sine_is_odd_and_cosine_even():
    angles = jnp.linspace(0, 50, 100_001, dtype=jnp.float32)
    (sin, cos), (mirrored_sin, mirrored_cos) = trig.sincos(angles), trig.sincos(-angles)
    assert (mirrored_sin == -sin).all()
    assert (mirrored_cos == cos).all()


@pytest.mark.parametrize("x64", [False, True])
def test_float32_stays_float32(x64):
    with jax.enable_x64(x64):
        angle = jnp.float32(1)
        assert [part.dtype for part in trig.sincos(angle)] == [jnp.float32] * 2
        assert trig.wrap(angle).dtype == jnp.float32


def test_derivatives():
    angles = np.linspace(-9, 9, 1001).astype(np.float32)
    for i, right in ((0, np.cos(angles)), (1, -np.sin(angles))):
        slope = jax.vmap(jax.grad(lambda a, i=i: trig.sincos(a)[i]))(angles)
        np.testing.assert_allclose(slope, right, atol=2e-6)


def test_wrap():
    inside = jnp.linspace(-3.1415, 3.1415, 10_001, dtype=jnp.float32)
    assert (trig.wrap(inside) == inside).all()
    turns = np.arange(-20, 21)[:, None] * 2 * math.pi
    beyond = (np.asarray(inside) + turns).astype(np.float32)
    wrapped = np.asarray(jax.jit(trig.wrap)(jnp.asarray(beyond)), np.float64)
    assert np.abs(wrapped).max() <= np.pi + 1e-6
    apart = wrapped - beyond.astype(np.float64)
    np.testing.assert_allclose(apart / (2 * math.pi), np.round(apart / (2 * math.pi)), atol=1e-7)
