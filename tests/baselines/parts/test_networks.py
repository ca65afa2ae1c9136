"""Networks and their initial weights."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import spaces
from jaxenvs.baselines.parts.networks import ACTIVATIONS, MLP, Readout, orthogonal, torso_of


@pytest.mark.parametrize("shape", [(64, 64), (4, 64), (64, 3), (1, 8), (8, 1), (300, 200)])
def test_orthogonal_is_orthogonal(getkey, shape):
    matrix = np.asarray(orthogonal(2.0)(getkey(), shape), np.float64)
    assert matrix.shape == shape
    gram = matrix.T @ matrix if shape[0] >= shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(gram, 4 * np.eye(min(shape)), atol=2e-5)


def test_orthogonal_favours_no_direction(getkey):
    matrices = jax.vmap(lambda key: orthogonal()(key, (3, 3)))(jax.random.split(getkey(), 4000))
    entries = np.asarray(matrices)
    # Of a uniform rotation: mean 0, mean square 1/3, and a determinant of either sign.
    np.testing.assert_allclose(entries.mean(axis=0), 0, atol=0.04)
    np.testing.assert_allclose((entries**2).mean(axis=0), 1 / 3, atol=0.03)
    assert abs((np.linalg.det(entries) > 0).mean() - 0.5) < 0.04


def test_many_seeds_initialize_in_one_program(getkey):
    # With QR decompositions this blocks for ever on the CPU under JAX 0.10.
    network = MLP((64,) * 6)
    init = jax.jit(jax.vmap(lambda key: network.init(key, jnp.zeros(64))))
    weights = init(jax.random.split(getkey(), 128))
    kernels = [leaf for leaf in jax.tree.leaves(weights) if leaf.ndim == 3]
    assert len(kernels) == 6
    for kernel in kernels:
        gram = jnp.einsum("sio,sip->sop", kernel, kernel)
        np.testing.assert_allclose(gram, np.broadcast_to(2 * np.eye(64), gram.shape), atol=2e-5)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_mlp_shapes(getkey, activation):
    network = MLP((5, 7), activation)
    x = jax.random.normal(getkey(), (2, 3, 4))
    out: Any = network.apply(network.init(getkey(), x), x)
    assert out.shape == (2, 3, 7)
    assert out.dtype == jnp.float32


def test_layer_norm_comes_before_the_activation(getkey):
    x = 100 * jax.random.normal(getkey(), (2, 4))
    network = MLP((8,), "tanh", layer_norm=True)
    weights: Any = network.init(getkey(), x)
    out: Any = network.apply(weights, x)
    inside = np.arctanh(np.asarray(out, np.float64))
    np.testing.assert_allclose(inside.mean(axis=-1), 0, atol=1e-3)
    np.testing.assert_allclose(inside.std(axis=-1), 1, atol=1e-2)


def test_cnn_is_a_convolution(getkey):
    network = torso_of(spaces.Box(0, 1, (6, 5, 3)), 4, (7,), "relu")
    x = jax.random.normal(getkey(), (2, 90))
    weights: Any = network.init(getkey(), x)
    kernel = weights["params"]["filters"]["Dense_0"]["kernel"].reshape(3, 3, 3, 4)
    convolved = jax.lax.conv_general_dilated(
        x.reshape(2, 6, 5, 3), kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    dense = weights["params"]["dense"]["Dense_0"]["kernel"]
    expected = jax.nn.relu(jax.nn.relu(convolved).reshape(2, -1) @ dense)
    out: Any = network.apply(weights, x)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)


def test_what_is_no_image_has_no_filters():
    with pytest.raises(ValueError, match=r"filters: expected observations \[height"):
        torso_of(spaces.Discrete(3), 4, (7,), "relu")


def test_readout_starts_with_rows_of_its_scale(getkey):
    readout = Readout(3, 0.01)
    x = jax.random.normal(getkey(), (10, 16))
    weights: Any = readout.init(getkey(), x)
    kernel = weights["params"]["kernel"]
    np.testing.assert_allclose(jnp.linalg.norm(kernel, axis=-1), 0.01, rtol=1e-5)
    seen: Any = readout.apply(weights, x)
    np.testing.assert_allclose(seen, x @ kernel.T, rtol=1e-5, atol=1e-7)
