"""Runs: what is in the folder, going on after a kill, and errors that say what to do."""

import dataclasses
import json
import shutil
import signal
import subprocess
import sys
import time
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs import checkpoint, loop, run
from jaxenvs.baselines.runs import folder as folders
from jaxenvs.baselines.runs.checkpoint import CheckpointError, OtherRunError
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import Options, RunError, restore

pytestmark = pytest.mark.usefixtures("compiled_once")

CONFIG = ppo.Config(
    total_steps=12 * 32, num_envs=4, num_steps=8, hidden=(8,), eval_episodes=3, lr=1e-2
)
QUIET = Options(rows=6, save_every=2, tensorboard=False, show=False)


def options(folder, **changes):
    return dataclasses.replace(QUIET, out=folder, **changes)


def untimed(folder):
    """The rows of the log without the clock."""
    rows = read_rows(folder / "metrics.jsonl")
    return [{k: repr(v) for k, v in row.items() if k != "steps_per_second"} for row in rows]


def last_arrays(folder):
    """All arrays of the newest checkpoint."""
    with np.load(checkpoint.newest(folder / "checkpoints")[0]) as archive:
        return {name: archive[name].tobytes() for name in archive.files if name != "manifest"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory, compiled_once):
    """A run of two seeds with two learning rates, and its result."""
    folder = tmp_path_factory.mktemp("run") / "a"
    sweep = {"lr": (1e-3, 1e-2)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run.train(
            "ppo", CONFIG, options(folder, seeds=2, seed=5, sweep=sweep, tensorboard=True)
        )
    return folder, result


def test_folder(finished):
    folder, result = finished
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "checkpoints",
        "config.json",
        "curve.png",
        "metrics.jsonl",
        "result.json",
        "tensorboard",
    }
    kept = [path.name for path in checkpoint.newest(folder / "checkpoints")]
    assert kept == ["update_000000012.npz", "update_000000008.npz"]
    description = json.loads((folder / "config.json").read_text())
    assert description["algorithm"] == "ppo"
    assert description["config"]["lr"] == 1e-2
    assert description["options"]["seeds"] == 2
    saved = json.loads((folder / "result.json").read_text())
    assert saved["agents"] == result.agents
    assert [row["lr"] for row in saved["settings"]] == [1e-3, 1e-2]
    assert (folder / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_result(finished):
    _, result = finished
    assert [(agent["lr"], agent["seed"]) for agent in result.agents] == [
        (1e-3, 5),
        (1e-3, 6),
        (1e-2, 5),
        (1e-2, 6),
    ]
    assert result.env_steps == 384
    assert result.returns.shape == (4,)
    table = result.table().splitlines()
    assert table[0].split()[:4] == ["lr", "seed", "greedy", "return"]
    assert table[-2].startswith("best setting lr=0.0")


def test_log_has_a_header_and_a_row_per_chunk_and_agent(finished):
    folder, _ = finished
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    header = lines[0]["header"]
    assert set(header) == {"algorithm", "config", "options", "versions", "device", "start"}
    assert len(lines) == 1 + 6 * 4
    row = lines[1]
    assert (row["update"], row["env_steps"], row["seed"], row["lr"]) == (2, 64, 5, 1e-3)
    assert {"episode_return", "entropy", "approx_kl", "steps_per_second"} <= set(row)


def test_tensorboard_files_have_the_metrics(finished):
    folder, _ = finished
    runs = sorted(path.name for path in (folder / "tensorboard").iterdir())
    assert runs == ["lr=0.001", "lr=0.01"]
    content = b"".join(p.read_bytes() for p in (folder / "tensorboard").rglob("events*"))
    for tag in (b"entropy", b"episode_return_min", b"explained_variance"):
        assert tag in content


def test_a_loaded_policy_plays_as_the_trained_agent(finished):
    folder, result = finished
    policy = run.load_policy(folder)
    assert policy.env.default_params == policy.params
    obs, _ = policy.env.reset(jax.random.key(0), policy.params)
    action = policy.act(obs, jax.random.key(1))
    assert policy.env.action_space().contains(action)
    best = int(np.argmax(result.returns))
    again = run.load_policy(folder, agent=best)
    observations = jax.random.normal(jax.random.key(2), (20, 4))
    for obs in observations:
        assert int(policy.act(obs)) == int(again.act(obs))
    with pytest.raises(RunError, match="agent: expected 0 to 3, got 4"):
        run.load_policy(folder, agent=4)


def test_a_finished_run_is_not_compiled_to_be_resumed(finished, monkeypatch):
    folder, result = finished
    before = (untimed(folder), last_arrays(folder))
    monkeypatch.delattr(loop, "compile_programs")
    again = run.train("ppo", CONFIG, options(folder, resume=True))  # settings are found there
    assert again == result
    assert (untimed(folder), last_arrays(folder)) == before


def test_a_run_without_a_result_is_judged_again(finished, tmp_path):
    folder, result = finished
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy" / "result.json").write_text("{}")
    again = run.train("ppo", CONFIG, options(tmp_path / "copy", resume=True))
    assert again.agents == result.agents
    assert untimed(tmp_path / "copy") == untimed(folder)


def test_refuses_to_mix_runs(finished):
    folder, _ = finished
    with pytest.raises(RunError, match="holds a run; resume it, overwrite it"):
        run.train("ppo", CONFIG, options(folder))
    other = dataclasses.replace(CONFIG, gamma=0.5)
    with pytest.raises(RunError, match=r"cannot resume, gamma was 0.99 there, 0.5 is asked for"):
        run.train("ppo", other, options(folder, resume=True))
    with pytest.raises(RunError, match="cannot resume, seeds was 2 there, 3 is asked for"):
        run.train("ppo", CONFIG, options(folder, resume=True, seeds=3))


def test_a_config_that_does_not_fit_overwrites_nothing(finished):
    folder, _ = finished
    before = (untimed(folder), last_arrays(folder))
    for changes, said in (
        ({"drift": "nothing"}, "drift: expected one of ppo, none"),
        ({"filters": 8}, "filters: expected observations"),
    ):
        bad = dataclasses.replace(CONFIG, **changes)
        with pytest.raises(RunError, match=said):
            run.train("ppo", bad, options(folder, overwrite=True))
    assert (untimed(folder), last_arrays(folder)) == before


def test_overwrites_when_asked(tmp_path):
    first = run.train("ppo", CONFIG, options(tmp_path / "a"))
    (tmp_path / "a" / "notes.txt").write_text("mine")
    # What a run left goes also when the file that says whose it is has gone.
    shutil.copy(checkpoint.newest(tmp_path / "a" / "checkpoints")[0], tmp_path / "later.npz")
    shutil.move(tmp_path / "later.npz", tmp_path / "a" / "checkpoints" / checkpoint.name_of(1023))
    (tmp_path / "a" / "config.json").unlink()
    with pytest.raises(RunError, match=r"a: holds checkpoints of a run without its config\.json"):
        run.train("ppo", CONFIG, options(tmp_path / "a"))
    with pytest.raises(RunError, match=r"jaxenvs train ppo --out .*a --overwrite$"):
        run.train("ppo", CONFIG, options(tmp_path / "a", resume=True))
    second = run.train("ppo", CONFIG, options(tmp_path / "a", overwrite=True))
    assert first.agents == second.agents
    assert (tmp_path / "a" / "notes.txt").exists()
    assert len(read_rows(tmp_path / "a" / "metrics.jsonl")) == 6
    kept = [path.name for path in checkpoint.newest(tmp_path / "a" / "checkpoints")]
    assert kept == ["update_000000012.npz", "update_000000008.npz"]


def test_stops_early(tmp_path):
    result = run.train("ppo", CONFIG, options(tmp_path / "a", stop_return=1.0))
    assert result.updates == 2
    assert [p.name for p in checkpoint.newest(tmp_path / "a" / "checkpoints")] == [
        "update_000000002.npz"
    ]


def test_a_torn_checkpoint_falls_back_to_the_one_before(tmp_path, capsys):
    folder = tmp_path / "a"
    run.train("ppo", CONFIG, options(folder))
    whole = (untimed(folder), last_arrays(folder))
    newest = checkpoint.newest(folder / "checkpoints")[0]
    newest.write_bytes(newest.read_bytes()[:1000])
    result = run.train("ppo", CONFIG, options(folder, resume=True))
    assert result.updates == 12
    assert (untimed(folder), last_arrays(folder)) == whole
    assert "left out" in capsys.readouterr().err
    for path in checkpoint.newest(folder / "checkpoints"):
        path.write_text("no checkpoint")
    with pytest.raises(CheckpointError, match="update_000000012"):
        run.train("ppo", CONFIG, options(folder, resume=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sweep": {"lrr": (1.0,)}}, "sweep: expected one of lr, .*; got 'lrr'"),
        ({"sweep": {"lr": ()}}, r"sweep\.lr: expected at least one value"),
    ],
)
def test_options_that_do_not_fit(tmp_path, change, said):
    with pytest.raises(RunError, match=said):
        run.train("ppo", CONFIG, options(tmp_path / "a", **change))
    assert not (tmp_path / "a").exists()


def test_folders_that_are_no_runs(tmp_path):
    with pytest.raises(RunError, match=r"expected a run's folder, but config\.json is missing"):
        run.load_policy(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(RunError, match=r"config\.json: expected JSON"):
        run.load_policy(tmp_path)
    with pytest.raises(RunError, match=r"algorithm: expected one of ppo, .*; got 'pppo'"):
        run.train("pppo", CONFIG, options(tmp_path / "b"))


def test_settings_of_older_versions_are_read(tmp_path):
    kept = {"algorithm": "dqn", "config": {"memory_size": 777, "hidden": [8]}, "options": {}}
    config, _ = restore(kept, run.default_config("dqn"), Options())
    assert config == dataclasses.replace(run.default_config("dqn"), buffer_size=777, hidden=(8,))
    kept["config"] = {"gone": 1}
    with pytest.raises(RunError, match=r"config\.json: dqn has no field 'gone'"):
        restore(kept, run.default_config("dqn"), Options())


def test_a_checkpoint_of_another_layout_is_refused_in_a_line(finished, tmp_path, monkeypatch):
    folder, _ = finished
    shutil.copytree(folder, tmp_path / "old")
    config = json.loads((tmp_path / "old" / "config.json").read_text())
    config["config"]["hidden"] = [3]
    (tmp_path / "old" / "config.json").write_text(json.dumps(config))
    said = r"another run's: hidden was \[8\] there, config.json says \[3\]"
    with pytest.raises(OtherRunError, match=said) as error:
        run.load_policy(tmp_path / "old")
    assert "\n" not in str(error.value)
    monkeypatch.setattr(folders, "fits", lambda kept: lambda about: None)
    said = "another version of jaxenvs, or for another config"
    with pytest.raises(CheckpointError, match=said) as error:
        run.load_policy(tmp_path / "old")
    assert "\n" not in str(error.value)


def test_presets():
    assert run.preset("ppo", "CartPole-v1") == run.presets("ppo")["CartPole-v1"]
    assert run.preset("ppo", "Other-v0") == ppo.Config(env="Other-v0")


TRAIN = """
import sys
from pathlib import Path
import jax
jax.config.update("jax_numpy_dtype_promotion", "strict")
from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs import run
from jaxenvs.baselines.runs.options import Options

config = ppo.Config(total_steps=400 * 64, num_envs=4, num_steps=16, hidden=(16,), eval_episodes=3,
                    normalize_obs=True, normalize_reward=True)
out = Path(sys.argv[1])
options = Options(out=out, seeds=2, rows=100, save_every=3, resume=(out / "config.json").exists(),
                  show=False, sweep={"lr": (1e-3, 3e-3)})
run.train("ppo", config, options)
"""


def start_training(root, folder):
    command = [sys.executable, "-W", "error", "-c", TRAIN, str(folder)]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)


def finish(process):
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors


def test_a_killed_run_resumes_to_the_same_bits(request, tmp_path):
    root = request.config.rootpath
    finish(start_training(root, tmp_path / "whole"))
    kills = 0
    for wanted in (1, 40, 90):  # rows in the log when the process is killed
        process = start_training(root, tmp_path / "killed")
        deadline = time.monotonic() + 240
        while process.poll() is None and time.monotonic() < deadline:
            if len(read_rows(tmp_path / "killed" / "metrics.jsonl")) >= 4 * wanted:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills >= 2, "the run was over before it could be killed"
    finish(start_training(root, tmp_path / "killed"))
    assert untimed(tmp_path / "killed") == untimed(tmp_path / "whole")
    assert last_arrays(tmp_path / "killed") == last_arrays(tmp_path / "whole")
    whole, killed = (
        json.loads((tmp_path / name / "result.json").read_text())["agents"]
        for name in ("whole", "killed")
    )
    assert whole == killed
    assert jnp.isfinite(jnp.array([agent["return"] for agent in whole])).all()
