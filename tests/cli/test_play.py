from jaxenvs.cli import main


def test_play_opens_a_window_and_reports(capsys):
    argv = ["play", "CartPole-v1", "--seconds", "0.5", "--size", "96", "--set", "max_steps=3"]
    assert main(argv) == 0
    assert capsys.readouterr().out.startswith("CartPole-v1: ")


def test_a_game_without_keys_is_refused(capsys, monkeypatch):
    from jaxenvs.render.draw import classic

    monkeypatch.delitem(classic.KEYS, "Pendulum")
    assert main(["play", "Pendulum-v1"]) == 2
    assert "Pendulum cannot be played by hand" in capsys.readouterr().err


def test_without_a_screen_it_says_so(capsys, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-such")
    assert main(["play", "CartPole-v1"]) == 2
    assert "no window can be opened" in capsys.readouterr().err
