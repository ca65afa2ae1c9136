"""Zero-shot play and fine-tuning on Kinetix: what is compared, and what is written about it."""

import json
from pathlib import Path

import numpy as np
import pytest

from jaxenvs.baselines.runs.options import RunError
from jaxenvs.baselines.runs.solved import rates_of_run
from jaxenvs.baselines.studies import kinetix_transfer as study


def test_all_hand_made_levels_of_a_size_are_judged():
    names = study.level_names("s")
    assert set(study.TARGETS) < set(names)
    assert len(set(names)) == len(names) >= 10
    assert all(name.startswith("s/") for name in names)
    level = study.level_of(study.Plan(out=Path()), "s/h6_unicycle_right")
    assert level.size == (5, 2, 1, 1)


def test_the_table_of_zero_shot_play():
    rates = {
        "untrained": np.array([[0.0, 0.1], [0.2, 0.1]], np.float32),
        "trained": np.array([[1.0, 0.5], [0.5, 0.0]], np.float32),
    }
    lines = study.zero_shot_table(rates, ["s/one", "s/two"]).splitlines()
    assert lines[0].startswith("Solve rate in %, mean of 2 seeds")
    assert lines[-3:-1] == ["| s/one | 10 | 75 |", "| s/two | 10 | 25 |"]
    assert lines[-1].startswith("| all 2 | 10 [5, 15] | 50 [")


def test_the_table_of_fine_tuning_has_the_levels_that_are_done():
    plan = study.Plan(out=Path(), targets=("s/one", "s/two"), attempts=4, target_steps=1000)
    after = {"s/one": {"from scratch": np.array([0.0, 0.5]), "fine-tuned": np.array([1.0, 0.5])}}
    lines = study.fine_tuning_table(plan, {"s/one": 0.25, "s/two": 0.0}, after).splitlines()
    assert lines[0].startswith("Solve rate in %, of 4 attempts; after 1,000 steps")
    assert lines[3:] == ["|---|---|---|---|", "| s/one | 25 | 25 (0) | 75 (50) |"]


def test_curves_leave_out_rows_without_episodes(tmp_path):
    rows = [
        {"update": u, "env_steps": 8 * u, "seed": seed, "episode_return": share}
        | {"episode_success": share}
        for u, shares in [(1, (None, None)), (2, (0.5, None)), (3, (0.5, 1.0))]
        for seed, share in enumerate(shares)
    ]
    text = "\n".join(json.dumps(row) for row in [{"header": {}}, *rows])
    (tmp_path / "metrics.jsonl").write_text(text + "\n")
    steps, shares = study.success_curve(tmp_path)
    np.testing.assert_array_equal(steps, [16, 24])
    np.testing.assert_array_equal(shares, [[0.5, np.nan], [0.5, 1.0]])


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="expected a run's folder"):
        rates_of_run(tmp_path, [])


@pytest.mark.slow
def test_a_small_study_is_conducted_once(tmp_path, monkeypatch):
    plan = study.Plan(
        out=tmp_path,
        steps=512,
        seeds=2,
        targets=("s/h6_unicycle_right",),
        target_steps=512,
        target_seeds=2,
        attempts=2,
        changes={"num_envs": 8, "num_steps": 16, "eval_episodes": 2, "hidden": (8,)},
        devices=1,
    )
    study.conduct(plan)
    table = (tmp_path / "fine_tuning.md").read_text()
    assert table.splitlines()[-1].startswith("| s/h6_unicycle_right | ")
    assert (tmp_path / "zero_shot.md").read_text().count("\n| s/") == len(study.level_names("s"))
    assert (tmp_path / "fine_tuning.png").stat().st_size > 10_000
    config = json.loads((tmp_path / "s-h6_unicycle_right-fine-tuned" / "config.json").read_text())
    assert config["options"]["init_from"] == str(tmp_path / "general")
    assert config["config"]["env_kwargs"]["level"] == "s/h6_unicycle_right"
    assert config["config"]["env_kwargs"]["dense_reward_scale"] == 0.2
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.json")}
    assert len(before) == 3
    study.conduct(plan)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("result.json")}
