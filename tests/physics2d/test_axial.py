"""Sliders, rods, ropes and springs against closed forms. All scenes run in one batch."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.stepping import step
from jaxenvs.physics2d.world import Controls, Sizes, State
from tests.physics2d.scenes import stacked

G = 9.81
H = 1 / 240
STEPS = 240
SIZES = Sizes(bodies=2, planes=0, vertices=4, joints=1, axial=True)
SLOPE = math.radians(30)
DOWN = [math.cos(SLOPE), math.sin(SLOPE)]
MASS = math.pi * 0.1**2
DAMPINGS = (0.0, 0.2, 3.0)


def _ball(x: float, y: float, gravity: float = -G, **fields) -> Scene:
    return Scene(gravity=(0, gravity)).circle(0.1, (x, y), **fields)


def _slider(**fields) -> Scene:
    """A ball that the world holds on a slope, which falls to the left."""
    axis = (math.cos(SLOPE), math.sin(SLOPE))
    return _ball(0, 0).prismatic("world", 0, (0, 0), axis=axis, **fields)


def _scenes() -> dict[str, Scene]:
    scenes = {
        f"spring{damping}": _ball(0.5, 0, 0.0).spring(
            "world", 0, hertz=2.0, damping=damping, length=0.3
        )
        for damping in DAMPINGS
    }
    scenes["two on a spring"] = (
        _ball(0, 0, 0.0).circle(0.2, (1, 0)).spring(0, 1, hertz=2.0, length=0.8)
    )
    scenes["rope"] = _ball(0.0, -0.5).distance("world", 0, limits=(0, 1))
    swing = math.radians(20)
    scenes["rod"] = _ball(math.sin(swing), -math.cos(swing)).distance("world", 0)
    scenes["slide"] = _slider()
    scenes["slide to the end"] = _slider(limits=(-0.5, 1))
    scenes["lift"] = _slider(motor_speed=0.5, motor_force=10.0)
    scenes["weak lift"] = _slider(motor_speed=5.0, motor_force=0.5)
    scenes["piston"] = (
        Scene(gravity=(0, 0))
        .box(0.4, 0.2, (0, 0), angular_velocity=3.0)
        .box(0.4, 0.1, (0.3, 0.1), angular_velocity=3.0, velocity=(-0.3, 0.9), rotation=0.2)
        .prismatic(0, 1, anchor_b=(0, 0), anchor_a=(0, 0.1), limits=(-0.2, 0.6))
    )
    return scenes


@functools.cache
def _run() -> dict[str, State]:
    """The states after each step [T, ...], the motor fully on."""
    scenes = _scenes()
    built = [scene.world(SIZES) for scene in scenes.values()]
    world, state = stacked([w for w, _ in built]), stacked([s for _, s in built])
    controls = Controls(motor=jnp.ones((len(built), 1)), thrust=jnp.zeros((len(built), 0)))

    def one(state, _):
        state, _ = jax.vmap(step)(world, state, controls)
        return state, state

    _, states = jax.jit(lambda state: jax.lax.scan(one, state, length=STEPS))(state)
    states = jax.tree.map(np.asarray, states)
    return {name: jax.tree.map(lambda x, k=k: x[:, k], states) for k, name in enumerate(scenes)}


def _along(name: str) -> np.ndarray:
    """The way along the slope."""
    return np.asarray(_run()[name].position[:, 0]) @ DOWN


@pytest.mark.parametrize("damping", DAMPINGS)
def test_a_spring_swings_as_the_formula_says(damping: float) -> None:
    """From rest: the points of the substeps lie on a curve that is level half a substep before."""
    stretch = _run()[f"spring{damping}"].position[:, 0, 0] - 0.3
    omega = 2 * math.pi * 2.0
    root = np.sqrt(complex(damping**2 - 1))
    p, q = np.exp(-omega * H * (damping + root)), np.exp(-omega * H * (damping - root))
    substeps = 4 * np.arange(1, STEPS + 1)
    # x[-1] = x[0] = 0.2 fixes the two amplitudes.
    share = (1 - 1 / q) / (1 / p - 1 / q)
    expected = 0.2 * (share * p**substeps + (1 - share) * q**substeps)
    np.testing.assert_allclose(stretch, expected.real, atol=2e-4)
    assert np.abs(_run()[f"spring{damping}"].position[:, 0, 1]).max() < 1e-5


def test_a_spring_moves_two_bodies_about_their_center() -> None:
    x = _run()["two on a spring"].position[:, :2, 0]
    np.testing.assert_allclose(np.asarray(x) @ [0.2, 0.8], 0.8, atol=1e-5)
    stretch = x[:, 1] - x[:, 0] - 0.8
    times = np.arange(1, STEPS + 1) / 60
    np.testing.assert_allclose(stretch, 0.2 * np.cos(4 * math.pi * (times + H / 2)), atol=1e-3)


def test_a_rope_is_slack_and_then_holds() -> None:
    y = _run()["rope"].position[:, 0, 1]
    substeps = 4 * np.arange(1, 18)
    np.testing.assert_allclose(
        y[:17], -0.5 - G * H**2 * substeps * (substeps + 1) / 2, atol=1e-4
    )  # 0.39 m
    assert y.min() > -1.002
    assert abs(y[-1] + 1) < 1e-3
    impulse = _run()["rope"].joint_impulse[-1, 0, 0]
    assert abs(impulse / (-MASS * G * H) - 1) < 0.01


def test_a_rod_swings_as_a_pendulum() -> None:
    place = _run()["rod"].position[:, 0]
    assert np.abs(np.linalg.norm(place, axis=-1) - 1).max() < 1e-3
    x = place[:, 0]
    before = np.flatnonzero((x[:-1] > 0) & (x[1:] <= 0))
    zeros = before + x[before] / (x[before] - x[before + 1])
    swing = math.radians(20)
    period = 2 * math.pi * math.sqrt(1 / G) * (1 + swing**2 / 16)
    assert abs((zeros[1] - zeros[0]) / 60 / period - 1) < 2e-3


def test_a_slider_goes_down_its_axis() -> None:
    states, substeps = _run()["slide"], 4 * np.arange(1, 61)
    expected = -G * math.sin(SLOPE) * H**2 * substeps * (substeps + 1) / 2
    np.testing.assert_allclose(_along("slide")[:60], expected, atol=1e-3)
    across = np.asarray(states.position[:, 0]) @ [-math.sin(SLOPE), math.cos(SLOPE)]
    assert np.abs(across[:60]).max() < 1e-4
    assert np.abs(states.angle[:, 0]).max() < 1e-4


def test_a_slider_stops_at_its_limit() -> None:
    along = _along("slide to the end")
    assert along.min() > -0.503
    assert abs(along[-1] + 0.5) < 1e-3


def test_a_motor_lifts_with_its_force() -> None:
    along = _along("lift")
    assert abs((along[-1] - along[60]) / (STEPS - 61) * 60 / 0.5 - 1) < 0.01
    force = 0.5 / MASS - G * math.sin(SLOPE)
    speed = np.asarray(_run()["weak lift"].velocity[11, 0]) @ DOWN
    assert abs(speed / (0.2 * force) - 1) < 0.01


def test_a_piston_that_spins_keeps_its_momentum() -> None:
    states, world = _run()["piston"], _scenes()["piston"].world(SIZES)[0]
    mass, inertia = 1 / world.bodies.inverse_mass, 1 / world.bodies.inverse_inertia
    p, v, w = states.position, states.velocity, states.spin
    linear = (mass[:, None] * v).sum(1)
    np.testing.assert_allclose(linear, np.broadcast_to(linear[0], linear.shape), atol=1e-4)
    turning = (mass * (p[..., 0] * v[..., 1] - p[..., 1] * v[..., 0]) + inertia * w).sum(-1)
    assert np.abs(turning / turning[0] - 1).max() < 0.02
    turn = states.angle[:, 1] - states.angle[:, 0]
    np.testing.assert_allclose(turn, 0.2, atol=2e-3)
    c, s = np.cos(states.angle[:, 0]), np.sin(states.angle[:, 0])
    apart = p[:, 1] - p[:, 0]
    across, along = c * apart[:, 1] - s * apart[:, 0], c * apart[:, 0] + s * apart[:, 1]
    np.testing.assert_allclose(across, 0.1, atol=2e-3)
    assert along.max() < 0.603
    assert along.max() > 0.59  # it slides out as far as it may
