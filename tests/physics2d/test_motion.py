"""The engine against closed forms. All scenes run in one batch, so that one program is compiled."""

import functools
import math
from typing import Any

import numpy as np
import pytest

from jaxenvs.physics2d.world import State, World
from tests.physics2d.scenes import MU, WORLD, G, Scene, anchors, energy, rollout, stacked

STEPS = 600
DROPS = (0.3, 0.5, 0.8, 1.0)
HITS = (0.0, 0.5, 1.0)
SLOPES = (28.5, 31.5)  # degrees; the friction cone is at 29.5
TORQUES = (0.05, 1.0, 30.0)
PERMUTED = (7, 3, 9, 1, 10, 5, 2, 8, 4, 6)


GROUNDS = ("", " on a plane")


def _ground(angle: float = 0.0, friction: float = MU, on: str = "") -> Scene:
    """A floor through the origin that rises to the left: a static box in slot 0, or a plane."""
    scene = Scene()
    if on:
        scene.plane((math.sin(angle), math.cos(angle)), friction=friction)
        scene.next["body"] = 1
        return scene
    position = (-0.5 * math.sin(angle), -0.5 * math.cos(angle))
    scene.box(60.0, 1.0, position, angle=-angle, static=True, friction=friction)
    return scene


def _free(gravity: float = -G) -> Scene:
    """Nothing but a small static box at the origin."""
    scene = Scene(gravity=gravity)
    scene.box(0.2, 0.2, (0, 0), static=True)
    return scene


def _on_slope(angle: float, height: float) -> tuple[float, float]:
    s, c = math.sin(angle), math.cos(angle)
    return -20 * c + height * s, 20 * s + height * c


def _falling() -> dict[str, Scene]:
    scenes = {"fall": _free()}
    scenes["fall"].disc(0.2, (5, 10))
    for on in GROUNDS:
        for e in DROPS:
            scenes[f"drop{e}{on}"] = _ground(on=on)
            scenes[f"drop{e}{on}"].disc(0.2, (0, 2.2), restitution=e)
    for e in HITS:
        scenes[f"hit{e}"] = scene = _free(0.0)
        scene.disc(0.2, (-1, 3), velocity=(2, 0), restitution=e)
        scene.disc(0.2, (1, 3), restitution=e)
    scenes["tunnel"] = scene = Scene(gravity=0.0)
    scene.box(0.1, 4.0, (3.03, 0), static=True)
    scene.disc(0.1, (0, 0), velocity=(50, 0))
    scene.box(0.2, 0.2, (0, 1), velocity=(50, 0), angle=0.3)
    scene.box(0.2, 0.2, (0.3, -1), velocity=(97, 0), angle=0.3)
    scenes["tunnel on a plane"] = scene = Scene(gravity=0.0)
    scene.plane((-1.0, 0.0), -3.0)
    scene.next["body"] = 1
    scene.disc(0.1, (0, 0), velocity=(50, 0))
    scene.box(0.2, 0.2, (0, 1), velocity=(50, 0), angle=0.3)
    scene.box(0.2, 0.2, (0.3, -1), velocity=(97, 0), angle=0.3)
    scenes["same place"] = scene = _free(0.0)
    scene.disc(0.2, (2, 2))
    scene.disc(0.2, (2, 2))
    return scenes


def _resting(on: str) -> dict[str, Scene]:
    scenes = {}
    for degrees in SLOPES:
        angle = math.radians(degrees)
        scenes[f"slope{degrees}{on}"] = scene = _ground(angle, on=on)
        scene.box(0.4, 0.4, _on_slope(angle, 0.2), angle=-angle)
    angle = math.radians(15)
    scenes[f"roll{on}"] = scene = _ground(angle, on=on)
    scene.disc(0.25, _on_slope(angle, 0.25))
    angle = math.radians(30)
    scenes[f"slip{on}"] = scene = _ground(angle, friction=0.1, on=on)
    scene.disc(0.25, _on_slope(angle, 0.25), friction=0.1)
    for name, slots in (("stack", range(1, 11)), ("stack permuted", PERMUTED)):
        scenes[f"{name}{on}"] = scene = _ground(on=on)
        for level, slot in enumerate(slots):
            scene.box(0.4, 0.4, (0, 0.2 + 0.4 * level), slot=slot)
    scenes[f"pyramid{on}"] = scene = _ground(on=on)
    for row in range(4):
        for place in range(4 - row):
            scene.box(0.4, 0.4, (0.44 * (place - (3 - row) / 2), 0.2 + 0.4 * row))
    scenes[f"heavy on light{on}"] = scene = _ground(on=on)
    scene.box(0.4, 0.4, (0, 0.2))
    scene.box(1.0, 1.0, (0, 0.9), density=1.6)
    return scenes


def _jointed() -> dict[str, Scene]:
    scenes = {}
    for degrees in (10, 60):
        angle = math.radians(degrees)
        scenes[f"pendulum{degrees}"] = scene = _free()
        holder = 0 if degrees == 10 else WORLD
        scene.rules[0] = scene.rules[:, 0] = False
        disc = scene.disc(0.1, (math.sin(angle), -math.cos(angle)), angle=angle)
        scene.joint(holder, disc, (0, 0))
    scenes["chain"] = scene = _free()
    before = 0
    for link in range(5):
        body = scene.box(0.4, 0.1, (0.2 + 0.4 * link, 0), density=5.0 if link == 4 else 1.0)
        scene.joint(before, body, (0.4 * link, 0))
        before = body
    for torque in TORQUES:
        scenes[f"motor{torque}"] = scene = _free()
        scene.joint(0, scene.disc(0.3, (0, 0)), (0, 0), speed=6.0, torque=torque)
    scenes["limit"] = scene = Scene()
    scene.next["body"] = 1
    scene.joint(scene.box(1.0, 0.1, (0.5, 0)), WORLD, (0, 0), limits=(-0.5, 0.5))
    scenes["cantilever"] = scene = Scene()
    scene.next["body"] = 1
    before = WORLD
    for part in range(3):
        body = scene.box(0.5, 0.2, (0.35 + 0.5 * part, 0))
        scene.joint(before, body, (0.1 + 0.5 * part, 0), fixed=True)
        before = body
    scenes["thrust"] = scene = Scene(gravity=0.0)
    scene.next["body"] = 1
    scene.thruster(scene.box(0.5, 0.2, (0, 0)), (0, 0), 0.0, 2.0)
    scenes["thrust off center"] = scene = Scene(gravity=0.0)
    scene.next["body"] = 1
    scene.thruster(scene.disc(0.5, (0, 0)), (0.2, 0), math.pi / 2, 0.01)
    for name, spin in (("dumbbell", 3.0), ("whirl", 45.0)):
        scenes[name] = scene = Scene(gravity=0.0)
        scene.next["body"] = 1
        a = scene.box(0.5, 0.2, (-0.25, 0), spin=spin, velocity=(0, -0.25 * spin))
        b = scene.box(0.5, 0.2, (0.25, 0), spin=spin, velocity=(0, 0.25 * spin))
        scene.joint(a, b, (0, 0))
    scenes["long arm"] = scene = _free(0.0)
    body = scene.box(0.1, 0.1, (0.6, 0), spin=45.0, velocity=(0, 27.0))
    scene.joint(0, body, (0, 0))
    return scenes


@functools.cache
def _run() -> tuple[dict[str, World], dict[str, State], dict[str, State], bool]:
    scenes = _falling() | _resting(GROUNDS[0]) | _resting(GROUNDS[1]) | _jointed()
    built = {name: scene.build() for name, scene in scenes.items()}
    world, state = stacked([w for w, _ in built.values()]), stacked([s for _, s in built.values()])
    _, states, _ = rollout(world, state, STEPS)
    finite = all(np.isfinite(v).all() for v in (states.position, states.velocity, states.spin))
    nothing: Any = None  # impulses of contacts are not kept
    runs = {
        name: State(
            position=states.position[:, k],
            angle=states.angle[:, k],
            velocity=states.velocity[:, k],
            spin=states.spin[:, k],
            normal_impulse=nothing,
            tangent_impulse=nothing,
            plane_normal_impulse=nothing,
            plane_tangent_impulse=nothing,
            joint_impulse=states.joint_impulse[:, k],
        )
        for k, name in enumerate(scenes)
    }
    worlds = {name: world for name, (world, _) in built.items()}
    starts = {name: state for name, (_, state) in built.items()}
    return worlds, starts, runs, finite


def _states(name: str) -> State:
    return _run()[2][name]


def _gap(name: str, joint: int = 0) -> float:
    """The widest that a joint of a scene ever opens, m."""
    a, b = anchors(_run()[0][name], _states(name), joint)
    return np.linalg.norm(a - b, axis=-1).max()


def _energies(name: str) -> tuple[float, np.ndarray]:
    """At the start and after each step."""
    worlds, starts, runs, _ = _run()
    return float(energy(worlds[name], starts[name])), energy(worlds[name], runs[name])


def _acceleration(name: str) -> float:
    speed = np.linalg.norm(_states(name).velocity[:, 1], axis=-1)
    return (speed[150] - speed[30]) / 2


def test_every_number_is_finite() -> None:
    assert _run()[3]


def test_free_fall_is_that_of_the_substeps() -> None:
    substeps = 4 * np.arange(1, STEPS + 1)
    expected = 10 - G / 240**2 * substeps * (substeps + 1) / 2
    fallen = slice(0, 120)
    np.testing.assert_allclose(_states("fall").position[fallen, 1, 1], expected[fallen], atol=2e-4)


@pytest.mark.parametrize("on", GROUNDS)
@pytest.mark.parametrize("e", DROPS)
def test_bounces_lose_what_they_should(e: float, on: str) -> None:
    heights = _states(f"drop{e}{on}").position[:, 1, 1] - 0.2
    inner = heights[1:-1]
    peaks = inner[(inner > heights[:-2]) & (inner >= heights[2:]) & (inner > 0.02)]
    if e < 1:
        assert (np.diff(peaks) < 0).all()
    assert abs(math.sqrt(peaks[0] / 2) - e) < 0.03
    start, energies = _energies(f"drop{e}{on}")
    assert energies.max() < 1.002 * start


@pytest.mark.parametrize("e", HITS)
def test_a_head_on_hit_keeps_momentum(e: float) -> None:
    velocity = _states(f"hit{e}").velocity[-1, 1:3, 0]
    assert abs(velocity.sum() - 2) < 1e-5
    assert abs((velocity[1] - velocity[0]) / 2 - e) < 0.01


@pytest.mark.parametrize("on", GROUNDS)
def test_nothing_passes_a_thin_wall(on: str) -> None:
    assert _states(f"tunnel{on}").position[:, 1:4, 0].max() < 3.03


def test_discs_in_one_place_part() -> None:
    x, y = _states("same place").position[-1, 1:3].T
    assert math.hypot(x[0] - x[1], y[0] - y[1]) > 0.39


@pytest.mark.parametrize("on", GROUNDS)
def test_a_box_slides_from_the_friction_angle_on(on: str) -> None:
    assert np.abs(_states(f"slope28.5{on}").velocity[-1, 1]).max() < 1e-3
    angle = math.radians(31.5)
    expected = G * (math.sin(angle) - MU * math.cos(angle))
    assert abs(_acceleration(f"slope31.5{on}") / expected - 1) < 0.03


@pytest.mark.parametrize("on", GROUNDS)
def test_a_disc_rolls_and_slips(on: str) -> None:
    assert abs(_acceleration(f"roll{on}") / (2 / 3 * G * math.sin(math.radians(15))) - 1) < 0.01
    angle = math.radians(30)
    expected = G * (math.sin(angle) - 0.1 * math.cos(angle))
    assert abs(_acceleration(f"slip{on}") / expected - 1) < 0.01


@pytest.mark.parametrize("on", GROUNDS)
@pytest.mark.parametrize("name", ["stack", "stack permuted", "pyramid"])
def test_ten_boxes_stand(name: str, on: str) -> None:
    states, start = _states(name + on), _run()[1][name + on]
    moved = states.position[-1, 1:11] - start.position[1:11]
    assert np.abs(moved[:, 0]).max() < 5e-3
    assert moved[:, 1].min() > -10e-3
    assert moved[:, 1].max() < 1e-3
    assert np.abs(states.velocity[-1, 1:11]).max() < 1e-3


@pytest.mark.parametrize("on", GROUNDS)
def test_a_heavy_box_stands_on_a_light_one(on: str) -> None:
    name = f"heavy on light{on}"
    start = _run()[1][name]
    sunk = start.position[1:3] - _states(name).position[-1, 1:3]
    assert np.abs(sunk).max() < 3e-3


@pytest.mark.parametrize("degrees", [10, 60])
def test_a_pendulum_keeps_time_and_energy(degrees: int) -> None:
    name = f"pendulum{degrees}"
    angle = _states(name).angle[:, 1]
    before = np.flatnonzero((angle[:-1] > 0) & (angle[1:] <= 0))
    zeros = before + angle[before] / (angle[before] - angle[before + 1])
    swing = math.radians(degrees)
    series = 1 + swing**2 / 16 + 11 * swing**4 / 3072 + 173 * swing**6 / 737280
    period = 2 * math.pi * math.sqrt((1 + 0.5 * 0.01) / G) * series
    assert abs((zeros[-1] - zeros[0]) / (len(zeros) - 1) / 60 / period - 1) < 1e-3
    assert _gap(name) < 1e-3
    world, _, _, _ = _run()
    start, energies = _energies(name)
    swing_energy = G / world[name].bodies.inverse_mass[1] * (1 - math.cos(swing))
    assert np.abs(energies - start).max() < 0.03 * swing_energy


def test_a_chain_holds_a_heavy_end() -> None:
    assert max(_gap("chain", joint) for joint in range(5)) < 15e-3
    start, energies = _energies("chain")
    assert energies.max() < start + 0.02 * abs(energies.min() - start)


@pytest.mark.parametrize("torque", TORQUES)
def test_a_motor_reaches_its_speed_with_its_torque(torque: float) -> None:
    spin = _states(f"motor{torque}").spin[:, 1]
    inertia = 0.5 * math.pi * 0.3**4
    assert abs(spin[5] - min(6.0, torque / inertia * 0.1)) < 1e-3
    assert spin.max() < 6.001
    assert torque < 1 or abs(spin[-1] - 6) < 1e-3


def test_limits_hold() -> None:
    angle = _states("limit").angle[:, 1]
    assert angle.min() > -0.5 - math.radians(0.1)
    assert abs(angle[-1] + 0.5) < math.radians(0.5)
    assert _gap("limit") < 1e-3


def test_welds_hold() -> None:
    sag = -_states("cantilever").position[-1, 3, 1]
    assert 0 <= sag < 12e-3


def test_a_thruster_gives_its_force() -> None:
    velocity = _states("thrust").velocity[:, 1, 0]
    np.testing.assert_allclose(velocity[59], 2.0 / 0.1 * 1.0, rtol=1e-5)
    spin = _states("thrust off center").spin[:, 1]
    inertia = 0.5 * math.pi * 0.5**4
    np.testing.assert_allclose(spin[5], 0.2 * 0.01 / inertia * 0.1, rtol=1e-3)


@pytest.mark.parametrize("name", ["dumbbell", "whirl"])
def test_what_spins_freely_keeps_its_momentum(name: str) -> None:
    states, world = _states(name), _run()[0][name]
    mass, inertia = 1 / world.bodies.inverse_mass[1], 1 / world.bodies.inverse_inertia[1]
    p, v, w = states.position[:, 1:3], states.velocity[:, 1:3], states.spin[:, 1:3]
    assert np.abs(v.sum(1)).max() < 1e-4
    momentum = (mass * (p[..., 0] * v[..., 1] - p[..., 1] * v[..., 0]) + inertia * w).sum(-1)
    assert momentum.max() < 1.001 * momentum[0]
    assert momentum[-1] > (0.9 if name == "whirl" else 0.9999) * momentum[0]


@pytest.mark.parametrize("name", ["whirl", "long arm"])
def test_joints_hold_what_spins_fast(name: str) -> None:
    assert _gap(name) < 2e-3
    start, energies = _energies(name)
    assert energies.max() < 1.001 * start
