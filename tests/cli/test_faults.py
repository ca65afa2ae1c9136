"""No traceback reaches a user of the command, whatever happens."""

import gc
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from jaxenvs.cli import command, faults, interrupts, main
from jaxenvs.extras import MissingExtra


def failing(monkeypatch, error):
    """Makes `jaxenvs list` raise an error."""

    def fail(argv):
        raise error

    monkeypatch.setattr("jaxenvs.cli.list_envs.main", fail)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (faults.UsageError("--size: too small"), 2, "jaxenvs list: --size: too small"),
        (MissingExtra("needs optax"), 2, "jaxenvs list: needs optax"),
        (OSError(28, "No space left on device"), 1, "jaxenvs list: No space left on device"),
        (OSError(13, "Permission denied", "/x"), 1, "jaxenvs list: /x: Permission denied"),
        (MemoryError(), 1, "jaxenvs list: out of memory; ask for less at once"),
        (
            RuntimeError("RESOURCE_EXHAUSTED: Out of memory\nallocating 3 GiB"),
            1,
            "out of memory: RESOURCE_EXHAUSTED: Out of memory allocating 3 GiB; ask for less",
        ),
        (KeyboardInterrupt(), 130, "jaxenvs list: interrupted"),
    ],
)
def test_what_ends_a_command_is_one_line_and_a_code(error, code, says, monkeypatch, capsys):
    failing(monkeypatch, error)
    assert main(["list"]) == code
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_an_error_that_nobody_foresaw_says_where_its_traceback_is(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing(monkeypatch, TypeError("unhashable\n" + "x" * 1000))
    assert main(["list"]) == 70
    said = capsys.readouterr().err
    assert said.startswith("jaxenvs list: stopped by an error that nobody foresaw, TypeError: un")
    assert said.count("\n") == 1
    assert len(said) < 700
    (kept,) = re.findall(r"with (\S+\.txt)$", said.strip())
    text = pathlib.Path(kept).read_text()
    assert "Traceback (most recent call last)" in text
    assert "in fail" in text


def test_the_process_of_an_interrupted_command_ends_at_once(monkeypatch):
    ended = []
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr("sys.argv", ["jaxenvs", "list"])
    failing(monkeypatch, KeyboardInterrupt())
    with pytest.raises(SystemExit):
        command()
    assert ended == [130]


def collect_and_wait(armed):
    armed.append(True)  # what is dropped before this is lost for good
    gc.collect()  # Python says "Exception ignored" of what a callback raises, and goes on
    time.sleep(5)


def test_an_interrupt_that_python_drops_comes_again(capfd):
    armed, dropped = [], []

    def callback(phase, info):
        if armed and not dropped:
            dropped.append(phase)
            raise KeyboardInterrupt

    gc.callbacks.append(callback)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # xdist ignores it
    try:
        with pytest.raises(KeyboardInterrupt), interrupts.delivered():
            collect_and_wait(armed)
    finally:
        signal.signal(signal.SIGINT, before)
        gc.callbacks.remove(callback)
    assert dropped
    assert "Exception ignored" not in capfd.readouterr().err


def test_other_errors_that_python_drops_are_shown_as_ever(monkeypatch):
    shown = []
    monkeypatch.setattr(sys, "unraisablehook", shown.append)
    with interrupts.delivered():
        hook: Any = sys.unraisablehook
        hook(type("Lost", (), {"exc_value": ValueError("lost")}))
    assert len(shown) == 1


def test_a_closed_pipe_ends_the_command_without_a_word():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "jaxenvs", "list"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.5, 2.5, 4.0, 6.0])
@pytest.mark.parametrize(
    "argv",
    [
        ["bench", "CartPole-v1", "Acrobot-v1", "MountainCar-v0"],
        ["train", "ppo", "--env", "Acrobot-v1", "--seeds", "3", "--out"],
    ],
    ids=["bench", "train"],
)
def test_an_interrupt_ends_a_command_soon(argv, seconds, tmp_path):
    if argv[-1] == "--out":
        argv = [*argv, str(tmp_path / "run")]
    process = subprocess.Popen(
        [sys.executable, "-m", "jaxenvs", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "0"},
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == f"jaxenvs {argv[0]}: interrupted"
    assert "Traceback" not in said
    assert "Exception ignored" not in said
