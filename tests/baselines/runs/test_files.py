"""The files of a run: one line about those of another shape, whoever reads them."""

import json
from pathlib import Path

import pytest

from jaxenvs.baselines.runs import folder, log, run, trained
from jaxenvs.baselines.runs.options import Options, RunError
from tests.baselines.runs.stops import Compiling
from tests.baselines.runs.test_run import CONFIG, options


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", r"expected an object, got \[\]"),
        ("null", "expected an object, got None"),
        ('"x"', "expected an object, got 'x'"),
        ("{}", "algorithm: expected a name, got None"),
        ('{"algorithm": ["ppo"]}', "algorithm: expected a name"),
        ('{"algorithm": "pppo"}', "algorithm: expected one of ppo, .*; got 'pppo'"),
        ('{"algorithm": "ppo"}', "config: expected an object, got None"),
        ('{"algorithm": "ppo", "config": []}', r"config: expected an object, got \[\]"),
        ('{"algorithm": "ppo", "config": {"lrr": 1}, "options": {}}', "ppo has no field 'lrr'"),
        ('{"algorithm": "ppo", "config": {}}', "options: expected an object, got None"),
        ('{"algorithm": "ppo", "config": {}, "options": {"x": 1}}', "options: expected .*'x'"),
        ('{"algorithm": "ppo", "config": {"lr": "x"}, "options": {}}', "lr: expected a number"),
        ('{"algorithm": "ppo", "config": {"hidden": 64}, "options": {}}', "hidden: expected a tup"),
        ('{"algorithm": "ppo", "config": {"env": 3}, "options": {}}', "env: expected a str, got 3"),
        (
            '{"algorithm": "ppo", "config": {}, "options": {"seeds": "3"}}',
            "seeds: expected a w",
        ),
        ('{"algorithm": "ppo", "config": {}, "options": {"sweep": {"lr": 3}}}', "sweep.lr: expec"),
        (
            '{"algorithm": "ppo", "config": {}, "options": {}, "extended_from": 3}',
            "extended_from: ",
        ),
        ("[" * 100_000, "expected JSON, found something else"),
        ("\udcff", "expected JSON, found something else"),
    ],
)
@pytest.mark.usefixtures("no_compiling")
def test_a_config_of_another_shape_is_one_line(tmp_path, content, said):
    path = tmp_path / "config.json"
    path.write_bytes(content.encode(errors="surrogateescape"))
    calls = (
        lambda: run.load_policy(tmp_path),
        lambda: run.train("ppo", CONFIG, options(tmp_path, resume=True)),
    )
    for call in calls:
        with pytest.raises(RunError, match=rf"config\.json: .*{said}") as error:
            call()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", list(run.ALGORITHMS))
def test_every_algorithms_config_is_read_back(name):
    config = run.default_config(name)
    asked = Options(seeds=2, sweep={"lr": (0.5, 1.0)}, init_from=Path("x"))
    kept = folder.Kept(name, config, asked)
    read = folder.fits(kept)
    assert read(kept.description) is None
    found = folder._understand(json.loads(json.dumps(kept.description)), "here")
    assert found.description == kept.description


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "agents: expected a list"),
        ("[]", "agents: expected a list"),
        ('{"agents": [3]}', r"agents\[0\]\.return: expected a number, got None"),
        ('{"agents": [{"return": "x"}]}', r"agents\[0\]\.return: expected a number, got 'x'"),
    ],
)
def test_a_result_of_another_shape_is_one_line(tmp_path, content, said):
    (tmp_path / "result.json").write_text(content)
    with pytest.raises(RunError, match=rf"result\.json: {said}"):
        trained.read_agents(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"5", "expected an object, got 5"),
        (b"\xff\xfe", "expected JSON, found something else"),
        (b'{"update": 1', "expected JSON, found something else"),
        (b'{"update": "x"}', "update: expected a number, got 'x'"),
        (b'{"update": 1}', "env_steps: expected a number, got None"),
    ],
)
def test_rows_of_another_shape_are_one_line(tmp_path, no_compiling, line, said):
    described = folder.Kept("ppo", CONFIG, options(tmp_path)).description
    (tmp_path / "config.json").write_text(json.dumps(described))
    path = tmp_path / "metrics.jsonl"
    row = {"update": 1, "env_steps": 32, "seed": 0, "episode_return": None}
    whole = b"".join(json.dumps(x).encode() + b"\n" for x in ({"header": {}}, row))
    path.write_bytes(whole + line + b"\n")
    with pytest.raises(RunError, match=rf"metrics\.jsonl, line 3: {said}"):
        run.train("ppo", CONFIG, options(tmp_path, resume=True))
    assert not no_compiling
    path.write_bytes(whole + line)  # a line that a kill has cut is left out
    assert [found["update"] for found in log.read_rows(path)] == [1]
    with pytest.raises(Compiling):
        run.train("ppo", CONFIG, options(tmp_path, resume=True))
