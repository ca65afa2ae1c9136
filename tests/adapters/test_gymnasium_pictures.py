"""Frames and the window of the single environment."""

import copy
import re

import numpy as np
import pytest

from jaxenvs.adapters._host import frames
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from tests.adapters.compare import make
from tests.toys import Walk


def test_rgb_frames_show_the_state():
    env = make("jaxenvs/CartPole-v1", render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    assert first.dtype == np.uint8
    assert first.shape[2] == 3
    for _ in range(8):
        env.step(1)
    assert (env.render() != first).any()
    assert env.metadata["render_fps"] == 50
    env.close()


def test_human_mode_shows_every_step(monkeypatch):
    shown = []

    class Window:
        def show(self, frame):
            shown.append(frame)

        def keys(self):
            pass

        def wait(self, rate):
            assert rate == 50

        def __exit__(self, *_):
            shown.append(None)

    monkeypatch.setattr(frames, "open_window", lambda title, frame: Window())
    env = make("jaxenvs/CartPole-v1", render_mode="human")
    env.reset(seed=0)
    env.step(0)
    env.step(1)
    copy.deepcopy(env)
    assert len(shown) == 3
    env.close()
    env.close()
    assert shown[3:] == [None]


def test_the_real_window_opens_and_closes():
    env = make("jaxenvs/CartPole-v1", render_mode="human")
    env.reset(seed=0)
    env.step(0)
    env.close()


def test_wrong_render_modes_are_refused():
    with pytest.raises(ValueError, match=r"render_mode: expected None or one of .*'ansi'"):
        GymnasiumEnv(env_id="CartPole-v1", render_mode="ansi")
    env = GymnasiumEnv(Walk())
    with pytest.warns(UserWarning, match=re.escape("render() gives nothing")):
        assert env.render() is None
