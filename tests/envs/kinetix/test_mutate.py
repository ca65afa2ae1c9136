"""Random edits: each does what its name says, and valid levels stay valid."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.kinetix._level import BLUE, GREEN, NUM_WALLS, SIZES, Level, same
from jaxenvs.envs.kinetix._published import load_published, published
from jaxenvs.envs.kinetix.files import dumps, parse
from jaxenvs.envs.kinetix.levels import _scene as scene
from jaxenvs.envs.kinetix.levels._mutate import EDITS, Edits, mutate_by
from jaxenvs.envs.kinetix.levels._settings import Generation
from tests.envs.kinetix.test_generate import each, first, gaps, levels

ALL = dataclasses.replace(Edits(), **dict.fromkeys(EDITS, 1.0))

COUNT = 256


def only(name: str) -> Edits:
    return dataclasses.replace(Edits(), **(dict.fromkeys(EDITS, 0.0) | {name: 1.0}))


def batch(levels: Any) -> Level:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *levels)


@jax.jit
def mutated_by(weights: Any, keys: Any, levels: Level, count: Any) -> Level:
    def one(key: Any, level: Level) -> Level:
        return mutate_by(weights, key, level, count, Edits())

    return jax.vmap(one)(keys, levels)


def mutated(levels: Level, count: int, settings: Edits, seed: int = 0) -> Level:
    """Each level after so many edits; one program for all weights."""
    keys = jax.random.split(jax.random.key(seed), levels.gravity.shape[0])
    weights = np.array([getattr(settings, name) for name in EDITS], np.float32)
    return jax.device_get(mutated_by(weights, keys, levels, jnp.int32(count)))


@functools.cache
def medium() -> Level:
    """256 levels, as in every test here, so that one program does."""
    return first(levels(SIZES["m"]), COUNT)


def check_valid(drawn: Level, most_gap: float) -> None:
    for level in each(drawn):
        assert same(parse(dumps(level), needs_goal=True), level)
        assert np.all(gaps(level) < most_gap)


def test_random_levels_stay_valid_and_change() -> None:
    drawn = medium()
    before = drawn
    for round_ in range(3):
        drawn = mutated(drawn, 5, ALL, round_)
        check_valid(jax.tree.map(lambda leaf: leaf[:8], drawn), 1e-3)
        assert all(np.all(gaps(level) < 1e-3) for level in each(drawn))
    changed = [not same(*pair) for pair in zip(each(before), each(drawn), strict=True)]
    assert all(changed)


@pytest.mark.slow
def test_thousands_of_edits_of_every_size_leave_levels_valid() -> None:
    """8,320 edits of random levels, and 1,480 of the published ones, which have rings of joints."""
    for name, size in SIZES.items():
        drawn = first(levels(size), 64)
        for round_ in range(13 if name != "l" else 17):
            drawn = mutated(drawn, 3, ALL, round_)
            check_valid(drawn, 1e-3)
        own = [load_published(one) for one in published() if one.startswith(name)]
        drawn = batch(own)
        before = np.concatenate([gaps(level) for level in own])
        for round_ in range(4):
            drawn = mutated(drawn, 5, ALL, round_)
            check_valid(drawn, max(1e-3, 1.5 * before.max(initial=0)))


def test_none_are_none() -> None:
    drawn = medium()
    for count in (0, -1):
        for old, new in zip(each(drawn), each(mutated(drawn, count, ALL)), strict=True):
            assert same(old, new)


def count_of(drawn: Level) -> dict[str, np.ndarray]:
    bodies = drawn.bodies
    return {
        "shapes": bodies.active.sum(axis=1) - NUM_WALLS,
        "joints": drawn.joints.active.sum(axis=1),
        "thrusters": drawn.thrusters.active.sum(axis=1),
        "fixated": bodies.fixated.sum(axis=1),
        "roles": np.sort(bodies.role[:, NUM_WALLS:], axis=1),
    }


def test_an_edit_does_what_its_name_says() -> None:
    drawn = medium()
    before = count_of(drawn)
    has_slot = before["shapes"] < 5
    has_joint, has_thruster = before["joints"] > 0, before["thrusters"] > 0
    can_push = (drawn.bodies.active & ~drawn.bodies.fixated).any(axis=1)
    for name, can, changes in (
        ("add_shape", has_slot, {"shapes": 1}),
        ("add_connected_shape", has_slot & (before["joints"] < 2), {"shapes": 1, "joints": 1}),
        ("remove_joint", has_joint, {"joints": -1}),
        ("swap_roles", has_slot | ~has_slot, {}),
        ("add_thruster", can_push & (before["thrusters"] < 2), {"thrusters": 1}),
        ("remove_thruster", has_thruster, {"thrusters": -1}),
        ("change_gravity", has_slot | ~has_slot, {}),
    ):
        edited = mutated(drawn, 1, only(name))
        after = count_of(edited)
        assert can.any()
        for key in ("shapes", "joints", "thrusters"):
            assert np.array_equal(after[key] - before[key], can * changes.get(key, 0)), name
        roles = (drawn.bodies.role != edited.bodies.role).sum(axis=1)
        if name == "swap_roles":
            assert np.array_equal(before["roles"], after["roles"])
            assert np.all(roles == 2)
        if name == "change_gravity":
            assert np.all(edited.gravity[:, 0] == 0)
            assert np.all((edited.gravity[:, 1] <= 0) & (edited.gravity[:, 1] >= -9.81))
            assert 0.4 < np.mean(edited.gravity[:, 1] == np.float32(-9.81)) < 0.6


def test_fixtures_are_toggled() -> None:
    drawn = medium()
    edited = mutated(drawn, 1, only("toggle_fixture"))
    toggled = drawn.bodies.fixated != edited.bodies.fixated
    assert np.all(toggled.sum(axis=1) == 1)
    assert np.all(drawn.bodies.active[toggled])
    assert not toggled[:, :NUM_WALLS].any()


def test_shapes_go_with_what_holds_them_but_never_the_goal() -> None:
    drawn = medium()
    edited = mutated(drawn, 20, only("remove_shape"))
    count = (edited.bodies.active).sum(axis=1) - NUM_WALLS
    role = np.where(edited.bodies.active, edited.bodies.role, 0)
    assert np.all((role == GREEN).sum(axis=1) == 1)
    assert np.all((role == BLUE).sum(axis=1) == 1)
    assert np.all(count <= 2)  # one where the floor is blue
    check_valid(jax.tree.map(lambda leaf: leaf[:8], edited), 1e-3)


def test_a_resized_or_turned_body_takes_along_what_hangs_on_it() -> None:
    drawn = medium()
    for name in ("resize", "rotate", "move"):
        edited = mutated(drawn, 1, only(name))
        joined = [(old, new) for old, new in zip(each(drawn), each(edited), strict=True)]
        assert all(np.all(gaps(new) < 2e-5) for _, new in joined)
        turned = edited.bodies.rotation - drawn.bodies.rotation
        size = np.ptp(edited.bodies.vertices, axis=2).prod(axis=2).sum(axis=1)
        size = size + edited.bodies.radius.sum(axis=1)
        old_size = np.ptp(drawn.bodies.vertices, axis=2).prod(axis=2).sum(axis=1)
        old_size = old_size + drawn.bodies.radius.sum(axis=1)
        if name == "rotate":
            assert np.all((turned != 0).sum(axis=1) == 1)
            assert np.all((turned >= 0) & (turned <= np.pi / 2 + 1e-6))
            assert turned.max() > 1.4
        else:
            assert np.all(turned == 0)
        assert np.all((np.abs(size - old_size) > 1e-6) == (name == "resize"))


def test_a_moved_machine_moves_as_a_whole_and_stays_in_the_scene() -> None:
    drawn = medium()
    edited = mutated(drawn, 1, only("move"))
    for old, new in zip(each(drawn), each(edited), strict=True):
        move = new.bodies.position - old.bodies.position
        joints = old.joints
        for j in np.flatnonzero(joints.active):
            np.testing.assert_allclose(move[joints.a_index[j]], move[joints.b_index[j]], atol=2e-6)
        boxes = scene.boxes_of(jax.tree.map(jnp.asarray, new.bodies))
        is_moved = np.abs(move).sum(axis=1) > 1e-5
        assert np.all(np.asarray(boxes.x)[is_moved] > 0)
        assert np.all(np.asarray(boxes.y)[is_moved] > scene.FLOOR)


def test_a_machine_that_hangs_on_a_wall_stays_there() -> None:
    level = load_published("m/arm_up")
    held = jax.tree.map(np.copy, level)
    joints = held.joints
    on = np.flatnonzero(joints.active)
    joints.a_index[on[0]] = 0
    joints.a_relative_position[on[0]] = [0, 5.2]
    b = joints.b_index[on[0]]
    angle = held.bodies.rotation[b]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    held.bodies.position[b] = np.array([2.5, 0.4]) - turn @ joints.b_relative_position[on[0]]
    drawn = batch([held] * COUNT)
    walls = held.bodies.position[:NUM_WALLS]
    for name in ("move", "resize", "rotate"):
        edited = mutated(drawn, 3, only(name))
        assert np.all(edited.bodies.position[:, :NUM_WALLS] == walls)
        first = [gaps(level)[0] for level in each(edited)]
        assert max(first) < 1e-3


def test_edits_are_drawn_by_their_weights() -> None:
    drawn, settings = medium(), dataclasses.replace(only("rotate"), move=3.0)
    turned = [
        (mutated(drawn, 1, settings, seed).bodies.rotation != drawn.bodies.rotation).any(axis=1)
        for seed in range(8)
    ]
    assert abs(np.mean(turned) - 0.25) < 4 * np.sqrt(0.25 * 0.75 / (8 * COUNT))


def test_everything_can_be_built_from_an_empty_scene() -> None:
    empty = scene.empty_scene(SIZES["m"], Generation())
    drawn = batch([empty] * COUNT)
    settings = dataclasses.replace(only("add_shape"), add_connected_shape=1.0, add_thruster=1.0)
    edited = mutated(drawn, 12, settings)
    assert np.any(edited.bodies.active.all(axis=1) & edited.joints.active.all(axis=1))
    assert np.any(edited.thrusters.active.all(axis=1))
    check_valid(jax.tree.map(lambda leaf: leaf[:8], edited), 1e-4)


def test_unfit_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="move: expected a number of at least 0"):
        Edits(move=-1.0)
    with pytest.raises(ValueError, match="rotate_most: expected a number from 0"):
        Edits(rotate_most=7.0)
