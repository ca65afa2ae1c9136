"""What people see of Kinetix, and the keys with which they play it."""

import types
from typing import Any

import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.kinetix import pictures
from jaxenvs.envs.kinetix._actions import space
from jaxenvs.envs.kinetix._library import load_level
from jaxenvs.envs.kinetix._published import published
from jaxenvs.envs.kinetix.files import write
from jaxenvs.render import film, picture_of
from jaxenvs.render.play import Game
from jaxenvs.render.themes import DARK
from jaxenvs.render.window import Keys

SMALL, WITH_WORDS = 96, pictures.LEGEND_FROM
NO_COMMANDS = np.zeros(6, np.float32)


def drawn(level: Any, commands: Any = NO_COMMANDS, size=SMALL, name="a level", **options):
    """The picture of a start; made by hand, so that nothing is compiled."""
    bodies = level.bodies
    state = types.SimpleNamespace(
        level=level,
        physics=types.SimpleNamespace(position=bodies.position[4:], angle=bodies.rotation[4:]),
        facts=types.SimpleNamespace(
            center=np.zeros_like(bodies.position), machine=np.arange(len(bodies.rotation))
        ),
        commands=np.asarray(commands, np.float32),
        time=np.int32(3),
    )
    env = types.SimpleNamespace(level=types.SimpleNamespace(name=name))
    return pictures.kinetix(env, state, types.SimpleNamespace(max_steps=256), size, **options)


def differ(one, other):
    """The share of pixels."""
    assert one.shape == other.shape
    return (one != other).any(axis=-1).mean()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_roles_and_fixed_bodies_look_different(theme):
    seen = []
    for role in range(4):
        for fixated in (False, True):
            level = load_level("s/h6_unicycle_right")
            level.bodies.role[4], level.bodies.fixated[4] = role, fixated
            seen.append(drawn(level, theme=theme))
    for i, one in enumerate(seen):
        assert all(differ(one, other) > 0.002 for other in seen[:i])


def test_themes_commands_and_contacts_show():
    level = load_level("l/hard_lunar_lander")
    plain = drawn(level)
    assert plain.shape == (SMALL, SMALL, 3)
    assert differ(plain, drawn(level, theme="dark")) > 0.9
    weak, full = drawn(level, [0, 0, 0, 0, 0.2, 0]), drawn(level, [0, 0, 0, 0, 1, 0])
    assert differ(plain, full) > differ(plain, weak) > 0
    assert 0 < differ(plain, drawn(level, contacts=True)) < 0.05
    car = load_level("m/h1_car_left")
    ahead, back = drawn(car, [1, 1, 1, 1, 0, 0]), drawn(car, [-1, -1, -1, -1, 0, 0])
    assert min(differ(ahead, back), differ(ahead, drawn(car))) > 0


def test_a_motor_that_turns_by_itself_needs_no_command():
    level = load_level("m/h1_car_left")
    joint = int(np.flatnonzero(level.joints.active & level.joints.motor_on)[0])
    plain = drawn(level)
    level.joints.motor_auto[joint] = True
    assert differ(plain, drawn(level)) > 0


def test_wide_pictures_have_words_that_stay_in_their_column():
    for name in published():
        image = drawn(load_level(name), size=WITH_WORDS, name=name)
        side = image.shape[0]
        legend = image[:, side + 1 :]
        assert image.shape[1] == WITH_WORDS
        background = legend[0, 0]
        written = (legend != background).any(axis=(0, 2))
        assert written.any()
        assert not written[-3:].any(), name
        lines = (legend != background).any(axis=(1, 2))
        assert not lines[:3].any(), name


def test_words_tell_the_goal_the_keys_and_odd_gravity():
    level = load_level("l/hard_lunar_lander")
    plain = drawn(level, size=WITH_WORDS)
    level.gravity[:] = 0, -1.6
    assert differ(plain, drawn(level, size=WITH_WORDS)) > 0
    level.gravity[:] = 0, -9.81
    level.bodies.role[level.bodies.role == 3] = 0  # no red: no word of it
    assert differ(plain, drawn(level, size=WITH_WORDS)) > 0


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("l/h7_maze_1", "maze 1"),
        ("l/hard_pinball", "hard pinball"),
        ("levels\\my_level.json", "my level"),
        ("lunar_lander", "lunar lander"),
        ("h7", "h7"),
    ],
)
def test_titles_are_readable(name, title):
    assert pictures.title(name) == title


def test_keys_are_told_to_every_kind_of_action():
    controls = pictures.PICTURES[pictures.Kinetix].controls
    assert controls is not None

    def told(kind, *held):
        action = controls.action(held, space(kind, 4, 2), 0)
        assert space(kind, 4, 2).contains(action)
        return action.tolist()

    assert told("discrete") == 8
    assert [told("discrete", key) for key in ("left", "right", "s", "1", "2")] == [1, 0, 6, 9, 10]
    assert told("discrete", "left", "2") == 10  # the latest
    assert told("multidiscrete", "left", "down", "2") == [1, 2, 0, 0, 0, 1]
    assert told("multidiscrete", "left", "right") == [0] * 6
    assert told("continuous", "right", "w", "1", "x") == [-1, 0, 0, 1, 1, 0]


@pytest.mark.parametrize("kind", ["discrete", "multidiscrete", "continuous"])
def test_keys_play_all_agents_of_a_team(kind):
    env = jaxenvs.make("KinetixTeam-S-v0", actions=kind, split=(0, 1, 1, 1, 0, 1))
    controls = picture_of(env).controls
    assert controls is not None
    action = controls.action(["left", "down", "1"], env.action_space(), 0)
    assert env.action_space().contains(action)
    expected = {
        "discrete": [3, 6],  # of one agent its first thruster, of the other nothing
        "multidiscrete": [[1, 1, 0, 0], [2, 0, 0, 0]],
        "continuous": [[1, 1, 0, 0], [-1, 0, 0, 0]],
    }
    assert action.tolist() == expected[kind]


def test_thumbnails_are_square_in_both_themes():
    level = load_level("l/h4_cartpole")
    light, dark = (pictures.thumbnail(level, 64, theme) for theme in ("light", "dark"))
    assert light.shape == (64, 64, 3)
    assert differ(light, dark) > 0.9


def short_level(tmp_path):
    """Two steps on a level of a file."""
    level = load_level("s/h6_unicycle_right").replace(max_timesteps=np.int32(2))
    path = tmp_path / "short.json"
    write(path, level)
    return jaxenvs.make("Kinetix-S-Symbolic-MultiDiscrete-v0", level=str(path))


def test_a_level_of_a_file_is_played_by_hand(tmp_path):
    env = short_level(tmp_path)
    game = Game(env, options={"theme": "dark"})
    game.start()
    game.handle(Keys(["left"], ["left", "1"], False), 1 / 30)
    assert game.steps == 1
    assert game.state.commands.tolist() == [1, 0, 0, 0, 1, 0]
    game.handle(Keys([], [], False), 1 / 30)
    assert game.state.commands.tolist() == [0] * 6
    assert game.ending.startswith("time is up")
    assert (game.picture(96)[0, 0] == DARK.background).all()


@pytest.mark.slow
def test_a_level_of_a_file_is_filmed(tmp_path):
    env = short_level(tmp_path)
    shot = film(env, tmp_path / "film.html", size=96, theme="dark")
    assert len(shot) == 3 + 20  # the last one stays
    assert (shot.frames[0][0, 0] == DARK.background).all()
