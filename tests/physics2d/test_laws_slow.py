"""Laws that take longer: tall piles, long chains, smaller steps, and other ways to run a step."""

import functools
import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d import Controls, Scene, Settings, Sizes, State, World, plain_step, step
from tests.physics2d.plays import Play, played

pytestmark = pytest.mark.slow

G = 9.81
LARGE = Sizes(bodies=16, planes=1, vertices=4, joints=10)
SMALL = Sizes(bodies=5, planes=1, vertices=4, joints=2, thrusters=1)
PILES = ("pyramid", "stack")
ORDERS = 4


def _pile(places: list[tuple[float, float]], order: np.ndarray) -> Scene:
    scene = Scene().floor()
    for number in order:
        scene = scene.box(0.4, 0.4, places[number], name=f"box {number}")
    return scene


def _chain() -> Scene:
    scene, before = Scene(), "world"
    for link in range(10):
        density = 5.0 if link == 9 else 1.0
        scene = scene.box(0.4, 0.1, (0.2 + 0.4 * link, 0), density=density, name=f"link {link}")
        scene, before = scene.revolute(before, f"link {link}", at=(0.4 * link, 0)), f"link {link}"
    return scene


@functools.cache
def _large() -> dict[str, Play]:
    rows = [(row, k) for row in range(5) for k in range(5 - row)]
    pyramid = [(0.44 * (k - (4 - row) / 2), 0.2 + 0.4 * row) for row, k in rows]
    places = {"pyramid": pyramid, "stack": [(0.0, 0.2 + 0.4 * level) for level in range(10)]}
    rng, scenes = np.random.default_rng(0), {"chain": _chain()}
    for name, number in itertools.product(PILES, range(ORDERS)):
        order = np.arange(len(places[name]))
        scenes[f"{name} {number}"] = _pile(
            places[name], rng.permutation(order) if number else order
        )
    return played(scenes, 600, sizes=LARGE)


@pytest.mark.parametrize("number", range(ORDERS))
@pytest.mark.parametrize("pile", PILES)
def test_piles_stand_in_any_order_of_their_boxes(pile: str, number: int) -> None:
    play = _large()[f"{pile} {number}"]
    moved = play.moving("position")[-1] - [body.position for body in play.scene.bodies]
    assert np.abs(moved[:, 0]).max() < 5e-3
    assert -20e-3 < moved[:, 1].min() <= moved[:, 1].max() < 1e-3
    assert np.abs(play.moving("velocity")[-60:]).max() < 1e-3


def test_a_chain_of_ten_holds_five_times_the_load() -> None:
    play = _large()["chain"]
    assert play.gap() < 60e-3
    energies = play.energies()
    assert energies.max() < energies[0] + 0.02 * (energies[0] - energies.min())


# -- smaller steps -----------------------------------------------------------------------------


@functools.cache
def _in_steps_of(parts: int) -> dict[str, Play]:
    """Five seconds, a 60th of a second in so many steps of one substep each."""
    angle = math.radians(60)
    pendulum = Scene().box(0.2, 0.2, (math.sin(angle), -math.cos(angle)), rotation=angle)
    pinned = (
        Scene(gravity=(0, 0))
        .box(0.5, 0.2, (-0.25, 0), angular_velocity=8, velocity=(0, -2))
        .box(0.5, 0.2, (0.25, 0), angular_velocity=2, velocity=(0, 2))
        .revolute(0, 1, at=(0, 0))
    )
    scenes = {"pendulum": pendulum.revolute("world", 0, at=(0, 0)), "pinned": pinned}
    settings = Settings(dt=1 / 60 / parts, substeps=1)
    return played(scenes, 300 * parts, settings, SMALL)


def _period_error(parts: int) -> float:
    angle = _in_steps_of(parts)["pendulum"].of(0, "angle")
    before = np.flatnonzero((angle[:-1] > 0) & (angle[1:] <= 0))
    zeros = before + angle[before] / (angle[before] - angle[before + 1])
    period = (zeros[-1] - zeros[0]) / (len(zeros) - 1) / 60 / parts
    means = 1.0, math.cos(math.radians(30))  # their common mean gives the exact period
    for _ in range(6):
        means = (means[0] + means[1]) / 2, math.sqrt(means[0] * means[1])
    exact = 2 * math.pi * math.sqrt((1 + 0.08 / 12) / G) / means[0]
    return abs(period / exact - 1)


def _momentum_error(parts: int) -> float:
    play = _in_steps_of(parts)["pinned"]
    mass, inertia = play.masses(), np.array([b.mass.inertia for b in play.scene.bodies])
    p, v, w = (play.moving(name).astype(float) for name in ("position", "velocity", "spin"))
    momentum = (mass * (p[..., 0] * v[..., 1] - p[..., 1] * v[..., 0]) + inertia * w).sum(1)
    start = 2 * mass[0] * 0.25 * 2 + inertia[0] * 10
    return float(np.abs(momentum / start - 1).max())


def test_errors_fall_with_the_step() -> None:
    """At least by the ratio of the steps, until rounding is all that is left."""
    for error in (_period_error, _momentum_error):
        errors = [error(parts) for parts in (1, 4, 16)]
        assert errors[0] < 0.2, errors
        for before, after in itertools.pairwise(errors):
            assert after < max(before / 2, 5e-4), errors


# -- other ways to run -------------------------------------------------------------------------


def _busy() -> tuple[World, State]:
    """A little of everything, in motion and in touch."""
    return (
        Scene()
        .floor()
        .circle(0.3, (0, 0.29), name="wheel", velocity=(1, 0))
        .box(1.0, 0.2, (0.4, 0.5), name="car")
        .polygon([(0, 0), (0.5, 0), (0, 0.5)], (0.2, 0.59), velocity=(0.3, -1), name="wedge")
        .revolute("car", "wheel", at=(0, 0.4), limits=(-1, 1), motor_speed=5, motor_torque=2)
        .thruster("wedge", direction=1.0, force=3.0)
        .world(SMALL)
    )


CONTROLS = Controls(motor=jnp.ones(2, jnp.float32), thrust=jnp.ones(1, jnp.float32))


def _run(stepped, world: World, state: State, steps: int) -> State:
    for _ in range(steps):
        state = stepped(world, state, CONTROLS)[0]
    return state


def test_without_jit() -> None:
    world, state = jax.tree.map(jnp.asarray, _busy())
    expected = _run(jax.jit(step), world, state, 2)
    with jax.disable_jit():
        found = _run(plain_step, world, state, 2)
    for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_under_x64() -> None:
    """The same dtypes and the same motion."""
    world, state = _busy()
    expected = jax.device_get(_run(jax.jit(step), world, state, 30))
    with jax.enable_x64(True):
        found = jax.device_get(_run(jax.jit(step), world, state, 30))
    for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_room_for_more_changes_nothing() -> None:
    """Edges of no length, and slots without a body, plane, joint or thruster."""
    scene_sizes = SMALL, Sizes(bodies=8, planes=3, vertices=8, joints=3, thrusters=2)
    found = []
    for sizes in scene_sizes:
        scene = Scene().floor().box(0.4, 0.4, (0, 0.5), rotation=0.4, angular_velocity=2)
        scene = scene.polygon([(0, 0), (0.5, 0), (0, 0.5)], (0.1, 1.5)).circle(0.2, (0, 2.5))
        found.append(played({"fall": scene}, 120, sizes=sizes)["fall"].moving("position"))
    assert np.abs(found[0][-1] - found[0][0]).max() > 0.3
    np.testing.assert_allclose(found[0], found[1], atol=2e-3)
