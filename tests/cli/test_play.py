from jaxenvs.cli import main
from jaxenvs.envs.classic import pictures
from jaxenvs.envs.classic.pendulum import Pendulum
from jaxenvs.render import Picture


def test_play_opens_a_window_and_reports(capsys):
    argv = ["play", "CartPole-v1", "--seconds", "0.5", "--size", "96", "--set", "max_steps=3"]
    assert main(argv) == 0
    assert capsys.readouterr().out.startswith("CartPole-v1: ")


def test_a_game_without_keys_is_refused(capsys, monkeypatch):
    monkeypatch.setitem(pictures.PICTURES, Pendulum, Picture(pictures.pendulum))
    assert main(["play", "Pendulum-v1"]) == 2
    assert "Pendulum cannot be played by hand" in capsys.readouterr().err


def test_without_a_screen_it_says_so(capsys, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-such")
    assert main(["play", "CartPole-v1"]) == 2
    assert "no window can be opened" in capsys.readouterr().err


def test_an_option_that_the_picture_has_not_is_refused(capsys):
    assert main(["play", "CartPole-v1", "--picture", "theme=dark"]) == 2
    assert "theme: the picture of CartPole has no such option" in capsys.readouterr().err
