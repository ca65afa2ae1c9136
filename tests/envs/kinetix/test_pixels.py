"""The pixel observation where it is not Kinetix's: what Kinetix crops, and what is not there."""

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.kinetix import _level
from jaxenvs.envs.kinetix.observations import _pixels
from jaxenvs.trig import sincos

SIZE = _level.Size(polygons=6, circles=2, joints=1, thrusters=1)
FLOOR, BEAM, SHARD, DISC, EMPTY = 0, 4, 5, 6, 7
BAR = [[-1.5, 0.1], [1.5, 0.1], [1.5, -0.1], [-1.5, -0.1]]
TRIANGLE = [[-0.4, 0], [0, 0.4], [0.4, 0], [9, 9]]
WALL = [[-2.5, 0.4], [2.5, 0.4], [2.5, -5], [-2.5, -5]]


def level(**changes):
    """A floor, a beam of 3 m, a triangle, a disc, a joint, a thruster; `changes` of its bodies."""
    one = _level.empty(SIZE)
    bodies, joints, thrusters = one.bodies, one.joints, one.thrusters
    bodies.active[[FLOOR, BEAM, SHARD, DISC]] = True
    bodies.num_vertices[[FLOOR, BEAM, SHARD]] = 4, 4, 3
    bodies.vertices[[FLOOR, BEAM, SHARD]] = WALL, BAR, TRIANGLE
    bodies.radius[:] = 0.3
    bodies.position[[FLOOR, BEAM, SHARD, DISC]] = (2.5, 0), (2.5, 1), (1, 2), (4.02, 3)
    bodies.fixated[FLOOR] = True
    bodies.role[DISC] = _level.GREEN
    joints.active[:], joints.a_index[:], joints.motor_on[:] = True, BEAM, True
    joints.motor_binding[:] = 2
    joints.a_relative_position[:] = 1.22, 0.04
    thrusters.active[:], thrusters.body_index[:], thrusters.rotation[:] = True, BEAM, np.pi / 2
    thrusters.relative_position[:] = -1.22, 0
    return one.replace(bodies=bodies.replace(**changes))


@pytest.fixture(scope="module")
def draw():
    return jax.jit(_pixels.painted)


def picture(draw, one):
    angle = one.bodies.rotation
    return np.asarray(draw(one, one.bodies.position, np.sin(angle), np.cos(angle)))


def at(image, x, y):
    """The color at a place in m."""
    return tuple(image[round(x * 25), round(y * 25)].tolist())


def test_a_picture_has_all_of_a_level(draw):
    image = picture(draw, level())
    grey, white, green = (160,) * 3, (255,) * 3, (0, 204, 0)
    assert at(image, 2.5, 0.2) == (80, 80, 80)
    # All three meters of the beam, of which Kinetix draws two.
    assert at(image, 1.04, 1.04) == at(image, 3.96, 1.04) == grey
    assert at(image, 0.96, 1) == at(image, 4.04, 1) == white
    # A triangle has three corners, whatever its fourth slot holds.
    assert at(image, 0.72, 2.04) == at(image, 1, 2.32) == grey
    assert at(image, 1, 1.96) == white
    assert at(image, 3.84, 3) == at(image, 4.0, 2.8) == green
    assert at(image, 4.04, 3.16) == (0, 0, 0)  # the line from a disc's middle
    assert at(image, 3.72, 1.04) == (0, 255, 255)  # a joint is a pixel in its binding's color
    assert at(image, 3.72, 1.0) == grey
    assert at(image, 1.28, 0.96) == (196, 196, 0)  # the flame points away from the push
    assert at(image, 1.28, 1.04) == (93, 93, 93)


def test_roles_and_fixed_bodies_differ(draw):
    seen = set()
    for role in range(4):
        for fixated in (False, True):
            one = level()
            one.bodies.role[BEAM], one.bodies.fixated[BEAM] = role, fixated
            seen.add(at(picture(draw, one), 3, 1))
    assert len(seen) == 8


def test_slots_that_are_not_active_do_not_show(draw):
    plain, junk = level(), level()
    for values in (junk.bodies.position, junk.bodies.velocity, junk.bodies.rotation):
        values[[1, EMPTY]] = np.nan
    junk.bodies.radius[EMPTY - SIZE.polygons] = np.inf
    np.testing.assert_array_equal(picture(draw, plain), picture(draw, junk))
    for part in (plain.joints, plain.thrusters):
        part.active[:] = False
    bare = picture(draw, plain)
    assert at(bare, 3.72, 1.04) == at(bare, 1.28, 1.0) == (160, 160, 160)


def test_the_observation_shows_where_bodies_are_now():
    env = jaxenvs.make("Kinetix-S-Pixels-Discrete-v0", level="s/h6_unicycle_right")

    @jax.jit
    def pictures(key):
        obs, state = env.reset(key)
        bodies, physics = state.level.bodies, state.physics
        start = bodies.position, *sincos(bodies.rotation)
        aside = physics.replace(position=physics.position + np.float32(0.5))
        moved = _pixels.pixels(state.replace(physics=aside))
        return obs["image"], _pixels.painted(state.level, *start), moved

    image, start, moved = map(np.asarray, pictures(jax.random.key(0)))
    assert image.dtype == np.float32
    assert image.shape == (125, 125, 3)
    np.testing.assert_array_equal(np.round(image * 255), start)
    assert (moved != image).any()
