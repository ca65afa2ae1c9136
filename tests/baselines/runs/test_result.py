"""What a run's result says, in words and in its file."""

import json

import pytest

from jaxenvs.baselines.runs.result import Result, read_finished, read_result

SCORES = {"return_std": 3.0, "return_min": -40.0, "return_max": 60.0, "length": 25.0}


def result(agents, out="runs/x"):
    return Result(
        out=str(out),
        algorithm="ippo",
        env="MPE-SimpleTag-v3",
        updates=6,
        env_steps=1234,
        agents=agents,
        train_seconds=2.0,
        compile_seconds=7.25,
        steps_per_second=617.0,
        num_devices=1,
        versions={"jax": "0"},
    )


def learner(seed, score, setting=(), own=()):
    return {**dict(setting), "seed": seed, **dict(own), "return": score, **SCORES}


SWEPT = [
    learner(seed, score, {"lr": lr, "ent_coef": 0.0})
    for lr, scores in ((1e-3, (10.0, 20.0)), (1e-2, (30.0, 50.0)))
    for seed, score in zip((5, 6), scores, strict=True)
]


def test_a_sweep_has_a_row_per_setting():
    first, second = result(SWEPT).settings
    assert first == {
        "lr": 1e-3,
        "ent_coef": 0.0,
        "seeds": 2,
        "return": 15.0,
        "return_std": 5.0,
        "best_seed": 6,
        "best_return": 20.0,
        "worst_seed": 5,
        "worst_return": 10.0,
    }
    assert (second["lr"], second["return"], second["worst_seed"]) == (1e-2, 40.0, 5)
    lines = result(SWEPT).table().splitlines()
    at = lines.index("settings")
    header = "lr ent_coef seeds mean std best seed worst seed"
    row = "0.001 0 2 15.0 5.0 20.0 (6) 10.0 (5)"
    assert lines[at + 1].split() == header.split()
    assert lines[at + 3].split() == row.split()
    assert lines[-2].startswith("best setting lr=0.01, ent_coef=0: mean 40.0, worst seed 30.0,")


def test_without_a_sweep_there_is_one_table():
    lines = result([learner(0, 10.0), learner(1, 20.0)]).table().splitlines()
    names = "seed greedy return std worst episode length"
    assert lines[0].split() == names.split()
    assert lines[2:4] == [
        "   0           10.0  3.0          -40.0    25.0",
        "   1           20.0  3.0          -40.0    25.0",
    ]
    assert lines[4] == "mean 15.0, worst seed 10.0, after 1,234 steps of each seed"
    assert "worst seed" not in result([learner(0, 10.0)]).table()


@pytest.mark.parametrize("num_agents", [2, 4, 20])
def test_returns_of_agents_come_after_it_in_80_columns(num_agents):
    own = {f"return_adversary_{i}": -21.12345 for i in range(num_agents)}
    table = result([learner(seed, -10.0, own=own) for seed in range(3)]).table()
    lines = table.splitlines()
    assert lines[0].split()[-1] == "length"
    assert max(map(len, lines)) <= 80
    assert all(f"adversary_{i}" in table for i in range(num_agents))
    assert table.count("-21.1 ") + table.count("-21.1\n") == 3 * num_agents
    assert "-21.12" not in table


def test_the_file_is_read_again_also_that_of_an_older_version(tmp_path):
    path = tmp_path / "result.json"
    result(SWEPT, tmp_path).write(path)
    assert read_result(path) == result(SWEPT, tmp_path)
    content = json.loads(path.read_text())
    assert content.pop("settings") == result(SWEPT).settings
    path.write_text(json.dumps(content))
    assert read_result(path) == result(SWEPT, tmp_path)
    for damaged in ("", "[]", "{}", json.dumps(content | {"agents": 3})):
        path.write_text(damaged)
        assert read_result(path) is None


def test_a_run_is_finished_with_the_updates_that_were_judged(tmp_path):
    result(SWEPT, tmp_path).write(tmp_path / "result.json")
    assert read_finished(tmp_path, 6) is None  # no curve
    (tmp_path / "curve.png").touch()
    assert read_finished(tmp_path, 6) == result(SWEPT, tmp_path)
    assert read_finished(tmp_path, 5) is None  # the newest checkpoint is torn
