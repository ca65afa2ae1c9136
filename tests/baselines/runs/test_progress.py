"""What is said while a run goes on."""

import io
import math
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from jaxenvs import waiting
from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs import curve, progress
from jaxenvs.baselines.runs.options import Options


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(capsys, *updates, num_updates=9):
    with progress.Progress(num_updates, 0, 100, show=True) as bar:
        for update_id, returns in updates:
            bar.update(update_id, np.array(returns))
    return capsys.readouterr().err.splitlines()


def test_the_last_known_return_is_shown(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.0)
    nan = math.nan
    lines = shown(capsys, (1, [nan]), (2, [20.0]), (9, [nan]))
    assert [re.search("s/s  (.*)  ETA", line)[1] for line in lines] == [  # type: ignore[index]
        "no episode has ended yet",
        "return 20",
        "return 20",
    ]
    lines = shown(capsys, (1, [nan, 10.0]), (2, [20.0, nan]), (9, [nan, nan]))
    said = [line.partition("/s  ")[2].partition("  ETA")[0] for line in lines]
    assert said == ["return 10 ± 0", "return 15 ± 5", "return 15 ± 5"]


def test_without_a_terminal_the_first_and_the_last_line_come_in_any_case(capsys):
    lines = shown(capsys, *((i, [1.0]) for i in range(1, 10)))
    assert [line.split()[1] for line in lines] == ["1/9", "9/9"]


def test_waiting_is_one_line_in_a_pipe(capsys):
    with waiting.waiting("compiling"):
        assert capsys.readouterr().err == "compiling ... "
    assert re.fullmatch(r"0\.\d s\n", capsys.readouterr().err)
    with waiting.waiting("compiling", show=False):
        pass
    assert capsys.readouterr().err == ""
    with pytest.raises(KeyboardInterrupt), waiting.waiting("filming"):
        raise KeyboardInterrupt
    assert capsys.readouterr().err.endswith(" s\n")


def test_waiting_is_a_running_clock_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr(waiting, "_TICK_SECONDS", 0.01)
    with waiting.waiting("compiling"):
        time.sleep(0.1)
    assert terminal.getvalue().count("\rcompiling ... 0 s") >= 2
    assert terminal.getvalue().endswith("\rcompiling ... 0.1 s\n")


def test_a_run_is_announced():
    config = ppo.Config(env="CartPole-v1", total_steps=20_000)
    out = Path("runs/x")
    said = progress.announcement("ppo", config, Options(out=out))
    assert said == "ppo on CartPole-v1: 1 seed, 20,000 steps, in runs/x"
    options = Options(out=out, seeds=2, sweep={"lr": (1, 2), "ent_coef": (0, 1)})
    said = progress.announcement("ppo", config, options)
    assert said == "ppo on CartPole-v1: 4 settings of 2 seeds, 20,000 steps each, in runs/x"


def test_legends_say_what_a_line_is():
    assert curve.label_of("ent_coef=0", 2) == "ent_coef=0, mean of 2 seeds"
    assert curve.label_of("", 8) == "mean of 8 seeds"
    assert curve.label_of("lr=1", 1) == "lr=1"
