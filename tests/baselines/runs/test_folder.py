"""A run is what its folder says: who may begin there, go on, or take over, and what is refused."""

import dataclasses
import errno
import json
import os
import shutil
import subprocess
from pathlib import Path

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines.runs import checkpoint, folder, lock, log, loop, run, trained
from jaxenvs.baselines.runs.checkpoint import OtherRunError
from jaxenvs.baselines.runs.options import Options, RunError, RunFailed
from tests.baselines.runs.stops import Compiling
from tests.baselines.runs.test_run import CONFIG, last_arrays, options, untimed

pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, compiled_once):
    """A run of one learner."""
    out = tmp_path_factory.mktemp("folder") / "a"
    return out, run.train("ppo", CONFIG, options(out))


@pytest.fixture
def copy(finished, tmp_path):
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def edit(path, **changes):
    """Other values for the fields of a config.json, by part."""
    content = json.loads(path.read_text())
    for part, fields in changes.items():
        content[part] = content[part] | fields if isinstance(fields, dict) else fields
    path.write_text(json.dumps(content))


# -- whose the checkpoints are ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config": {"lr": 0.9}}, r"lr was 0\.01 there, config\.json says 0\.9"),
        ({"config": {"env": "CartPole-v0"}}, "env was CartPole-v1 there, config.json says CartP"),
        ({"config": {"env_kwargs": {"gravity": 1}}}, r"env_kwargs was \{\} there, .*gravity"),
        ({"options": {"seed": 77}}, r"seed was 0 there, config\.json says 77"),
        ({"config": {"total_steps": 9 * 32}}, "total_steps was 384 there, config.json says 288"),
        ({"algorithm": "ppo_rnn"}, r"algorithm was ppo there, config\.json says ppo_rnn"),
    ],
)
def test_an_edited_config_is_not_taken_for_the_run(copy, no_compiling, changes, said):
    edit(copy / "config.json", **changes)
    with pytest.raises(OtherRunError, match=rf"update_000000012\.npz: is another run's: {said}"):
        run.load_policy(copy)
    found = folder.read(copy)
    with pytest.raises(OtherRunError, match=said):
        run.train(found.algorithm, found.config, options(copy, resume=True))
    assert not no_compiling


def test_a_setting_that_is_missing_in_the_config_is_not_guessed(copy):
    content = json.loads((copy / "config.json").read_text())
    del content["config"]["lr"]
    (copy / "config.json").write_text(json.dumps(content))
    with pytest.raises(OtherRunError, match=r"lr was 0\.01 there, config\.json says 0\.0002"):
        run.load_policy(copy)


def test_another_version_is_said_and_goes_on(copy, monkeypatch, no_compiling, capsys):
    monkeypatch.setattr(jaxenvs, "__version__", "99.0")
    (copy / "result.json").unlink()  # so that there is something left to do
    with pytest.raises(Compiling):
        run.train("ppo", CONFIG, options(copy, resume=True))
    assert "wrote this checkpoint, 99.0 reads it" in capsys.readouterr().err


# -- resuming --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_compiling")
def test_there_must_be_a_run_to_resume(tmp_path):
    said = r"none: holds no run to resume; to start one: jaxenvs train ppo --out .*none$"
    with pytest.raises(RunError, match=said):
        run.train("ppo", CONFIG, options(tmp_path / "none", resume=True))
    assert not (tmp_path / "none").exists()
    with pytest.raises(RunError, match="resume: needs out, the folder of the run"):
        run.train("ppo", CONFIG, dataclasses.replace(options(None), resume=True))
    with pytest.raises(RunError, match="resume and overwrite: expected one of them"):
        run.train("ppo", CONFIG, options(tmp_path, resume=True, overwrite=True))


def test_cut_off_while_compiling_it_begins_as_asked(tmp_path, no_compiling):
    asked = run.preset("ppo", "Acrobot-v1")
    with pytest.raises(Compiling):
        run.train("ppo", asked, options(tmp_path / "a", seeds=3))
    with pytest.raises(Compiling):  # with nothing else than the folder
        run.train("ppo", run.preset("ppo", "CartPole-v1"), options(tmp_path / "a", resume=True))
    assert [trainer.env.__class__.__name__ for trainer in no_compiling] == ["Acrobot", "Acrobot"]
    kept = folder.read(tmp_path / "a")
    assert (kept.config, kept.options.seeds) == (asked, 3)


@pytest.mark.usefixtures("no_compiling")
def test_what_is_given_must_agree_also_where_it_is_the_default(tmp_path):
    out = tmp_path / "a"
    with pytest.raises(Compiling):
        run.train("ppo", run.preset("ppo", "Acrobot-v1"), options(out, seeds=3))
    default = run.preset("ppo", "CartPole-v1")
    for config, given, said in (
        (run.preset("ppo", "MountainCar-v0"), (), "env was Acrobot-v1 there, MountainCar-v0 is as"),
        (default, {"env"}, "env was Acrobot-v1 there, CartPole-v1 is asked for"),
        (default, {"seeds"}, "seeds was 3 there, 1 is asked for"),
    ):
        with pytest.raises(RunError, match=f"cannot resume, {said}"):
            run.train("ppo", config, options(out, resume=True), given)


# -- more steps ------------------------------------------------------------------------------------


def test_more_steps_go_on_where_the_run_ended(copy, monkeypatch):
    longer = dataclasses.replace(CONFIG, total_steps=18 * 32)
    before = untimed(copy)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "compile_programs", lambda *rest: _raise(Compiling()))
        with pytest.raises(Compiling):
            run.train("ppo", longer, options(copy, resume=True))
    # Cut off here, the folder says what was asked for, and its checkpoint still belongs to it.
    assert not (copy / "result.json").exists()
    content = json.loads((copy / "config.json").read_text())
    assert (content["config"]["total_steps"], content["extended_from"]) == (576, [384])
    result = run.train("ppo", run.preset("ppo", "CartPole-v1"), options(copy, resume=True))
    assert (result.updates, result.env_steps) == (18, 576)
    rows = untimed(copy)
    assert rows[: len(before)] == before
    assert [row["update"] for row in rows[len(before) :]] == ["15", "18"]
    shapes = loop.shapes_of(run.make_train("ppo", longer), 1)[0]
    newest = checkpoint.newest(copy / "checkpoints")[0]
    carry, about = checkpoint.load(newest, shapes, folder.fits(folder.read(copy)))
    assert about["config"]["total_steps"] == 576
    assert carry.num_updates.tolist() == [18]  # the learning rate falls to 0 at the new end
    for length, said in ((384, "total_steps: 576 are done already"), (10**15, "total_steps: ")):
        other = dataclasses.replace(CONFIG, total_steps=length)
        with pytest.raises(RunError, match=said):
            run.train("ppo", other, options(copy, resume=True), {"total_steps"})


def _raise(error):
    raise error


# -- starting from another run ---------------------------------------------------------------------


def test_init_from_takes_networks_and_moments_and_nothing_else(tmp_path):
    config = dataclasses.replace(CONFIG, normalize_obs=True, normalize_reward=True)
    trainer = run.make_train("ppo", config)
    keys = jax.random.split(jax.random.key(0), 2)
    hp = jax.tree.map(lambda x: np.full(2, x, np.float32), trainer.hp)
    init = jax.jit(jax.vmap(trainer.init))
    old = jax.tree.map(lambda leaf: leaf, init(keys, hp))
    _write_run(tmp_path / "old", config, old, returns=[1.0, 5.0])
    fresh = init(jax.random.split(jax.random.key(1), 2), hp)
    start = trained.start_of(tmp_path / "old", trainer)
    begun = start(fresh)
    for name in ("weights", "norms"):
        taken, best = (getattr(carry, name) for carry in (begun, old))
        if name == "norms":
            np.testing.assert_array_equal(taken.returns, fresh.norms.returns)
            taken, best = (norms.replace(returns=None) for norms in (taken, best))
        assert jax.tree.structure(taken) == jax.tree.structure(best)
        for new, had in zip(jax.tree.leaves(taken), jax.tree.leaves(best), strict=True):
            np.testing.assert_array_equal(new[0], had[1])
            np.testing.assert_array_equal(new[1], had[1])
    assert (begun.opt_state, begun.situation) == (fresh.opt_state, fresh.situation)
    assert jax.tree.map(lambda x: (x.shape, x.dtype), begun) == jax.tree.map(
        lambda x: (x.shape, x.dtype), fresh
    )
    for changes, said in (
        ({"hidden": (16,)}, r"init_from: .*old: \['weights'\].*: expected float32\[.*16\], found"),
        ({"normalize_obs": False}, r"\['norms'\]\.obs\.count: expected nothing, found float32\[\]"),
    ):
        other = run.make_train("ppo", dataclasses.replace(config, **changes))
        with pytest.raises(RunError, match=said):
            trained.start_of(tmp_path / "old", other)
    search = run.make_train("lpo", run.default_config("lpo"))
    with pytest.raises(RunError, match="init_from: this algorithm trains no networks"):
        trained.start_of(tmp_path / "old", search)


def _write_run(out, config, carry, returns):
    """The folder of a run that was never trained."""
    asked = Options(seeds=len(returns))
    about = folder.Kept("ppo", config, asked).description
    out.mkdir()
    (out / "config.json").write_text(json.dumps(about))
    rows = [{"seed": i, "return": value} for i, value in enumerate(returns)]
    (out / "result.json").write_text(json.dumps({"agents": rows}))
    path = out / "checkpoints" / checkpoint.name_of(1)
    checkpoint.save(path, carry, about | {"update_id": 1, "versions": run._versions()})


def test_init_from_is_part_of_the_run(finished, tmp_path):
    source, _ = finished
    asked = options(tmp_path / "b", init_from=source, seed=3)
    assert run.train("ppo", CONFIG, asked).updates == 12
    assert folder.read(tmp_path / "b").options.init_from == source
    first = json.loads((tmp_path / "b" / "metrics.jsonl").read_text().splitlines()[1])
    untrained = json.loads((source / "metrics.jsonl").read_text().splitlines()[1])
    assert first["entropy"] < untrained["entropy"] - 0.01  # it knows already what it wants
    with pytest.raises(RunError, match="init_from: expected another folder"):
        run.train("ppo", CONFIG, options(source, init_from=source, overwrite=True))
    assert checkpoint.newest(source / "checkpoints")
    with pytest.raises(RunError, match=r"expected a run's folder, but config\.json is missing"):
        run.train("ppo", CONFIG, options(tmp_path / "d", init_from=tmp_path / "none"))
    assert not (tmp_path / "d").exists()


# -- one run at a time -----------------------------------------------------------------------------


@pytest.mark.usefixtures("no_compiling")
def test_a_second_run_in_a_folder_is_refused_at_once(tmp_path):
    out = tmp_path / "a"
    out.mkdir()
    with (
        lock.locked(out),
        pytest.raises(RunError, match=rf"a: process {os.getpid()} on \S+ is at work there"),
    ):
        run.train("ppo", CONFIG, options(out, overwrite=True))
    assert list(out.iterdir()) == []
    (out / lock.NAME).write_text("process 1 on earth\n")  # of a process that has died
    with pytest.raises(Compiling):
        run.train("ppo", CONFIG, options(out))
    assert [path.name for path in out.iterdir()] == ["config.json"]


def test_where_the_system_has_no_locks_a_file_stands_in(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "fcntl", None)
    with lock.locked(tmp_path):
        with pytest.raises(RunError, match=rf"process {os.getpid()} on \S+ is at work there"):
            _enter(tmp_path)
        holder = (tmp_path / lock.NAME).read_text()
    assert list(tmp_path.iterdir()) == []
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / lock.NAME).write_text(holder.replace(str(os.getpid()), str(gone.pid)))
    _enter(tmp_path)
    (tmp_path / lock.NAME).write_text("process 1 on earth\n")  # who cannot be asked may live
    with pytest.raises(RunError, match="process 1 on earth is at work there"):
        _enter(tmp_path)


def _enter(out):
    with lock.locked(out):
        pass


@pytest.mark.usefixtures("no_compiling")
def test_the_default_folder_is_always_a_new_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folder.time, "strftime", lambda form: "now")
    for _ in range(3):
        with pytest.raises(Compiling):
            run.train("ppo", CONFIG, options(None))
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert names == [f"ppo-CartPole-v1-now{end}" for end in ("", "-2", "-3")]


# -- folders that cannot be written ----------------------------------------------------------------


def test_folders_that_cannot_be_written_are_refused_before_compiling(tmp_path, no_compiling):
    (tmp_path / "file").write_text("mine")
    for out, said in (
        (tmp_path / "file", "file: expected a folder, found a file"),
        (tmp_path / "file" / "x", r"x: cannot be written \(Not a directory\)"),
        (Path("/proc/run"), r"/proc/run: cannot be written \("),
    ):
        with pytest.raises(RunError, match=said):
            run.train("ppo", CONFIG, options(out))
    assert not no_compiling
    assert (tmp_path / "file").read_text() == "mine"


def test_a_disk_that_fills_leaves_the_last_whole_checkpoint(finished, tmp_path, monkeypatch):
    out, fsync, calls = tmp_path / "a", os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) > 2:  # the first checkpoint's file and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "fsync", full)
        with pytest.raises(RunFailed) as error:
            run.train("ppo", CONFIG, options(out))
    left = "the last whole checkpoint is kept, --resume goes on from there"
    assert str(error.value) == f"{out}: No space left on device; {left}"
    names = sorted(path.name for path in (out / "checkpoints").iterdir())
    assert names == [checkpoint.name_of(4)]
    assert {path.name for path in out.iterdir()} == {"checkpoints", "config.json", "metrics.jsonl"}
    run.train("ppo", CONFIG, options(out, resume=True))  # now there is room
    assert last_arrays(out) == last_arrays(finished[0])
    assert untimed(out) == untimed(finished[0])


def test_a_folder_that_is_removed_is_not_made_again(tmp_path, monkeypatch):
    out, write = tmp_path / "a", log.JsonLines.write

    def remove(self, rows):
        write(self, rows)
        shutil.rmtree(out, ignore_errors=True)

    monkeypatch.setattr(log.JsonLines, "write", remove)
    with pytest.raises(RunFailed, match=r"a: was removed while the run was going on$"):
        run.train("ppo", CONFIG, options(out))
    assert not out.exists()


def test_what_is_cut_off_while_overwriting_is_still_the_old_run(copy, monkeypatch, no_compiling):
    removed, unlink = [], Path.unlink

    def stop(self, missing_ok=False):
        removed.append(self.name)
        if self.name == "config.json":
            raise KeyboardInterrupt
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            run.train("ppo", dataclasses.replace(CONFIG, lr=0.5), options(copy, overwrite=True))
    assert removed[-2:] == ["config.json", ".lock"]
    assert not (copy / "checkpoints").exists()
    assert folder.read(copy).config == CONFIG
    assert not no_compiling
