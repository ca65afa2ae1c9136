"""The encoder of pictures."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import spaces
from jaxenvs.baselines.parts.pixels import PixelEncoder, picture_of
from jaxenvs.wrappers.flatten import flatten

IMAGE = spaces.Box(0, 1, (24, 20, 3))
SPACE = spaces.Dict(
    {"image": IMAGE, "gravity": spaces.Box(-1, 1, (1,)), "wind": spaces.Box(-1, 1, (2,))}
)


def test_it_is_two_convolutions_and_the_other_numbers():
    rng = np.random.default_rng(0)
    shown = {
        name: rng.random(np.shape(part), np.float32)
        for name, part in SPACE.sample(jax.random.key(0)).items()
    }
    x = flatten(SPACE, jax.tree.map(jnp.asarray, shown))
    encoder = PixelEncoder(picture_of(SPACE))
    weights: Any = jax.jit(encoder.init)(jax.random.key(0), x)
    expected = jnp.asarray(shown["image"])[None]
    for name, stride in (("conv_8", 4), ("conv_4", 2)):
        kernel = weights["params"][name]["kernel"]
        flat = np.asarray(kernel).reshape(-1, kernel.shape[-1])
        np.testing.assert_allclose(flat.T @ flat, 2 * np.eye(kernel.shape[-1]), atol=1e-4)
        expected = jax.nn.relu(
            jax.lax.conv_general_dilated(
                expected,
                kernel,
                (stride, stride),
                "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            )
        )
    out: Any = encoder.apply(weights, x[None])
    rest = np.concatenate([shown["gravity"], shown["wind"]])
    np.testing.assert_allclose(out[0, :-3], expected.ravel(), atol=1e-5)
    np.testing.assert_array_equal(out[0, -3:], rest)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (spaces.Discrete(3), r"pixels expects boxes alone, got image: Discrete\(3\)"),
        (spaces.Box(0, 1, (10, 24, 3)), "pixels expects a picture of at least 20 rows and columns"),
        (spaces.Dict({"depth": IMAGE}), "pixels expects a picture of at least 20 rows and columns"),
        (
            spaces.Dict({"image": IMAGE, "hit": spaces.MultiBinary(2)}),
            r"pixels expects boxes alone, got hit: MultiBinary",
        ),
    ],
)
def test_what_is_no_picture_is_refused(space, message):
    with pytest.raises(ValueError, match=f"encoder: {message}"):
        picture_of(space)
