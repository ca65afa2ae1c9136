"""Checkpoints: exact, atomic, and clear about what is wrong with a file."""

import contextlib
import json
import multiprocessing
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import prng
from jaxenvs.baselines.runs import checkpoint
from jaxenvs.baselines.runs.checkpoint import CheckpointError


def tree():
    key = jax.random.key(5)
    return {
        "weights": (jax.random.normal(key, (3, 4)), jnp.float32(np.nextafter(1, 2))),
        "small": jnp.arange(4, dtype=jnp.bfloat16),
        "count": jnp.int32(-7),
        "flags": jnp.array([True, False]),
        "empty": jnp.zeros((0, 2), jnp.float32),
        "nothing": None,
        "special": jnp.array([jnp.nan, -0.0, jnp.inf], jnp.float32),
        "key": key,
        "keys": jax.random.split(jax.random.key(1, impl="rbg"), 3),
        "fast": prng.fast_key(key),
    }


def bits(leaf):
    if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.asarray(leaf).tobytes()


def test_round_trip_is_exact(tmp_path):
    path = tmp_path / "deep" / "a.npz"
    checkpoint.save(path, tree(), {"update_id": 3})
    loaded, about = checkpoint.load(path, jax.eval_shape(tree))
    assert about == {"update_id": 3}
    assert jax.tree.structure(loaded) == jax.tree.structure(tree())
    for old, new in zip(jax.tree.leaves(tree()), jax.tree.leaves(loaded), strict=True):
        assert (old.dtype, old.shape) == (new.dtype, new.shape)
        assert bits(old) == bits(new)
    # A restored key goes on where the saved one would have.
    first, second = (jax.random.normal(t["fast"], (5,)) for t in (tree(), loaded))
    np.testing.assert_array_equal(first, second)
    assert not list(tmp_path.rglob("*.partial"))


def test_numpy_reads_the_arrays_and_the_manifest(tmp_path):
    checkpoint.save(tmp_path / "a.npz", {"x": jnp.arange(3.0)}, {})
    with np.load(tmp_path / "a.npz") as archive:
        manifest = json.loads(archive["manifest"].tobytes())
        np.testing.assert_array_equal(archive["0"], [0, 1, 2])
    assert manifest["leaves"] == [{"path": "['x']", "shape": [3], "dtype": "float32"}]


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.7, 0.99])
def test_torn_file(tmp_path, share):
    path = tmp_path / "a.npz"
    checkpoint.save(path, tree(), {})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(CheckpointError, match=r"a\.npz: expected a whole jaxenvs checkpoint"):
        checkpoint.load(path, jax.eval_shape(tree))


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "a.npz"
    saved = {"x": jnp.arange(6, dtype=jnp.float32)}
    checkpoint.save(path, saved, {"update_id": 1})
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        # It may load where only what the archive repeats or ignores is damaged, such as dates.
        with contextlib.suppress(CheckpointError):
            loaded, about = checkpoint.load(path, jax.eval_shape(lambda: saved))
            np.testing.assert_array_equal(loaded["x"], saved["x"])
            assert about == {"update_id": 1}


def test_foreign_files(tmp_path):
    like = jax.eval_shape(tree)
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "pickled.npz", manifest=np.array([{"format": "x"}], dtype=object))
    for name in ("text.npz", "other.npz", "array.npy", "pickled.npz"):
        with pytest.raises(CheckpointError, match=f"{name}: expected a whole jaxenvs checkpoint"):
            checkpoint.load(tmp_path / name, like)
    with pytest.raises(CheckpointError, match="expected a checkpoint file"):
        checkpoint.load(tmp_path, like)
    with pytest.raises(CheckpointError, match="no such file"):
        checkpoint.load(tmp_path / "missing.npz", like)


def test_other_version(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "VERSION", 99)
        checkpoint.save(tmp_path / "a.npz", tree(), {})
    with pytest.raises(CheckpointError, match="expected jaxenvs checkpoint version 1, found"):
        checkpoint.load(tmp_path / "a.npz", jax.eval_shape(tree))


def test_other_tree(tmp_path):
    checkpoint.save(tmp_path / "a.npz", {"x": jnp.zeros(3)}, {})
    for other, said in [
        ({"x": jnp.zeros(4)}, r"expected .*\[4\].*found .*\[3\]"),
        ({"x": jnp.zeros(3, jnp.int32)}, "int32.*float32"),
        ({"y": jnp.zeros(3)}, r"\['y'\].*\['x'\]"),
        ({"x": jnp.zeros(3), "z": jnp.zeros(1)}, "expected 2 arrays, found 1"),
        ({"x": jax.random.key(0)}, "key"),
    ]:
        with pytest.raises(CheckpointError, match=said):
            checkpoint.load(tmp_path / "a.npz", jax.eval_shape(lambda other=other: other))


def test_newest_whole_one_is_taken(tmp_path):
    like = jax.eval_shape(lambda: {"x": jnp.zeros(())})
    for update in (9, 10, 100):
        path = tmp_path / checkpoint.name_of(update)
        checkpoint.save(path, {"x": jnp.float32(update)}, {"update_id": update})
    newest = tmp_path / checkpoint.name_of(100)
    newest.write_bytes(newest.read_bytes()[:100])
    (tmp_path / (checkpoint.name_of(200) + ".partial")).write_bytes(b"PK")
    loaded, about, faults = checkpoint.load_newest(tmp_path, like)
    assert (float(loaded["x"]), about["update_id"]) == (10, 10)
    assert len(faults) == 1
    assert "update_000000100" in faults[0]
    checkpoint.prune(tmp_path, 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        checkpoint.name_of(10),
        checkpoint.name_of(100),
    ]


def test_no_checkpoint_at_all(tmp_path):
    with pytest.raises(CheckpointError, match=r"expected a checkpoint .* found none"):
        checkpoint.load_newest(tmp_path, jax.eval_shape(tree))
    (tmp_path / checkpoint.name_of(1)).write_text("x")
    with pytest.raises(CheckpointError, match="update_000000001"):
        checkpoint.load_newest(tmp_path, jax.eval_shape(tree))


def _save_for_ever(path):
    value = 0
    while True:
        value += 1
        checkpoint.save(path, {"x": np.full(100_000, value, np.float32)}, {"value": value})


def test_a_killed_writer_leaves_a_whole_file(tmp_path):
    path = tmp_path / checkpoint.name_of(1)
    like = {"x": jax.ShapeDtypeStruct((100_000,), jnp.float32)}
    context = multiprocessing.get_context("spawn")
    for pause in (0.0, 0.003, 0.011):
        writer = context.Process(target=_save_for_ever, args=(path,))
        writer.start()
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.05 + pause)
        writer.kill()
        writer.join()
        loaded, about = checkpoint.load(path, like)
        assert (np.asarray(loaded["x"]) == about["value"]).all()
