"""The engine against closed forms, in scenes as the builder makes them and in one batch.

test_motion.py has more of them, for worlds that are filled by hand.
"""

import functools
import math

import numpy as np
import pytest

from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.world import Settings
from tests.physics2d.plays import Play, played

G, H = 9.81, Settings().dt / Settings().substeps
STEPS = 600
BOUNCES = (0.0, 0.3, 0.5, 0.8, 1.0)
FRICTIONS = (0.2, 0.5657, 1.0)
ROLLS = (5.0, 15.0, 30.0)
INERTIAS = (0.05, 1.0, 30.0)


def _slope(degrees: float, friction: float = 0.6) -> Scene:
    """A floor whose right end is tilted down, seen from a camera that is tilted as much."""
    angle = math.radians(degrees)
    return Scene(gravity=(G * math.sin(angle), -G * math.cos(angle))).floor(friction=friction)


def _flights() -> dict[str, Scene]:
    space = Scene(gravity=(0, 0))
    scenes = {"shot": Scene().circle(0.2, (0, 0), name="ball", velocity=(3, 4))}
    for e in BOUNCES:
        scenes[f"hit {e}"] = space.circle(0.2, (-1, 0), velocity=(3, 0), restitution=e).circle(
            0.2, (1, 0), velocity=(-1, 0), restitution=e
        )
        scenes[f"drop {e}"] = Scene().floor().circle(0.2, (0, 0.7), name="ball", restitution=e)
    scenes["swarm"] = (
        space.circle(0.3, (-2, 0.1), velocity=(2, 0), restitution=0.5)
        .box(0.6, 0.4, (2, 0), velocity=(-2, 0), angular_velocity=4, name="box")
        .circle(0.2, (2.5, 0.3), velocity=(-2, 0), density=5, name="wheel")
        .polygon([(-0.3, -2), (0.3, -2), (0, -1.5)], velocity=(0, 2), name="wedge")
        .box(0.2, 0.8, (0, 2), velocity=(0.2, -3), density=2, name="bar")
        .box(0.2, 0.2, (0, 2.5), velocity=(0.2, -3), name="end")
        .revolute("box", "wheel", at=(2.3, 0.1), motor_speed=8, motor_torque=1)
        .fixed("bar", "end", at=(0, 2.4))
        .thruster("wedge", force=0.0)
    )
    scenes["bullet"] = (
        space.box(0.1, 4, (3.05, 0), static=True)
        .circle(0.1, (0, 0), name="disc", velocity=(100, 0))
        .box(0.2, 0.2, (0, 1), name="box", velocity=(100, 0), rotation=0.4)
    )
    scenes["one place"] = space.box(0.4, 0.4, name="a").box(0.4, 0.4, name="b")
    return scenes


def _grounds() -> dict[str, Scene]:
    scenes = {}
    for mu in FRICTIONS:
        for beyond in (-1.0, 2.0):
            degrees = math.degrees(math.atan(mu)) + beyond
            scenes[f"slide {mu} {beyond}"] = _slope(degrees, mu).box(
                0.8, 0.4, (0, 0.2), name="box", friction=mu
            )
    for degrees in ROLLS:
        scenes[f"roll {degrees}"] = _slope(degrees).circle(0.25, (0, 0.25), name="disc")
    scenes["spin down"] = _slope(50, 0.3).circle(0.25, (0, 0.25), name="disc", friction=0.3)
    return scenes


def _machines() -> dict[str, Scene]:
    scenes = {}
    for inertia in INERTIAS:
        density = inertia / (0.5 * math.pi * 0.5**4)
        scenes[f"motor {inertia}"] = (
            Scene()
            .circle(0.5, density=density, name="wheel")
            .revolute("world", "wheel", at=(0, 0), motor_speed=6, motor_torque=3 * inertia)
        )
    scenes["reaction"] = (
        Scene(gravity=(0, 0))
        .box(1, 0.4, name="hull")
        .circle(0.3, (0.3, 0), name="wheel")
        .revolute("hull", "wheel", at=(0.3, 0), motor_speed=20, motor_torque=0.2)
    )
    scenes["limit"] = (
        Scene()
        .box(1, 0.1, (0.5, 0), name="arm")
        .revolute("world", "arm", at=(0, 0), limits=(-0.5, 0.5), motor_speed=6, motor_torque=5)
    )
    scenes["push"] = (
        Scene(gravity=(0, 0))
        .box(0.5, 0.2, name="box")
        .thruster("box", (0.1, 0.05), direction=0.7, force=0.01)
    )
    return scenes


@functools.cache
def _plays() -> dict[str, Play]:
    return played(_flights() | _grounds() | _machines(), STEPS)


def test_a_shot_is_a_parabola() -> None:
    n, flown = 4 * np.arange(1, 121), _plays()["shot"].of("ball", "position")[:120]
    np.testing.assert_allclose(flown[:, 0], 3 * n * H, atol=1e-4)
    np.testing.assert_allclose(flown[:, 1], 4 * n * H - G * H * H * n * (n + 1) / 2, atol=2e-4)


@pytest.mark.parametrize("e", BOUNCES)
def test_a_hit_gives_back_its_share(e: float) -> None:
    play = _plays()[f"hit {e}"]
    speed = play.moving("velocity")[-1, :, 0]
    assert abs((speed[1] - speed[0]) / 4 - e) < 0.005
    assert abs(speed.sum() - 2) < 1e-5
    energies = play.energies()
    assert abs(energies[-1] / energies[0] - (1 + 4 * e * e) / 5) < 0.005
    assert np.diff(energies).max() < 1e-3 * energies[0]


@pytest.mark.parametrize("e", BOUNCES)
def test_a_ball_comes_to_rest_and_gains_nothing(e: float) -> None:
    play = _plays()[f"drop {e}"]
    assert play.energies().max() < 1.002 * play.energies()[0]
    height, speed = play.of("ball", "position")[:, 1], play.of("ball", "velocity")[:, 1]
    assert height.min() > 0.2 - 0.01
    if e < 0.8:
        assert np.abs(speed[-60:]).max() < 1e-3
        assert np.abs(height[-60:] - 0.2).max() < 1e-3


def test_a_swarm_keeps_its_momentum() -> None:
    """Through hits, friction, a motor, a pin and a weld."""
    play = _plays()["swarm"]
    masses, velocity = play.masses()[:, None], play.moving("velocity").astype(float)
    start = np.array([body.velocity for body in play.scene.bodies])
    scale = (masses * np.abs(start)).sum()
    drift = (masses * velocity).sum(1) - (masses * start).sum(0)
    assert np.abs(drift).max() < 2e-5 * scale
    changed = np.abs(velocity[-1] - start).max(-1)
    assert (changed > 0.1).all()


def test_nothing_passes_a_wall_at_the_fastest_speed() -> None:
    play = _plays()["bullet"]
    for body in ("disc", "box"):
        assert play.of(body, "position")[:, 0].max() < 3.0


def test_boxes_in_one_place_part() -> None:
    play = _plays()["one place"]
    apart = play.of("a", "position")[-1] - play.of("b", "position")[-1]
    assert np.abs(apart).max() > 0.39


@pytest.mark.parametrize("mu", FRICTIONS)
def test_the_cone_of_friction(mu: float) -> None:
    speed = _plays()[f"slide {mu} -1.0"].of("box", "velocity")
    assert np.abs(speed[-1]).max() < 1e-3
    speed = _plays()[f"slide {mu} 2.0"].of("box", "velocity")[:, 0]
    angle = math.atan(mu) + math.radians(2)
    expected = G * (math.sin(angle) - mu * math.cos(angle))
    assert abs((speed[240] - speed[120]) / 2 / expected - 1) < 0.03


@pytest.mark.parametrize("degrees", ROLLS)
def test_a_disc_rolls_at_two_thirds(degrees: float) -> None:
    speed = _plays()[f"roll {degrees}"].of("disc", "velocity")[:, 0]
    expected = 2 / 3 * G * math.sin(math.radians(degrees))
    assert abs((speed[180] - speed[60]) / 2 / expected - 1) < 0.01


def test_a_disc_slides_where_friction_cannot_turn_it_enough() -> None:
    """On a slope with tan > 3 mu."""
    play, angle = _plays()["spin down"], math.radians(50)
    speed, spin = play.of("disc", "velocity")[:, 0], play.of("disc", "spin")
    expected = G * (math.sin(angle) - 0.3 * math.cos(angle))
    assert abs((speed[90] - speed[30]) / expected - 1) < 0.01
    expected = -2 * 0.3 * G * math.cos(angle) / 0.25
    assert abs((spin[90] - spin[30]) / expected - 1) < 0.01


@pytest.mark.parametrize("inertia", INERTIAS)
def test_a_motor_turns_any_wheel(inertia: float) -> None:
    """With its full torque until it has its speed, and no faster."""
    spin = _plays()[f"motor {inertia}"].of("wheel", "spin")
    np.testing.assert_allclose(spin[:110], 3 / 60 * np.arange(1, 111), rtol=2e-3)
    assert spin.max() < 6.01
    assert abs(spin[-1] - 6) < 0.01


def test_a_motor_turns_its_hull_the_other_way() -> None:
    play = _plays()["reaction"]
    mass, spin = play.masses(), play.moving("spin").astype(float)
    place, speed = play.moving("position"), play.moving("velocity")
    inertia = np.array([body.mass.inertia for body in play.scene.bodies])
    orbit = place[..., 0] * speed[..., 1] - place[..., 1] * speed[..., 0]
    momentum = (mass * orbit + inertia * spin).sum(1)
    assert abs(spin[-1, 1] - spin[-1, 0] - 20) < 0.05
    assert np.abs(momentum).max() < 0.01 * inertia[1] * 20


def test_a_limit_holds_against_a_motor() -> None:
    play = _plays()["limit"]
    angle = play.of("arm", "angle")
    assert angle.max() < 0.5 + math.radians(2)
    assert abs(angle[-1] - 0.5) < math.radians(0.5)


def test_a_thruster_pushes_and_turns() -> None:
    play, body = _plays()["push"], _plays()["push"].scene.body("box")
    expected = 0.01 / body.mass.mass / 60 * np.array([math.cos(0.7), math.sin(0.7)])
    np.testing.assert_allclose(play.of("box", "velocity")[0], expected, rtol=1e-3)
    torque = 0.01 * (0.1 * math.sin(0.7) - 0.05 * math.cos(0.7))
    spin = play.of("box", "spin")[:60]
    np.testing.assert_allclose(spin, torque / body.mass.inertia * np.arange(1, 61) / 60, rtol=1e-3)
