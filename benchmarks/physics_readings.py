"""Scenes whose outcome is known, and how it is read off; for physics_truth.py."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from jaxenvs.physics2d import Scene

G, MU = 9.81, 0.5657  # m/s^2, and the friction of two bodies of Jax2D
BOUNCES = (0.3, 0.5, 0.8)
STACKS = (5, 8, 10)
SPEEDS = (5, 10, 20, 30, 50, 75, 100)  # m/s
TORQUES = (1.0, 30.0)  # N m
LOST = 1.0  # m, from where on something has fallen or come apart


class Track(NamedTuple):
    """What an engine made of a scene."""

    scene: Scene
    motion: np.ndarray  # [T, bodies, 6]: x, y, angle, and their rates
    masses: np.ndarray  # [bodies, 2]: mass and moment of inertia, as the engine has them

    def of(self, body: int | str) -> np.ndarray:
        """The motion of a body, [T, 6]."""
        return self.motion[:, self.scene.index(body)]

    def energy(self, body: int | str) -> np.ndarray:
        """Kinetic and potential energy of a body, J, with the true mass."""
        mass = self.scene.body(body).mass
        x, y, _, u, v, w = self.of(body).T
        falls = self.scene.gravity[0] * x + self.scene.gravity[1] * y
        return mass.mass * ((u * u + v * v) / 2 - falls) + mass.inertia * w * w / 2


Tracks = Mapping[str, Track]


class Row(NamedTuple):
    """A line of the table."""

    label: str
    read: Callable[[Tracks], str]
    truth: str


def _slope(degrees: float, friction: float = MU) -> Scene:
    """A floor that falls to the right, seen from a camera that is tilted as much."""
    angle = math.radians(degrees)
    gravity = (G * math.sin(angle), -G * math.cos(angle))
    return Scene(gravity=gravity).floor(friction=friction)


def _pendulum(degrees: float) -> Scene:
    angle = math.radians(degrees)
    place = (math.sin(angle), -math.cos(angle))
    stand = Scene().box(0.2, 0.2, static=True)
    return stand.box(0.2, 0.2, place, rotation=angle, name="bob").revolute(0, 1, at=(0, 0))


def _chain() -> Scene:
    scene = Scene().box(0.2, 0.2, static=True)
    for link in range(5):
        density = 5.0 if link == 4 else 1.0
        scene = scene.box(0.4, 0.1, (0.2 + 0.4 * link, 0), density=density)
        scene = scene.revolute(link, link + 1, at=(0.4 * link, 0))
    return scene


def _scenes() -> dict[str, Scene]:
    space = Scene(gravity=(0, 0))
    scenes = {
        "fall": Scene().circle(0.2, (0, 5), name="ball"),
        "triangle": space.polygon([(0, 1), (1, 0), (0, 0)], name="triangle"),
        "roll": _slope(15).circle(0.25, (0, 0.25), friction=MU, name="disc"),
        "hit": space.circle(0.2, (-1, 0), velocity=(2, 0), restitution=1.0).circle(
            0.2, (1, 0), restitution=1.0
        ),
        "chain": _chain(),
    }
    for e in (*BOUNCES, 1.0):
        floor = Scene().floor(restitution=e)
        scenes[f"drop {e}"] = floor.circle(0.2, (0, 2.2), restitution=e, name="ball")
    for name, beyond in (("stick", -1), ("slide", 2)):
        scene = _slope(math.degrees(math.atan(MU)) + beyond)
        scenes[name] = scene.box(0.4, 0.4, (0, 0.2), friction=MU, name="box")
    for height in STACKS:
        scene = Scene().floor()
        for level in range(height):
            scene = scene.box(0.4, 0.4, (0, 0.2 + 0.4 * level))
        scenes[f"stack {height}"] = scene
    for degrees in (10, 60, 120):
        scenes[f"pendulum {degrees}"] = _pendulum(degrees)
    scenes["spin"] = (
        space.box(0.5, 0.2, (-0.25, 0), angular_velocity=3, velocity=(0, -0.75))
        .box(0.5, 0.2, (0.25, 0), angular_velocity=3, velocity=(0, 0.75))
        .revolute(0, 1, at=(0, 0))
    )
    beam = Scene().box(0.2, 0.2, static=True)
    for part in range(3):
        beam = beam.box(0.5, 0.2, (0.35 + 0.5 * part, 0))
        beam = beam.fixed(part, part + 1, at=(0.1 + 0.5 * part, 0))
    scenes["beam"] = beam
    for speed in SPEEDS:
        wall = space.box(0.1, 4, (3.03, 0), static=True)
        scenes[f"bullet {speed}"] = wall.circle(0.1, (0, 0), velocity=(speed, 0), name="disc")
    for torque in TORQUES:
        stand = Scene().box(0.2, 0.2, static=True).circle(0.3, name="wheel")
        scenes[f"motor {torque}"] = stand.revolute(
            0, 1, at=(0, 0), motor_speed=6.0, motor_torque=torque
        )
    return scenes


SCENES = _scenes()


# -- readings ----------------------------------------------------------------------------------


def _peaks(track: Track) -> np.ndarray:
    """How high a dropped ball comes, m, bounce after bounce."""
    heights = track.of("ball")[:, 1] - 0.2
    inner = heights[1:-1]
    return inner[(inner > heights[:-2]) & (inner >= heights[2:]) & (inner > 0.02)]


def _bounces(tracks: Tracks) -> str:
    shares = []
    for e in BOUNCES:
        peaks = _peaks(tracks[f"drop {e}"])
        shares.append(f"{math.sqrt(peaks[0] / 2):.2f}" if len(peaks) else "0")
    return ", ".join(shares)


def _drop(tracks: Tracks) -> str:
    return ", ".join(f"{peak:.2f}" for peak in _peaks(tracks["drop 1.0"])[:4])


def _speedup(track: Track, body: str, first: int, last: int) -> float:
    speed = np.hypot(*track.of(body)[:, 3:5].T)
    return (speed[last] - speed[first]) / (last - first) * 60


def _slide(tracks: Tracks) -> str:
    angle = math.atan(MU) + math.radians(2)
    expected = G * (math.sin(angle) - MU * math.cos(angle))
    return f"{_speedup(tracks['slide'], 'box', 60, 180) / expected:.3f}"


def _creep(tracks: Tracks) -> str:
    place = tracks["stick"].of("box")[:, 0]
    return f"{abs(place[-1] - place[299]) / 5 * 1e3:.2f}"


def _head_on(tracks: Tracks) -> str:
    squares = (tracks["hit"].motion[-1, :, 3:5] ** 2).sum()
    return f"{squares / 4:.3f}"


def _stacks(tracks: Tracks) -> str:
    cells = []
    for height in STACKS:
        track = tracks[f"stack {height}"]
        moved = track.motion[-1, :, :2] - [body.position for body in track.scene.bodies]
        drift = np.abs(moved[:, 0]).max()
        cells.append("falls" if np.abs(moved).max() > 0.2 else f"{drift * 1e3:.2g}")
    return ", ".join(cells)


def _period(tracks: Tracks) -> str:
    angle, swing = tracks["pendulum 10"].of("bob")[:, 2], math.radians(10)
    before = np.flatnonzero((angle[:-1] > 0) & (angle[1:] <= 0))
    zeros = before + angle[before] / (angle[before] - angle[before + 1])
    small = 2 * math.pi * math.sqrt((1 + 0.08 / 12) / G)
    truth = small * (1 + swing**2 / 16 + 11 * swing**4 / 3072)
    return f"{((zeros[-1] - zeros[0]) / (len(zeros) - 1) / 60 / truth - 1) * 100:+.2f} %"


def _swings(tracks: Tracks) -> str:
    cells = []
    for degrees in (60, 120):
        track = tracks[f"pendulum {degrees}"]
        lowest = -G * track.scene.body("bob").mass.mass
        start = lowest * math.cos(math.radians(degrees)) - lowest
        cells.append(f"{(track.energy('bob')[299] - lowest) / start * 100:.0f} %")
    return ", ".join(cells)


def _spin(tracks: Tracks) -> str:
    track = tracks["spin"]
    mass, inertia = (getattr(track.scene.body(0).mass, name) for name in ("mass", "inertia"))
    x, y, _, u, v, w = np.moveaxis(track.motion, -1, 0)
    momentum = (mass * (x * v - y * u) + inertia * w).sum(1)
    start = 2 * (mass * 0.25 * 0.75 + inertia * 3)
    return f"{momentum[-1] / start * 100:.1f} %"


def _gap(tracks: Tracks) -> str:
    track, widest = tracks["chain"], 0.0
    for joint in track.scene.joints:
        ends = []
        for body, anchor in ((joint.a, joint.anchor_a), (joint.b, joint.anchor_b)):
            x, y, angle = track.of(body)[:, :3].T
            s, c = np.sin(angle), np.cos(angle)
            ends.append((x + c * anchor[0] - s * anchor[1], y + s * anchor[0] + c * anchor[1]))
        (ax, ay), (bx, by) = ends
        widest = max(widest, float(np.hypot(ax - bx, ay - by).max()))
    return f"{widest * 1e3:.1f}"


def _sag(tracks: Tracks) -> str:
    sag = -tracks["beam"].of(3)[-1, 1]
    return "falls" if sag > LOST / 2 else f"{sag * 1e3:.1f}"


def _bullet(tracks: Tracks) -> str:
    for speed in SPEEDS:
        if tracks[f"bullet {speed}"].of("disc")[:, 0].max() > 3.08:
            return f"passes at {speed}"
    return "never"


def _motors(tracks: Tracks) -> str:
    cells = []
    for torque in TORQUES:
        spin = tracks[f"motor {torque}"].of("wheel")[:, 5]
        last = spin[-60:]
        end = (
            f"{last.mean():.1f}" if np.ptp(last) < 0.5 else f"{last.min():.0f} to {last.max():.0f}"
        )
        cells.append(f"{spin.max():.1f}, then {end}")
    return "; ".join(cells)


def _inertia(name: str, body: str) -> Callable[[Tracks], str]:
    def read(tracks: Tracks) -> str:
        track = tracks[name]
        moment = track.masses[track.scene.index(body), 1]
        return f"{moment / track.scene.body(body).mass.inertia:.3f}"

    return read


def _fall(tracks: Tracks) -> str:
    fallen = 5 - tracks["fall"].of("ball")[29, 1]
    return f"{(fallen - G * 0.125) * 1e3:.0f}"


ROWS = (
    Row("disc, moment of inertia / (m r²/2)", _inertia("fall", "ball"), "1"),
    Row("right triangle, moment of inertia / truth", _inertia("triangle", "triangle"), "1"),
    Row("free fall of 0.5 s, mm too far", _fall, "0"),
    Row(
        "disc rolling down 15°, m/s²",
        lambda tracks: f"{_speedup(tracks['roll'], 'disc', 30, 120):.3f}",
        "1.693",
    ),
    Row("box 1° below the angle of friction, creep in mm/s", _creep, "0"),
    Row("box 2° above it, acceleration / truth", _slide, "1"),
    Row("first bounce at e = 0.3, 0.5, 0.8: speed kept", _bounces, "0.30, 0.50, 0.80"),
    Row("ball of e = 1 dropped from 2 m: peaks in m", _drop, "2, 2, 2, 2"),
    Row("discs of e = 1 head-on: kinetic energy kept", _head_on, "1"),
    Row("stacks of 5, 8, 10 boxes after 10 s: drift in mm", _stacks, "0, 0, 0"),
    Row("pendulum of 10°: period off by", _period, "0"),
    Row("pendulums of 60°, 120°: energy left after 5 s", _swings, "100 %, 100 %"),
    Row("two pinned boxes spinning 10 s: angular momentum left", _spin, "100 %"),
    Row("chain of 5, the last link 5 times as heavy: widest gap in mm", _gap, "0"),
    Row("beam of 3 welded boxes, 1.5 m: sag in mm", _sag, "0"),
    Row("disc of 0.1 m radius, m/s, against a wall of 0.1 m", _bullet, "never"),
    Row("motor of 1 and of 30 N m, aim 6 rad/s: fastest, then", _motors, "6, then 6"),
)
