"""A game of another package works everywhere an id does, in Python and by the command."""

import json
import pathlib
import sys
import warnings

import gymnasium as gym
import imageio.v3 as iio
import jax
import numpy as np
import pytest
from gymnasium.envs import registration

import jaxenvs
import jaxenvs.render
from jaxenvs import registry, spaces
from jaxenvs.cli import main

GAME = '''
"""A corridor, in a file of its own, as docs/contract.md has it."""

import jax
import jax.numpy as jnp
import jaxenvs
from jaxenvs import core, spaces


class State(core.State):
    position: jax.Array


class Params(core.Params):
    slip: float = 0.1
    max_steps: int = 5


class Corridor(core.Env[State, Params]):
    """Walk to the right end."""

    length: int = 6

    def original_params(self):
        return Params()

    def initial(self, key, params):
        return State(time=jnp.int32(0), position=jnp.int32(0))

    def transition(self, key, state, action, params):
        slips = jax.random.bernoulli(key, params.slip)
        move = jnp.where(slips, 0, 2 * action - 1)
        position = jnp.clip(state.position + move, 0, self.length - 1)
        terminated = position == self.length - 1
        return state.replace(position=position), terminated.astype(jnp.float32), terminated, {}

    def observe(self, state, params):
        return jax.nn.one_hot(state.position, self.length, dtype=jnp.float32)

    def observation_space(self, params=None):
        return spaces.Box(0.0, 1.0, (self.length,))

    def action_space(self, params=None):
        return spaces.Discrete(2)


jaxenvs.register("Corridor-v0", f"{__name__}:Corridor", max_steps=5)
'''
TINY = ["--total-steps", "64", "--num-envs", "2", "--num-steps", "8", "--hidden", "4", "--rows"]
TINY += ["1", "--num-minibatches", "1", "--eval-episodes", "1", "--no-tensorboard"]


@pytest.fixture
def table(monkeypatch):
    """The tables of ids as they are, whatever a test adds to them."""
    monkeypatch.setattr(registry, "_SPECS", dict(registry._SPECS))
    monkeypatch.setattr(registry, "_sought", set())
    monkeypatch.setattr(registration, "registry", dict(registration.registry))
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("mycorridor", "broken")):
            del sys.modules[name]


@pytest.fixture
def corridor(table, tmp_path, monkeypatch):
    """A folder with mycorridor.py, which is the current one."""
    (tmp_path / "mycorridor.py").write_text(GAME)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def installed(folder: pathlib.Path, module: str, package: str) -> None:
    """What pip leaves of a package that names its module."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[jaxenvs.envs]\ngames = {module}\n")


def test_an_id_may_bring_its_module(corridor, monkeypatch):
    monkeypatch.syspath_prepend(corridor)
    with pytest.raises(ValueError, match="no environment 'Corridor-v0'"):
        jaxenvs.spec("Corridor-v0")
    env = jaxenvs.make("mycorridor:Corridor-v0", length=7)
    assert env.observation_space() == spaces.Box(0.0, 1.0, (7,))
    assert jaxenvs.spec("mycorridor:Corridor-v0").id == "Corridor-v0"
    game = gym.make("mycorridor:jaxenvs/Corridor-v0", render_mode="rgb_array")
    game.reset(seed=0)
    frame = game.render()
    assert isinstance(frame, np.ndarray)
    assert frame.shape[1:] == (512, 3)


@pytest.mark.parametrize(
    ("env_id", "says"),
    [
        ("nowhere:Corridor-v0", "there is no module 'nowhere' on Python's path"),
        ("mycorridor:Corridr-v0", "no environment 'mycorridor:Corridr-v0'; did you mean Corridor"),
        ("broken:Corridor-v0", "'broken' cannot be imported: ZeroDivisionError: division by zero"),
        (":Corridor-v0", "cannot be imported"),
    ],
)
def test_what_cannot_be_found_is_named_in_one_line(corridor, capsys, env_id, says):
    (corridor / "broken.py").write_text("1 / 0")
    assert main(["play", env_id]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_an_entry_point_that_names_no_class_is_said(table):
    jaxenvs.register("Nothing-v0", "tests.toys:Nothing", max_steps=0)
    with pytest.raises(ValueError, match=r"Nothing-v0: tests\.toys has no class 'Nothing'"):
        jaxenvs.make("Nothing-v0")


def test_the_same_row_may_be_registered_again(table):
    for _ in range(2):
        jaxenvs.register("TestToys-Walk-v9", "tests.toys:Walk", max_steps=5)
    with pytest.raises(ValueError, match="registered already"):
        jaxenvs.register("TestToys-Walk-v9", "tests.toys:Walk", max_steps=6)
    with pytest.raises(ValueError, match="expected no colon"):
        jaxenvs.register("tests:Walk-v9", "tests.toys:Walk", max_steps=5)


def test_an_installed_package_names_its_module(corridor, monkeypatch):
    installed(corridor, "mycorridor", "games")
    monkeypatch.syspath_prepend(corridor)
    assert jaxenvs.make("CartPole-v1")
    assert "mycorridor" not in sys.modules  # nobody has asked for it
    assert jaxenvs.make("Corridor-v0").observation_space() == spaces.Box(0.0, 1.0, (6,))
    assert jaxenvs.list_envs("mycorridor") == ["Corridor-v0"]


def test_a_broken_package_is_left_out_with_a_warning(corridor, monkeypatch):
    (corridor / "broken.py").write_text("raise SystemExit(3)")
    installed(corridor, "mycorridor", "games")
    installed(corridor, "broken", "trouble")
    monkeypatch.syspath_prepend(corridor)
    with pytest.warns(RuntimeWarning, match=r"trouble is left out: 'broken' cannot .*SystemExit"):
        ids = jaxenvs.list_envs()
    assert "Corridor-v0" in ids
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert jaxenvs.list_envs() == ids  # it is said once


def test_every_command_takes_it(corridor, monkeypatch, capsys):
    """The current folder is on the path of the command, which the script's own is not."""
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != ""])
    env_id = "mycorridor:Corridor-v0"
    assert main(["bench", env_id, "--num-envs", "2", "--num-steps", "2", "--repeats", "1"]) == 0
    assert main(["list", "corridor-v0"]) == 0
    assert "mycorridor" in capsys.readouterr().out
    assert main(["watch", env_id, "--size", "64", "--max-steps", "2"]) == 0
    assert len(iio.imread(corridor / "Corridor-v0.gif")) > 2
    assert main(["play", env_id, "--seconds", "0.2", "--size", "96"]) == 0
    assert capsys.readouterr().out.endswith(f"{env_id}: 0 steps, score 0\n")


@pytest.mark.slow
def test_a_run_of_it_is_resumed_watched_and_loaded_by_its_id(corridor, capsys):
    env_id = "mycorridor:Corridor-v0"
    assert main(["train", "ppo", "--env", env_id, *TINY, "--out", "run"]) == 0
    config = json.loads((corridor / "run" / "config.json").read_text())["config"]
    assert config["env"] == env_id
    assert (corridor / "run" / "policy.gif").exists()
    assert main(["train", "ppo", "--out", "run", "--resume", "--no-film"]) == 0
    assert main(["watch", env_id, "--policy", "run", "--size", "64"]) == 0
    flags = ["--algorithms", "ppo", "--envs", env_id, "--out", "study", "--seeds", "2"]
    changes = {"total_steps": 64, "num_envs": 2, "num_steps": 8, "num_minibatches": 1}
    assert main(["study", *flags, "--changes", json.dumps(changes)]) == 0
    assert "Corridor-v0" in capsys.readouterr().out


def test_a_game_s_own_table_has_its_picture(corridor, monkeypatch):
    table = """
from jaxenvs.render import Controls, Picture
import numpy as np

def paint(env, state, params, size):
    return np.full((size, size, 3), int(state.position), np.uint8)

PICTURES = {Corridor: Picture(paint, Controls(keys={"right": (1, "go")}))}
"""
    (corridor / "mycorridor.py").write_text(GAME + table)
    monkeypatch.syspath_prepend(corridor)
    env = jaxenvs.make("mycorridor:Corridor-v0")
    state = env.reset(jax.random.key(0))[1].replace(position=np.int32(3))
    assert (jaxenvs.render.frame(env, state, size=8) == 3).all()
