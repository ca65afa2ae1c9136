import subprocess
import sys

import pytest

import jaxenvs
from jaxenvs.cli import COMMANDS, main


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
def test_help_names_every_command(argv, capsys):
    assert main(argv) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"jaxenvs {jaxenvs.__version__}\n"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["lst"], "unknown command 'lst'; did you mean list?"),
        (["xyzzy"], "expected one of list, bench"),
        (["list", "--jsn"], "unknown flag --jsn; did you mean --json?"),
        (["list", "--family", "clasic"], "--family: no family 'clasic'; did you mean classic?"),
        (["list", "CartPol-v1"], "did you mean CartPole-v1"),
        (["list", "--multi-agent", "--single-agent"], "at most one of them"),
        (["bench"], "expected at least one environment"),
        (["bench", "CartPole-v1", "--num-envs", "few"], "--num-envs: expected INT, got 'few'"),
        (
            ["bench", "CartPole-v1", "--num-envs", "0"],
            "--num-envs: expected a whole number of at least 1",
        ),
        (["bench", "CartPole-v9"], "no environment 'CartPole-v9'; did you mean CartPole-v"),
        (["bench", "CartPole-v1", "--resets", "never"], "'never'"),
        (["play"], "ID is missing"),
        (["play", "CartPole"], "did you mean CartPole-v"),
        (["play", "CartPole-v1", "--size", "1"], "--size: expected 64 to 4096, got 1"),
        (["play", "CartPole-v1", "--set", "gravity"], "expected NAME=VALUE"),
        (["play", "CartPole-v1", "--set", "gravty=3"], "unexpected keyword argument 'gravty'"),
        (["watch", "CartPole-v1", "--set", "gravity=abc"], "gravity: expected a number, got 'abc'"),
        (["watch", "CartPole-v1", "--out", "a.avi"], "ends in .gif, .mp4 or .html, got 'a.avi'"),
        (["watch", "CartPole-v1", "--episodes", "0"], "--episodes: expected at least 1, got 0"),
        (["watch", "CartPole-v1", "--size", "0"], "--size: expected 32 to 4096, got 0"),
        (["watch", "CartPole-v1", "--fps", "-2"], "--fps: expected more than 0, got -2"),
        (["watch", "CartPol-v1"], "no environment 'CartPol-v1'; did you mean CartPole-v"),
        (["watch", "tests"], "tests: expected a run's folder, but config.json is missing"),
        (["watch", "CartPole-v1", "--policy", "nowhere"], "nowhere: expected a run's folder"),
        (["train", "pppo"], "algorithm: expected one of ppo"),
        (["train", "pppo"], "got 'pppo'; did you mean ppo?"),
        (
            ["train", "ppo", "--learning-rate", "3"],
            "unknown flag --learning-rate; did you mean --lr?",
        ),
        (["train", "ppo", "--sweep.learning-rate", "3"], "did you mean --sweep.lr?"),
        (["train", "ppo", "--hiden", "3"], "unknown flag --hiden; did you mean --hidden?"),
        (["train", "ppo", "--anneal-lr=nan"], "--anneal-lr: takes no value, got 'nan'"),
        (["train", "ppo", "--memory", "lstm"], "--memory: expected none, gru, s5; got 'lstm'"),
        (["train", "ppo", "5"], "unexpected '5', which belongs to no flag"),
        (
            ["train", "ppo", "--sweep.lr", "nan"],
            "sweep.lr: expected a number of at least 0, finite",
        ),
        (["train", "ppo", "--lr", "nan"], "lr: expected a number of at least 0, finite, got nan"),
        (["train", "ppo", "--env", "MPE-Simple-v3"], "ippo, mappo"),
        (["train", "ippo", "--env", "CartPole-v1"], "ppo, ppo_rnn"),
        (["train", "ppo", "--env", "Cart-v1"], "no environment 'Cart-v1'; did you mean CartPole"),
        (["train", "ppo", "--lr", "fast"], "--lr: expected FLOAT, got 'fast'"),
        (["train", "ppo", "--hidden", "x"], "--hidden: expected INT ..., got 'x'"),
        (["train", "ppo", "--preset", "mine"], "--preset: expected one of CartPole-v1"),
        (["train", "ppo", "--num-minibatches", "3"], "num_minibatches: expected a divisor"),
        (["train", "ppo", "--sweep.env", "1"], "--sweep.env"),
        (["train", "ppo", "--seeds", "0", "--no-film"], "seeds: expected a whole number"),
        (["train", "ppo", "--env-kwargs", "gravty=3"], "unexpected keyword argument 'gravty'"),
        (["train", "ppo", "--env-kwargs", f"max_steps={2**40}"], "max_steps: expected a whole"),
    ],
)
def test_mistakes_get_one_line_and_code_2(argv, says, capsys, tmp_path):
    if argv[:2] == ["train", "ppo"]:
        argv = [*argv, "--out", str(tmp_path / "run")]
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.startswith("jaxenvs")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    argv = [name, "--help"] if name != "train" else [name, "ppo", "--help"]
    with pytest.raises(SystemExit) as exit_:
        main(argv)
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert f"usage: jaxenvs {' '.join(argv[:-1])}" in shown
    assert "options" in shown


def test_train_help_lists_the_algorithms(capsys):
    assert main(["train", "--help"]) == 0
    assert "algorithms: ppo" in capsys.readouterr().out


def test_an_interrupt_is_no_traceback(monkeypatch, capsys):
    def interrupted(argv):
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxenvs.cli.list_envs.main", interrupted)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "jaxenvs list: interrupted\n"


def test_a_missing_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jaxenvs.render.play", None)
    monkeypatch.setitem(sys.modules, "pygame", None)
    assert main(["play", "CartPole-v1"]) == 2
    assert "pip install 'jaxenvs[render]'" in capsys.readouterr().err


CHEAP = """
import sys
from jaxenvs.cli import main
for argv in (["--help"], ["list"], ["list", "--spaces", "--json", "CartPole"]):
    assert main(argv) == 0
heavy = {"flax", "optax", "pygame", "imageio", "matplotlib", "orbax"} & set(sys.modules)
assert not heavy, heavy
from jax._src import xla_bridge
assert not xla_bridge.backends_are_initialized()
"""


def test_list_and_help_start_nothing():
    subprocess.run([sys.executable, "-c", CHEAP], check=True, timeout=60, capture_output=True)


def test_python_m_is_the_command():
    command = [sys.executable, "-m", "jaxenvs", "lst"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "jaxenvs: unknown command 'lst'; did you mean list?\n"
