"""Checkpoints: exact, atomic, and clear about what is wrong with a file."""

import contextlib
import errno
import io
import itertools
import json
import multiprocessing
import os
import time
import tracemalloc
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import prng
from jaxenvs.baselines.runs import checkpoint
from jaxenvs.baselines.runs.checkpoint import CheckpointError, OtherRunError


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
    with pytest.raises(CheckpointError, match="expected jaxenvs checkpoint version 2 or 1, found"):
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
    checkpoint.prune(tmp_path, 2, last=100)
    names = [checkpoint.name_of(update) for update in (9, 10, 100)]
    assert sorted(p.name for p in tmp_path.iterdir()) == names[1:]
    checkpoint.save(tmp_path / names[0], {"x": jnp.float32(9)}, {"update_id": 9})
    checkpoint.prune(tmp_path, 2, last=10)  # the run went on before 100
    assert sorted(p.name for p in tmp_path.iterdir()) == names[:2]


def test_a_file_under_another_name_is_left_out(tmp_path):
    saved = {"x": jnp.zeros(())}
    checkpoint.save(tmp_path / checkpoint.name_of(3), saved, {"update_id": 3})
    checkpoint.save(tmp_path / checkpoint.name_of(7), saved, {"update_id": 5})
    (tmp_path / "update_mine.npz").write_text("no checkpoint")
    _, about, faults = checkpoint.load_newest(tmp_path, saved)
    assert about == {"update_id": 3}
    assert len(faults) == 1
    assert "update_000000007.npz: damaged, it says that it is of update 5" in faults[0]


def test_another_runs_file_is_refused_and_not_left_out(tmp_path):
    saved = {"x": jnp.zeros(())}
    for update, lr in ((3, 0.1), (7, 0.2)):
        about = {"update_id": update, "lr": lr}
        checkpoint.save(tmp_path / checkpoint.name_of(update), saved, about)

    def fits(about):
        return None if about["lr"] == 0.1 else f"lr was {about['lr']} there"

    with pytest.raises(OtherRunError, match=r"update_000000007\.npz: lr was 0\.2 there"):
        checkpoint.load_newest(tmp_path, saved, fits)
    # One whose manifest was changed by hand is damaged, whatever it says.
    path = tmp_path / checkpoint.name_of(7)
    rewrite(path, lambda manifest: manifest | {"about": {"update_id": 7, "lr": 0.1}})
    _, about, faults = checkpoint.load_newest(tmp_path, saved, fits)
    assert about["update_id"] == 3
    assert "the manifest's checksum does not fit" in faults[0]


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def rewrite(path, change=None, compression=zipfile.ZIP_STORED, changes=None):
    """Other content for members of a file, by their name without .npy; None drops one."""
    content = members(path)
    if change is not None:
        said = json.loads(np.load(io.BytesIO(content["manifest.npy"])).tobytes())
        text = json.dumps(change(said)).encode()
        content["manifest.npy"] = npy(np.frombuffer(text, np.uint8))
    content |= {f"{name}.npy": value for name, value in (changes or {}).items()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, value in content.items():
            if value is not None:
                archive.writestr(name, value)


def test_version_1_is_read_and_its_about_is_compared(tmp_path):
    path, like = tmp_path / checkpoint.name_of(3), jax.eval_shape(tree)
    checkpoint.save(path, tree(), {"update_id": 3, "lr": 0.1})

    def older(manifest):
        del manifest["seal"]
        return manifest | {"version": 1}

    rewrite(path, older)
    loaded, about, _ = checkpoint.load_newest(tmp_path, like)
    assert about == {"update_id": 3, "lr": 0.1}
    assert list(map(bits, jax.tree.leaves(loaded))) == list(map(bits, jax.tree.leaves(tree())))
    with pytest.raises(OtherRunError, match="another lr"):
        checkpoint.load_newest(tmp_path, like, lambda about: "another lr")


def damages(whole, path, rng):
    """Files that are damaged in one way each, by bytes, members and fields."""
    for _ in range(60):
        flipped = bytearray(whole)
        flipped[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        yield flipped
        yield whole[: rng.integers(len(whole))]
    odd = (None, b"junk", b"", npy(np.zeros(3)), npy(np.zeros(6, np.int32)), npy(np.zeros(())))
    for name, content in itertools.product(("0", "manifest", "extra"), odd):
        path.write_bytes(whole)
        rewrite(path, changes={name: content})
        yield path.read_bytes()
    fields = ("format", "version", "about", "leaves", "sha256", "seal")
    others = (None, True, 3, 2.0, "x", [], {}, [[]], [3], {"path": {}}, 10**400)
    for field, other in itertools.product(fields, others):
        path.write_bytes(whole)
        rewrite(path, lambda manifest, f=field, o=other: manifest | {f: o})
        yield path.read_bytes()
    for field in fields:
        path.write_bytes(whole)
        rewrite(path, lambda manifest, f=field: {k: v for k, v in manifest.items() if k != f})
        yield path.read_bytes()
    for other in others:
        path.write_bytes(whole)
        rewrite(path, lambda manifest, o=other: o)
        yield path.read_bytes()


def test_damage_of_any_kind_is_a_checkpoint_error_or_harmless(tmp_path):
    path = tmp_path / "a.npz"
    saved = {"x": np.arange(6, dtype=np.float32)}
    checkpoint.save(path, saved, {"update_id": 1})
    harmless, num = 0, 0
    for damaged in damages(path.read_bytes(), path, np.random.default_rng(0)):
        path.write_bytes(damaged)
        num += 1
        with contextlib.suppress(CheckpointError):
            loaded, about = checkpoint.load(path, saved)
            assert bits(loaded["x"]) == bits(saved["x"])
            assert about == {"update_id": 1}
            harmless += 1
    assert num == 120 + 18 + 66 + 6 + 11
    assert (
        harmless < 30
    )  # flips where the archive repeats itself, and members that stay as they are


def test_nothing_is_inflated_or_read_beyond_the_expected_size(tmp_path):
    path = tmp_path / "a.npz"
    saved = {"x": np.zeros(6, np.float32)}
    checkpoint.save(path, saved, {"update_id": 1})
    whole, large = path.read_bytes(), npy(np.zeros(2**24, np.uint8))
    for name, compression in itertools.product(
        ("0", "manifest", "1"), (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    ):
        path.write_bytes(whole)
        rewrite(path, compression=compression, changes={name: large})
        tracemalloc.start()
        with pytest.raises(CheckpointError):
            checkpoint.load(path, saved)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2**22, (name, compression)
    claims = npy(np.zeros(6, np.float32)).replace(b"(6,)", b"(9999999999,)".ljust(4))
    path.write_bytes(whole)
    rewrite(path, changes={"0": claims})
    with pytest.raises(CheckpointError):
        checkpoint.load(path, saved)


def test_a_full_disk_leaves_the_checkpoints_before(tmp_path, monkeypatch):
    saved = {"x": jnp.zeros(())}
    checkpoint.save(tmp_path / checkpoint.name_of(1), saved, {"update_id": 1})

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(tmp_path / checkpoint.name_of(2), saved, {"update_id": 2})
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.name_of(1)]


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
