"""What follows from a level: masses, who meets whom, places in the world."""

import math

import numpy as np
import pytest

from jaxenvs.envs.kinetix import _level
from jaxenvs.envs.kinetix._level import SIZES, Level, Size, collision_matrix, in_world, same
from jaxenvs.envs.kinetix._published import load_published


def scene() -> Level:
    """A square (0), a triangle (1), a disc (5) and a fixated disc (6); seven bodies."""
    level = _level.empty(Size(5, 2, 3, 1))
    bodies = level.bodies
    bodies.active[[0, 1, 5, 6]] = True
    bodies.density[:] = 2
    bodies.num_vertices[:2] = 4, 3
    bodies.vertices[0] = [[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]]
    bodies.vertices[1, :3] = [[-1 / 3, 2 / 3], [2 / 3, -1 / 3], [-1 / 3, -1 / 3]]
    bodies.radius[:] = 0.5
    bodies.fixated[6] = True
    return level


def test_masses_are_those_of_jax2d() -> None:
    inverse_mass, inverse_inertia = _level.inverse_masses(scene())
    mass = [2 * 1, 2 * 0.5, 2 * math.pi / 4]
    np.testing.assert_allclose(1 / inverse_mass[[0, 1, 5]], mass, rtol=1e-6)
    # A disc has half of its true moment, a triangle two of its three parts.
    assert 1 / inverse_inertia[0] == pytest.approx(2 / 6)
    assert 1 / inverse_inertia[5] == pytest.approx(2 * math.pi * 0.5**4 / 4)
    long_side = (1 / 9 + 4 / 9 - 2 / 9 - 2 / 9 + 4 / 9 + 1 / 9) / 3 / 12
    short_side = (1 / 9 + 1 / 9 + 4 / 9 + 1 / 9 - 2 / 9 + 1 / 9) / 3 / 12
    assert 1 / inverse_inertia[1] == pytest.approx(2 * (long_side + short_side), rel=1e-5)
    assert not inverse_mass[[2, 3, 4, 6]].any()
    assert not inverse_inertia[[2, 3, 4, 6]].any()


def test_what_joints_connect_does_not_meet() -> None:
    level = scene()
    joints = level.joints
    joints.a_index[:], joints.b_index[:] = [5, 1, 2], [1, 0, 6]
    joints.active[:2] = True
    apart = collision_matrix(level)
    together = {0, 1, 5}
    expected = [[a != b and not {a, b} <= together for a in range(7)] for b in range(7)]
    assert apart.tolist() == expected


def test_places_turn_with_their_bodies() -> None:
    level = scene()
    level.bodies.position[5] = 3, 4
    level.bodies.rotation[5] = math.pi / 2
    found = in_world(level, np.array([5, 0]), np.array([[1.0, 0.5], [1.0, 0.5]]))
    np.testing.assert_allclose(found, [[2.5, 5], [1, 0.5]], rtol=1e-6)


def test_same_looks_at_size_dtype_and_value() -> None:
    level = load_published("s/h6_unicycle_right")
    assert same(level, load_published("s/h6_unicycle_right"))
    assert not same(level, load_published("s/h7_unicycle_left"))
    assert not same(level, level.replace(gravity=level.gravity.astype(np.float64)))
    assert not same(_level.empty(SIZES["s"]), _level.empty(SIZES["m"]))
    assert level.size == SIZES["s"]
