"""A study from nothing to its report, and again with what is there."""

import errno
import json
import os
import sys

import numpy as np
import pytest

from jaxenvs.baselines.runs import study
from jaxenvs.baselines.runs.options import Options, RunError, RunFailed, describe, write_json
from jaxenvs.baselines.runs.statistics import Interval
from jaxenvs.cli import main

CHANGES = {
    "total_steps": 2 * 32,
    "num_envs": 4,
    "num_steps": 8,
    "num_minibatches": 1,
    "hidden": (4,),
    "eval_episodes": 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("study") / "a"


@pytest.mark.slow
def test_a_study_leaves_a_report_that_holds_everything(folder, capsys):
    flags = ["--algorithms", "ppo", "pqn", "--envs", "CartPole-v1", "--seeds", "2"]
    flags += ["--out", str(folder), "--title", "Two on one", "--changes", json.dumps(CHANGES)]
    assert main(["study", *flags]) == 0
    assert "report.html" in capsys.readouterr().out
    text = (folder / "report.md").read_text()
    assert "# Two on one" in text
    assert "| CartPole-v1 |" in text
    assert "jaxenvs train pqn --env CartPole-v1 --seeds 2 --total-steps 64 --num-envs 4" in text
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 3
    assert "http" not in page
    before = (folder / "ppo-CartPole-v1" / "result.json").stat().st_mtime_ns
    assert main(["study", *flags]) == 0
    assert (folder / "ppo-CartPole-v1" / "result.json").stat().st_mtime_ns == before
    assert (folder / "report.md").read_text() == text


def test_random_play():
    assert 15 < study.random_return("CartPole-v1", {}) < 30


@pytest.fixture
def trained(monkeypatch):
    """What would have been trained."""
    calls = []
    monkeypatch.setattr(study.run, "train", lambda *call: calls.append(call))
    return calls


def write_run(out, changes, seeds, is_finished=True):
    """The folder of a run that was never trained."""
    entry = study.Entry("ppo", "CartPole-v1", changes)
    options = Options(seeds=seeds, rows=7)
    content = describe("ppo", entry.config, options)
    write_json(out / entry.name / "config.json", content)
    if is_finished:
        figures = dict.fromkeys(
            ("env_steps", "compile_seconds", "train_seconds", "steps_per_second"), 1
        )
        agents = [{"seed": i, "return": 20.0 + i} for i in range(seeds)]
        result = figures | {"agents": agents, "versions": {"jaxenvs": "0"}}
        write_json(out / entry.name / "result.json", result)
    return entry


@pytest.mark.parametrize(
    ("changes", "seeds", "said"),
    [
        ({"lr": 0.5}, 1, r"lr was 0\.002 there, the study asks for 0\.5"),
        ({"lr": 0.002}, 3, "seeds was 1 there, the study asks for 3"),
        ({"lr": 0.002, "total_steps": 64_000}, 1, "total_steps was .* there, the study asks for"),
    ],
)
@pytest.mark.parametrize("is_finished", [True, False])
def test_a_run_with_other_settings_is_refused(tmp_path, trained, changes, seeds, said, is_finished):
    write_run(tmp_path, {"lr": 0.002}, 1, is_finished)
    entries = [study.Entry("ppo", "CartPole-v1", changes)]
    with pytest.raises(RunError, match=rf"ppo-CartPole-v1: {said}"):
        study.conduct(entries, tmp_path, seeds, "")
    assert not trained
    assert not (tmp_path / "report.md").exists()


def test_what_is_there_is_kept_and_what_was_cut_goes_on(tmp_path, trained, monkeypatch):
    monkeypatch.setattr(study, "_write", lambda *report: "page")
    entry = write_run(tmp_path, {"lr": 0.002}, 2)
    assert study.conduct([entry], tmp_path, 2, "") == "page"
    assert not trained
    (tmp_path / entry.name / "result.json").unlink()
    study.conduct([entry], tmp_path, 2, "")
    (tmp_path / entry.name / "config.json").unlink()
    study.conduct([entry], tmp_path, 2, "")
    assert [(call[0], call[2].resume, call[2].seeds) for call in trained] == [
        ("ppo", True, 2),
        ("ppo", False, 2),
    ]


def test_the_report_counts_what_was_run(tmp_path, monkeypatch):
    entry = write_run(tmp_path, {}, 1)
    monkeypatch.setattr(study, "aggregates", lambda scores: [])
    scores = study.Scores({"ppo": np.ones((1, 1))}, ["CartPole-v1"], np.zeros(1), np.ones(1))
    text = study.report([entry], scores, tmp_path, 1, "T")
    assert "1 algorithm on 1 environment, 1 seed each." in text
    more = [study.Entry(name, env, {}) for name in ("ppo", "pqn_rnn") for env in ("A-v0", "B-v0")]
    assert study.default_title([entry]) == "PPO on CartPole-v1"
    assert study.default_title(more) == "PPO and PQN-RNN on A-v0 and B-v0"
    path = tmp_path / entry.name / "result.json"
    path.write_text('{"agents": []}')
    with pytest.raises(RunError, match=r"result\.json: env_steps: expected a number, got None"):
        study.report([entry], scores, tmp_path, 1, "T")
    with pytest.raises(RunError, match=r"result\.json: agents: expected 1, one per seed, got 0"):
        study.conduct([entry], tmp_path, 1, "T")


def test_the_chart_of_means_begins_at_random_play(tmp_path, monkeypatch):
    plt, limits = study.curve.pyplot(), []
    monkeypatch.setattr(plt, "close", lambda figure: limits.append(figure.axes[0].get_xlim()))
    monkeypatch.setattr(study.statistics, "interval", lambda values: Interval(0.9, 0.8, 0.95))
    scores = study.Scores({"ppo": np.ones((1, 1))}, ["CartPole-v1"], np.zeros(1), np.ones(1))
    study._draw_aggregate(scores, tmp_path / "a.png")
    assert limits == [(0.0, 1.0)]


def test_a_disk_that_fills_while_the_report_is_written(tmp_path, monkeypatch):
    entry = write_run(tmp_path, {}, 1)

    def full(*report):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(study, "_write", full)
    with pytest.raises(RunFailed, match="No space left on device; the runs are kept"):
        study.conduct([entry], tmp_path, 1, "T")
    flags = ["--algorithms", "ppo", "--envs", "CartPole-v1", "--seeds", "1", "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as end:
        main(["study", *flags])
    assert end.value.code == 1


def test_entries_that_do_not_fit(tmp_path):
    with pytest.raises(RunError, match="changes: env: is chosen by the study"):
        _ = study.Entry("ppo", "CartPole-v1", {"env": "MountainCar-v0"}).config
    with pytest.raises(RunError, match="changes: ppo has no 'lrr'"):
        _ = study.Entry("ppo", "CartPole-v1", {"lrr": 1}).config
    entries = [study.Entry("ppo", env, {}) for env in ("CartPole-v1", "Acrobot-v1")]
    entries.append(study.Entry("pqn", "CartPole-v1", {}))
    with pytest.raises(RunError, match="every algorithm once on every environment"):
        study.conduct(entries, tmp_path, 1, "")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--algorithms", "pppo", "--envs", "CartPole-v1"], "algorithm: expected one of ppo"),
        (["--algorithms", "ppo", "--envs", "CartPole-v1", "--changes", "{"], "--changes: expected"),
        (["--algorithms", "ppo", "--envs", "CartPole-v1", "--changes", "[]"], "a JSON object"),
    ],
)
def test_usage_errors(flags, said, capsys):
    assert main(["study", *flags]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ('{"env": "MountainCar-v0"}', "--changes: env: is chosen by --envs"),
        ('{"nope": 3}', "--changes: nope: no algorithm of the study has it; expected one of act"),
        ('{"num_env": 3}', "did you mean num_envs?"),
        ('{"hidden": 64}', "ppo-CartPole-v1: hidden: expected a tuple, got 64"),
        ('{"num_envs": "3"}', "num_envs: expected a whole number"),
        ('{"env_kwargs": [1]}', "env_kwargs: expected a dict, got (1,)"),
        ('{"env_kwargs": {"mass": 1}}', "mass"),
        ('{"num_minibatches": 7}', "num_minibatches: expected a divisor"),
    ],
)
def test_changes_that_do_not_fit(changes, said, capsys):
    flags = ["--algorithms", "ppo", "pqn", "--envs", "CartPole-v1", "--changes", changes]
    assert main(["study", *flags]) == 2
    assert said in capsys.readouterr().err


def test_a_core_install_is_told_what_is_missing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "optax", None)
    monkeypatch.delitem(sys.modules, "jaxenvs.baselines.ppo", raising=False)
    assert main(["study", "--algorithms", "ppo", "--envs", "CartPole-v1"]) == 2
    assert "needs optax, which is not installed: pip install" in capsys.readouterr().err
