"""Scenes against worlds that the engine's own tests fill by hand, and played by the engine."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.stepping import step
from jaxenvs.physics2d.world import Controls, Sizes, pairs
from tests.physics2d import scenes

TRIANGLE = [(-0.2, -0.2), (0.4, -0.2), (-0.2, 0.4)]  # around its center of mass
SIZES = Sizes(bodies=7, planes=3, vertices=5, joints=3, thrusters=2)


def test_scene_is_the_world_filled_by_hand():
    hand = scenes.Scene(SIZES)
    hand.plane((0.6, 0.8), 1.4, friction=0.3, restitution=0.2)
    hand.plane((0, 1), -0.5, friction=0.6)
    beam = hand.box(2, 0.5, (1, 2), angle=0.3, velocity=(1, -1), spin=2, density=3, friction=0.6)
    wheel = hand.disc(0.25, (1, 2), density=2, friction=0.9, restitution=0.5)
    wedge = hand.polygon(TRIANGLE, position=(3, 2), angle=-0.4, friction=0.6)
    hand.joint(beam, wheel, (1, 2), limits=(-1, 2), speed=3, torque=4)
    hand.joint(wedge, beam, (2.5, 2), fixed=True)
    hand.joint(scenes.WORLD, wedge, (3, 2))
    hand.rules[wheel, wedge] = hand.rules[wedge, wheel] = False  # both are joined to the beam
    hand.thruster(wedge, (0.1, 0), 1.2, 30)
    hand.rules[3:] = hand.rules[:, 3:] = False  # slots without a body

    scene = (
        Scene()
        .plane((1, 1), (3, 4), friction=0.3, restitution=0.2)
        .floor(-0.5)
        .box(2, 0.5, (1, 2), rotation=0.3, velocity=(1, -1), angular_velocity=2, density=3)
        .circle(0.25, (1, 2), density=2, friction=0.9, restitution=0.5, rotation=0.0)
        .polygon(TRIANGLE, (3, 2), rotation=-0.4)
        .revolute(0, 1, at=(1, 2), limits=(-1, 2), motor_speed=3, motor_torque=4)
        .fixed(2, 0, at=(2.5, 2))
        .revolute("world", 2, at=(3, 2))
        .thruster(2, (0.1, 0), direction=1.2, force=30)
    )
    ours, theirs = (
        dict(jax.tree.leaves_with_path(made)) for made in (scene.world(SIZES), hand.build())
    )
    assert ours.keys() == theirs.keys()
    for place, array in ours.items():
        assert array.dtype == theirs[place].dtype
        np.testing.assert_allclose(array, theirs[place], atol=2e-6, err_msg=str(place))


def test_scene_is_played():
    """A ball falls and comes to rest on the floor; a motor turns a wheel; a wedge flies free."""
    scene = (
        Scene()
        .floor()
        .circle(0.5, (0, 1), name="ball")
        .box(1, 1, (5, 3), static=True, name="stand")
        .circle(0.5, (5, 3), name="wheel", density=0.5)
        .revolute("stand", "wheel", at=(5, 3), motor_speed=3, motor_torque=50)
        .polygon([(0, 0), (0.6, 0), (0, 0.6)], (-5, 50), name="wedge", velocity=(1, 5))
        .replace(gravity=(0, -10))
    )
    world, state = scene.world(SIZES)
    controls = Controls(motor=jnp.ones(3, jnp.float32), thrust=jnp.zeros(2, jnp.float32))
    advance = jax.jit(lambda state: step(world, state, controls)[0])
    for _ in range(120):
        state = advance(state)
    slot = {body.name: index for index, body in enumerate(scene.bodies)}
    np.testing.assert_allclose(state.position[slot["ball"]], [0, 0.5], atol=0.01)
    assert float(np.linalg.norm(state.velocity[slot["ball"]])) < 0.01
    assert float(state.spin[slot["wheel"]]) == pytest.approx(3, abs=0.05)
    assert math.dist(state.position[slot["wheel"]], (5, 3)) < 1e-3
    # The center of mass of the wedge flies the parabola, up to the step's g t h / 2 or less.
    flown = [-4.8 + 2, 50.2 + 5 * 2 - 10 * 2 * 2 / 2]
    np.testing.assert_allclose(state.position[slot["wedge"]], flown, atol=10 * 2 / 120)
    assert float(state.spin[slot["wedge"]]) == 0


def test_sensor_reports_and_pushes_nothing():
    """A ball falls through a sensor onto the floor; both say what they touch on the way."""
    scene = (
        Scene()
        .floor()
        .circle(0.2, (0, 1), name="ball")
        .box(2, 0.2, (0, 0.5), static=True, sensor=True)
    )
    world, state = scene.world(SIZES)
    controls = Controls(motor=jnp.ones(3, jnp.float32), thrust=jnp.zeros(2, jnp.float32))

    def one(state, _):
        state, contacts = step(world, state, controls)
        return state, (state.position[0, 1], contacts)

    _, (height, contacts) = jax.jit(lambda state: jax.lax.scan(one, state, length=40))(state)
    (pair,) = np.flatnonzero((pairs(7) == [[[0, 1]]]).all(-1) | (pairs(7) == [[[1, 0]]]).all(-1))
    touched = np.asarray(contacts.touching.reshape(40, -1))
    assert touched[:, pair].any()
    assert touched.any(axis=0).sum() == 1
    first = np.argmax(touched[:, pair])
    assert height[first - 1] == pytest.approx(0.8, abs=0.06)  # what touches before the step
    assert float(height[-1]) == pytest.approx(0.2, abs=0.01)
    before = np.append(1.0, height[:-1])
    on_floor = np.asarray(contacts.on_planes[:, 0, 0])
    assert on_floor[before < 0.2].all()
    assert not on_floor[before > 0.3].any()
    assert on_floor[-10:].all()  # at rest, whatever rounding says of its height


def test_what_bounces_off_has_touched():
    """Balls meet a floor and a box at various speeds, and leave at once without overlapping."""
    touched = []
    for height in (0.5, 0.731, 1.13, 1.9):
        scene = (
            Scene()
            .floor(restitution=1)
            .circle(0.1, (0, height), restitution=1)
            .box(0.4, 0.4, (3, 0.2), static=True)
            .circle(0.1, (3, height + 0.4), restitution=1)
        )
        touched.append(scene.world(SIZES))
    world, state = jax.tree.map(lambda *x: jnp.stack(x), *touched)
    controls = Controls(motor=jnp.ones((4, 3), jnp.float32), thrust=jnp.zeros((4, 2), jnp.float32))

    def one(state, _):
        after, contacts = jax.vmap(step)(world, state, controls)
        turned = (state.velocity[..., 1] < 0) & (after.velocity[..., 1] > 0)
        return after, (turned, contacts)

    _, (turned, contacts) = jax.jit(lambda state: jax.lax.scan(one, state, length=45))(state)
    assert turned[:, :, 0].any(axis=0).all()
    assert turned[:, :, 2].any(axis=0).all()
    assert contacts.on_planes[:, :, 0, 0][np.asarray(turned[:, :, 0])].all()
    hit = np.asarray(contacts.touching.reshape(45, 4, -1).any(axis=-1))
    assert hit[np.asarray(turned[:, :, 2])].all()
