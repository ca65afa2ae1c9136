"""Random levels: valid, in every size, as their settings say."""

import functools

import jax
import numpy as np
import pytest

from jaxenvs.envs.kinetix._level import (
    BLUE,
    GREEN,
    NUM_WALLS,
    SIZES,
    Level,
    Size,
    in_world,
    same,
)
from jaxenvs.envs.kinetix.files import dumps, parse
from jaxenvs.envs.kinetix.levels._generate import random_level
from jaxenvs.envs.kinetix.levels._settings import Generation

COUNT = 2048
FAST = [*"sm", pytest.param("l", marks=pytest.mark.slow)]


@functools.cache
def levels(size: Size, settings: Generation | None = None) -> Level:
    """As many levels as every test takes, so that one program does."""
    keys = jax.random.split(jax.random.key(3), COUNT)
    found = jax.jit(jax.vmap(lambda key: random_level(key, size, settings)))(keys)
    return jax.tree.map(np.asarray, found)


def each(batch: Level) -> list[Level]:
    count = batch.gravity.shape[0]
    return [jax.tree.map(lambda leaf, i=i: np.asarray(leaf[i]), batch) for i in range(count)]


def first(batch: Level, count: int) -> Level:
    return jax.tree.map(lambda leaf: leaf[:count], batch)


def gaps(level: Level) -> np.ndarray:
    """How far the two anchors of each joint are apart, m."""
    joints = level.joints
    on = joints.active
    a = in_world(level, joints.a_index[on], joints.a_relative_position[on])
    b = in_world(level, joints.b_index[on], joints.b_relative_position[on])
    return np.hypot(*(a - b).T)


@pytest.mark.parametrize("name", FAST)
def test_random_levels_are_valid(name: str) -> None:
    batch = first(levels(SIZES[name]), 128)
    for level in each(batch)[:16]:
        assert same(parse(dumps(level), needs_goal=True), level)
    for level in each(batch):
        assert np.all(gaps(level) < 1e-5)
        roles = level.bodies.role[level.bodies.active].tolist()
        assert roles.count(GREEN) == roles.count(BLUE) == 1


def test_something_is_controlled_and_something_moves() -> None:
    batch = levels(SIZES["m"])
    hinges = batch.joints.active & ~batch.joints.is_fixed
    assert np.all(hinges.any(axis=1) | batch.thrusters.active.any(axis=1))
    goal = np.isin(batch.bodies.role, [GREEN, BLUE]) & batch.bodies.active
    goal[:, :NUM_WALLS] = False
    assert np.all((goal & ~batch.bodies.fixated).any(axis=1))
    assert np.any((goal & batch.bodies.fixated).any(axis=1))
