import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import prng
from jaxenvs.adapters._host import packing
from jaxenvs.adapters._host.packing import Packing


def tree():
    return {
        "float": jnp.float32([[1.5, -0.0], [np.nan, np.inf]]),
        "flag": jnp.bool_(True),
        "flags": jnp.bool_([True, False, True, True, False]),
        "bytes": jnp.uint8([[1, 2, 255]]),
        "small": jnp.int16([-3, 4, 5]),
        "whole": jnp.int32(-7),
        "nothing": jnp.zeros((0, 3), jnp.float32),
        "none": None,
        "key": prng.fast_key(jax.random.key(3)),
        "keys": jax.random.split(jax.random.key(1), 2),
    }


@pytest.mark.parametrize("limit", [1 << 16, 0])
def test_what_goes_in_comes_out(monkeypatch, limit):
    monkeypatch.setattr(packing, "PACK_LIMIT", limit)
    layout = Packing(tree)
    packed = jax.jit(layout.pack)(tree())
    assert isinstance(packed, tuple) == (limit == 0)
    unpacked = jax.jit(layout.unpack)(packed)
    assert jax.tree.structure(unpacked) == jax.tree.structure(tree())
    for ours, original in zip(jax.tree.leaves(unpacked), jax.tree.leaves(tree()), strict=True):
        assert ours.dtype == original.dtype
        np.testing.assert_array_equal(_raw(ours), _raw(original), strict=True)


@pytest.mark.parametrize("limit", [1 << 16, 0])
def test_read_gives_writable_numpy_arrays_apart_from_the_device(monkeypatch, limit):
    monkeypatch.setattr(packing, "PACK_LIMIT", limit)
    layout = Packing(tree)
    packed = jax.jit(layout.pack)(tree())
    for array, original in zip(
        jax.tree.leaves(layout.read(packed)), jax.tree.leaves(tree()), strict=True
    ):
        assert type(array) is np.ndarray
        np.testing.assert_array_equal(array, _raw(original), strict=True)
        array[...] = 0
    np.testing.assert_array_equal(layout.read(packed)["bytes"], tree()["bytes"])


def test_eight_byte_numbers_survive():
    with jax.enable_x64(True):
        wide = {"f": jnp.float64(1 / 3), "i": jnp.int64([2**40, -1])}
        layout = Packing(lambda: wide)
        packed = layout.pack(wide)
        assert layout.unpack(packed)["i"].tolist() == [2**40, -1]
        assert layout.read(packed)["f"] == 1 / 3


def _raw(leaf):
    is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(leaf) if is_key else leaf)
