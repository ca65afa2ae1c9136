"""Frames and films from Python, and what notebooks show."""

import base64
import re
from typing import Any, NamedTuple

import imageio.v3 as iio
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.render import film
from jaxenvs.render.card import card
from jaxenvs.wrappers import FrameStack
from tests.toys import Crowd


class Agent(NamedTuple):
    """As `jaxenvs.baselines.load_policy` gives it."""

    env: Any
    act: Any
    memory: Any = None


def embedded(html: str) -> np.ndarray:
    """The one picture of a page."""
    (data,) = re.findall(r'src="data:image/\w+;base64,([^"]+)"', html)
    return iio.imread(base64.b64decode(data))


@pytest.fixture(scope="module")
def cartpole():
    return jaxenvs.make("CartPole-v1", max_steps=4)


def test_a_film_is_written_and_shown(cartpole, tmp_path):
    shot = film(cartpole, tmp_path / "a.gif", size=64)
    assert shot.path == tmp_path / "a.gif"
    assert shot.scores == [4]
    assert shot.fps == 50
    assert len(iio.imread(tmp_path / "a.gif")) == len(shot) == 1 + 4 + 20
    assert shot.frames[0].shape[1:] == (64, 3)
    assert shot.frames[0].shape[0] > film(cartpole, size=64, strip=False).frames[0].shape[0]
    assert len(embedded(shot._repr_html_())) == len(shot)
    assert "CartPole" in repr(shot)
    assert shot.save(tmp_path / "a.html").read_text().startswith("<!DOCTYPE html>")


def test_a_trained_agent_plays_what_it_was_trained_on_and_what_is_like_it(cartpole):
    def right(obs, key, mask):
        return jnp.int32(1)

    def left(obs, key, mask, memory):
        return jnp.int32(0), memory + 1

    longer = jaxenvs.make("CartPole-v1", max_steps=4, x_limit=3.0)
    own, other = film(Agent(cartpole, right), size=96), film(longer, policy=Agent(cartpole, right))
    assert own.scores == other.scores == [4]
    assert film(Agent(cartpole, left, jnp.int32(0)), size=96).frames[4].tobytes() != (
        own.frames[4].tobytes()
    )
    with pytest.raises(ValueError, match=r"policy: it was trained on CartPole.* with other spaces"):
        film(jaxenvs.make("Pendulum-v1"), policy=Agent(cartpole, right))
    with pytest.raises(TypeError, match="policy: a trained agent plays itself"):
        film(Agent(cartpole, right), policy=right)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"out": "a.avi"}, "out: expected a name that ends in .gif"),
        ({"episodes": 0}, "episodes: expected at least 1, got 0"),
        ({"max_steps": -1}, "max_steps: expected at least 1, got -1"),
        ({"size": 8}, "size: expected 32 to 4096 pixels, got 8"),
        ({"fps": float("nan")}, "fps: expected more than 0, got nan"),
    ],
)
def test_what_cannot_be_filmed_is_refused_first(cartpole, asked, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        film(cartpole, **asked)


def test_an_environment_is_wanted():
    with pytest.raises(TypeError, match="env: expected an environment or a trained agent, got 'Ca"):
        film("CartPole-v1")  # pyright: ignore[reportArgumentType]


def test_notebooks_show_a_card_of_an_environment(cartpole, monkeypatch):
    shown = cartpole._repr_html_()
    assert ">CartPole<" in shown
    assert '<td style="text-align:left">gravity</td>' in shown
    assert "<code>9.8</code>" in shown
    assert "Discrete(2)" in shown
    assert embedded(shown).shape[1] == 220
    assert "FrameStack of CartPole" in card(FrameStack(env=cartpole, num_frames=2))
    assert "small, middle, large" in card(Crowd())
    monkeypatch.setattr("jaxenvs.render.card.frame", _absent)
    assert "<img" not in cartpole._repr_html_()


def _absent(*_, **__):
    raise ModuleNotFoundError("needs pygame", name="pygame")
