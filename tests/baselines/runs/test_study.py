"""A study from nothing to its report, and again with what is there."""

import json

import pytest

from jaxenvs.baselines.runs import study
from jaxenvs.baselines.runs.options import RunError
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


def test_entries_that_do_not_fit(tmp_path):
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
