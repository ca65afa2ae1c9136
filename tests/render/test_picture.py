"""A picture is found through the class of its game, and is loaded only when it is asked for."""

import importlib
import pathlib
import subprocess
import sys
import textwrap

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic import pictures
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.render import Controls, Picture, draw, film, frame, picture_of
from jaxenvs.render.observation import observation
from jaxenvs.render.palette import BACKGROUND
from jaxenvs.render.picture import own_picture
from jaxenvs.render.play import Game
from jaxenvs.wrappers import FrameStack
from tests.toys import Walk


@pytest.mark.parametrize("env_id", jaxenvs.list_envs())
def test_every_game_has_a_picture(env_id):
    picture = own_picture(jaxenvs.make(env_id))
    assert picture is not None
    assert callable(picture.draw)


def test_a_game_without_a_picture_shows_what_it_observes():
    assert own_picture(Walk()) is None
    assert picture_of(Walk()).draw is observation


def test_a_wrapped_game_is_drawn_from_the_wrapper_s_state():
    env = jaxenvs.make("CartPole-v1")
    wrapped = FrameStack(env=env, num_frames=2)
    _, inner = env.reset(jax.random.key(0))
    _, outer = wrapped.reset(jax.random.key(0))
    assert (draw(wrapped, outer, size=96) == draw(env, inner, size=96)).all()


def flat(env, state, params, size):
    return np.full((size, size, 3), BACKGROUND, np.uint8)


def test_the_older_name_of_frame_keeps_working():
    assert draw is frame


def test_a_missing_package_names_the_extra_that_brings_it(monkeypatch):
    env = jaxenvs.make("CartPole-v1")

    def absent(name, package=None):
        raise ModuleNotFoundError("No module named 'pygame'", name="pygame")

    monkeypatch.setattr("jaxenvs.tables.importlib.import_module", absent)
    with pytest.raises(ModuleNotFoundError, match=r"needs pygame.*pip install 'jaxenvs\[render\]'"):
        frame(env, env.reset(jax.random.key(0))[1])


class Longer(CartPole):
    """Another package's variant of a game that has a picture."""


class Other(CartPole):
    """A variant that has a picture of its own."""


PICTURES = {Other: Picture(flat)}
"""As a script has it, whose classes lie in no package."""


def test_a_class_has_the_picture_of_the_class_it_inherits_from():
    assert picture_of(Longer()) == pictures.PICTURES[CartPole]


def test_a_script_has_the_table_itself():
    env = Other()
    assert picture_of(env).controls is None
    assert (draw(env, env.reset(jax.random.key(0))[1], size=8) == BACKGROUND).all()


GAME = """
from jaxenvs.envs.classic.cartpole import CartPole

class Dark(CartPole):
    pass
"""
TABLE = """
import numpy as np
from jaxenvs.render import Picture
from {package}.deep.dark import Dark

PICTURES = {{Dark: Picture(lambda env, state, params, size: np.zeros((size, size, 3), np.uint8))}}
"""


@pytest.mark.parametrize(("package", "folder"), [("near", "near/deep"), ("around", "around")])
def test_a_third_party_s_package_has_pictures_beside_its_games(
    package, folder, tmp_path, monkeypatch
):
    """Also in a folder around the game's, as a large family has it."""
    (tmp_path / package / "deep").mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "deep" / "__init__.py").touch()
    (tmp_path / package / "deep" / "dark.py").write_text(GAME)
    (tmp_path / folder / "pictures.py").write_text(TABLE.format(package=package))
    monkeypatch.syspath_prepend(tmp_path)
    env = importlib.import_module(f"{package}.deep.dark").Dark()
    assert (draw(env, env.reset(jax.random.key(0))[1], size=8) == 0).all()


def test_games_load_no_picture_and_pictures_no_window(tmp_path: pathlib.Path) -> None:
    """Training on a machine without the extra needs none of it, and a listing starts nothing."""
    script = """
        import sys
        import jaxenvs
        import jaxenvs.baselines
        import jaxenvs.render
        for env_id in jaxenvs.list_envs():
            jaxenvs.spec(env_id).load()
        from jax._src import xla_bridge
        assert not xla_bridge.backends_are_initialized()
        heavy = {"pygame", "flax", "optax", "imageio", "matplotlib"}
        print([name for name in sys.modules if "pictures" in name or name in heavy])
        from jaxenvs.render import picture_of
        picture_of(jaxenvs.make("CartPole-v1"))
        print([name for name in sys.modules if name.endswith("pictures")])
        print("jaxenvs.render.window" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "['jaxenvs.envs.classic.pictures']", "False"]


def striped(env, state, params, size, theme="light", stripes=1):
    del env, state, params
    return np.full((size, size, 3), stripes if theme == "light" else 255 - stripes, np.uint8)


OPTIONS = {"theme": ("light", "dark"), "stripes": (1, 2)}


def test_options_reach_the_picture_and_are_checked(monkeypatch):
    env = jaxenvs.make("CartPole-v1")
    _, state = env.reset(jax.random.key(0))
    monkeypatch.setitem(pictures.PICTURES, CartPole, Picture(striped, options=OPTIONS))
    assert frame(env, state, size=8).max() == 1
    assert frame(env, state, size=8, theme="dark", stripes=2).min() == 253
    with pytest.raises(ValueError, match=r"^theme: expected 'light' or 'dark', got 'sepia'"):
        frame(env, state, theme="sepia")
    with pytest.raises(ValueError, match=r"^dots: the picture of CartPole has no such option; it"):
        frame(env, state, dots=3)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="has no such option; it has no options"):
        frame(env, state, theme="dark")


def test_films_and_play_have_the_picture_s_options(monkeypatch):
    env = jaxenvs.make("CartPole-v1", max_steps=1)
    monkeypatch.setitem(
        pictures.PICTURES,
        CartPole,
        Picture(striped, Controls(keys={"a": (0, "left")}), options=OPTIONS),
    )
    shot = film(env, size=64, theme="dark")
    assert (shot.frames[0][:64] == 254).all()
    assert (shot.frames[0][66:] < 128).mean() > 0.8  # and so is the strip under it
    with pytest.raises(ValueError, match="no such option"):
        film(env, dots=1)
    game = Game(env, options={"theme": "dark"})
    game.restart()
    assert (game.picture(64)[:64] == 254).all()
    with pytest.raises(ValueError, match="no such option"):
        Game(env, options={"dots": 1})
