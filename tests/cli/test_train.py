"""One tiny run through the command line, and what the other commands make of its folder."""

import contextlib
import io
import json

import imageio.v3 as iio
import pytest

import jaxenvs
from jaxenvs.baselines.runs import loop, run
from jaxenvs.baselines.runs.options import RunFailed
from jaxenvs.cli import main, train

TINY = ["--total-steps", "512", "--num-envs", "4", "--num-steps", "32", "--hidden", "8"]
TINY += ["--eval-episodes", "2", "--rows", "2", "--no-tensorboard"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs") / "tiny"


@pytest.fixture(scope="module")
def trained(folder):
    argv = ["train", "ppo", "--env", "CartPole-v1", *TINY, "--seeds", "2", "--seed", "5"]
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        flags = ["--sweep.ent-coef", "0", ".01", "--lr", "1e-3", "--out", str(folder)]
        assert main([*argv, *flags]) == 0
    (folder / "said").write_text(said.getvalue())
    return folder


def test_a_run_leaves_results_curve_film_and_checkpoint(trained):
    agents = json.loads((trained / "result.json").read_text())["agents"]
    assert [(agent["ent_coef"], agent["seed"]) for agent in agents] == [
        (0.0, 5),
        (0.0, 6),
        (0.01, 5),
        (0.01, 6),
    ]
    config = json.loads((trained / "config.json").read_text())["config"]
    assert config["lr"] == 1e-3
    assert config["hidden"] == [8]
    assert iio.imread(trained / "curve.png").ndim == 3
    assert len(iio.imread(trained / train.FILM_NAME)) > 8
    assert list((trained / "checkpoints").glob("*.npz"))


def test_it_says_at_once_what_it_does_and_waits_for(trained):
    lines = (trained / "said").read_text().splitlines()
    first = "ppo on CartPole-v1: 2 settings of 2 seeds, 512 steps each, in "
    assert lines[0] == f"{first}{trained}"
    assert lines[1].startswith("compiling ... ")
    assert lines[-2].startswith("evaluating ... ")
    assert lines[-1].startswith("filming ... ")
    assert all(line.startswith("update ") for line in lines[2:-2])
    assert not any("nan" in line for line in lines)


def test_a_folder_with_a_run_is_not_touched(trained, capsys):
    before = (trained / "result.json").read_bytes()
    assert main(["train", "ppo", *TINY, "--out", str(trained)]) == 2
    assert "holds a run" in capsys.readouterr().err
    assert (trained / "result.json").read_bytes() == before


def test_a_finished_run_resumes_to_the_same_result(trained, capsys):
    before = json.loads((trained / "result.json").read_text())["agents"]
    film = (trained / train.FILM_NAME).stat().st_mtime_ns
    assert main(["train", "ppo", "--out", str(trained), "--resume"]) == 0
    assert json.loads((trained / "result.json").read_text())["agents"] == before
    assert (trained / train.FILM_NAME).stat().st_mtime_ns == film
    shown, said = capsys.readouterr()
    assert said == ""  # nothing is compiled, trained or filmed
    assert "greedy return" in shown
    assert str(trained / "curve.png") in shown
    assert str(trained / "checkpoints") in shown


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".html"])
def test_watch_films_a_run(trained, tmp_path, capsys, suffix):
    out = tmp_path / f"film{suffix}"
    assert main(["watch", str(trained), "--out", str(out), "--size", "96"]) == 0
    assert out.stat().st_size > 1000
    assert str(out) in capsys.readouterr().out


def test_watch_can_choose_the_agent_and_the_length(trained, tmp_path):
    films = []
    for agent in ("0", "0", "2"):
        out = tmp_path / "film.gif"
        argv = ["watch", str(trained), "--agent", agent, "--max-steps", "5", "--size", "64"]
        assert main([*argv, "--out", str(out), "--episodes", "2"]) == 0
        films.append(iio.imread(out))
    assert (films[0] == films[1]).all()
    assert len(films[0]) == 2 * (1 + 5 + 20)


def test_a_missing_agent_is_named(trained, capsys):
    assert main(["watch", str(trained), "--agent", "4"]) == 2
    assert "agent: expected 0 to 3, got 4" in capsys.readouterr().err


def test_a_policy_plays_a_changed_game(trained, tmp_path):
    out = tmp_path / "film.gif"
    argv = ["watch", "CartPole-v1", "--policy", str(trained), "--set", "max_steps=3"]
    argv += ["x_limit=3.0"]
    assert main([*argv, "--plain", "--size", "64", "--out", str(out)]) == 0
    assert len(iio.imread(out)) == 1 + 3 + 20


def test_a_policy_for_another_game_is_refused(trained, capsys):
    assert main(["watch", "Pendulum-v1", "--policy", str(trained)]) == 2
    assert "trained on CartPole-v1, with other spaces" in capsys.readouterr().err


def test_watch_films_random_play_into_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["watch", "MountainCar-v0", "--max-steps", "3", "--size", "64"]) == 0
    assert (tmp_path / "MountainCar-v0.gif").exists()


def test_flags_that_are_left_out_come_from_the_preset():
    default = train.run.default_config("ppo")
    assert train.read("ppo", [])[0] == train.run.preset("ppo", default.env)
    for env_id, preset in train.run.presets("ppo").items():
        assert train.read("ppo", ["--env", env_id])[0] == preset
        assert train.read("ppo", [f"--env={env_id}", "--lr", "7"])[0].lr == 7
        moved = train.read("ppo", ["--preset", env_id, "--env", "Acrobot-v1"])[0]
        assert moved.env == "Acrobot-v1"
        assert moved.total_steps == preset.total_steps


def test_every_field_of_the_config_is_a_flag(capsys):
    with pytest.raises(SystemExit):
        main(["train", "ppo", "--help"])
    shown = capsys.readouterr().out
    config = train.run.default_config("ppo")
    for name in config.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in shown
    for name in config.hyper_params.__dataclass_fields__:
        assert f"--sweep.{name.replace('_', '-')}" in shown


def test_options_of_the_environment_are_read():
    config, _, sweep = train.read("ppo", ["--env-kwargs", "gravity=3.7", "integrator=euler"])
    assert config.env_kwargs == {"gravity": 3.7, "integrator": "euler"}
    assert jaxenvs.make(config.env, **config.env_kwargs).default_params.gravity > 3.6
    assert sweep == {}


def interrupt(*arguments):
    raise KeyboardInterrupt


def test_the_advice_after_an_interrupt_is_one_that_works(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(loop, "compile_programs", interrupt)
    out = str(tmp_path / "a")
    assert main(["train", "ppo", "--env", "Acrobot-v1", "--seeds", "3", "--out", out]) == 130
    assert f"to go on: jaxenvs train ppo --out {out} --resume\n" in capsys.readouterr().err
    found = json.loads((tmp_path / "a" / "config.json").read_text())
    assert (found["config"]["env"], found["options"]["seeds"]) == ("Acrobot-v1", 3)
    assert main(["train", "ppo", "--out", out, "--resume"]) == 130  # it compiles what was asked for
    assert json.loads((tmp_path / "a" / "config.json").read_text()) == found
    capsys.readouterr()
    monkeypatch.setattr(run.folder, "write_json", interrupt)
    assert main(["train", "ppo", "--out", str(tmp_path / "b")]) == 130
    assert "to go on" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--env", "CartPole-v1"], "env was Acrobot-v1 there, CartPole-v1 is asked for"),
        (["--env=MountainCar-v0"], "env was Acrobot-v1 there, MountainCar-v0 is asked for"),
        (["--lr", "0.5"], "lr was 0.0025 there, 0.5 is asked for"),
        (["--seeds", "1"], "seeds was 3 there, 1 is asked for"),
        (["--no-normalize-obs"], "normalize_obs was True there, False is asked for"),
    ],
)
def test_flags_that_differ_from_the_run_are_refused(tmp_path, monkeypatch, capsys, flags, said):
    monkeypatch.setattr(loop, "compile_programs", interrupt)
    out = ["--out", str(tmp_path / "a")]
    first = ["--env", "Acrobot-v1", "--seeds", "3", "--normalize-obs", "--lr", "0.0025"]
    assert main(["train", "ppo", *first, *out]) == 130
    assert main(["train", "ppo", *flags, *out, "--resume"]) == 2
    assert f"cannot resume, {said}" in capsys.readouterr().err


def test_what_fails_on_the_way_is_a_line_and_exit_code_1(tmp_path, monkeypatch, capsys):
    def fail(*arguments):
        raise RunFailed("a: No space left on device")

    monkeypatch.setattr(run, "train", fail)
    with pytest.raises(SystemExit) as end:
        main(["train", "ppo", "--out", str(tmp_path / "a")])
    assert end.value.code == 1
    assert capsys.readouterr().err == "jaxenvs train: a: No space left on device\n"
