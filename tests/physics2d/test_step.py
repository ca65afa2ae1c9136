"""How the step treats slots, batches and random scenes."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d import world as records
from jaxenvs.physics2d.stepping import plain_step, step, steps
from jaxenvs.physics2d.world import Controls, Settings, Sizes, State, World
from tests.physics2d.scenes import WORLD, Scene, anchors, energy, ngon, stacked

SMALL = Sizes(bodies=8, planes=2, vertices=4, joints=2, thrusters=1)


def _car(shift: float = 0.0, order: tuple[int, ...] = (1, 2, 3, 4, 5)) -> Scene:
    """A car that drives into a box and a triangle; a slot is a static bump, two are unused."""
    scene = Scene(SMALL)
    scene.plane((0.0, 1.0))
    scene.box(0.4, 0.1, (3.0, 0.05), static=True)
    left = scene.disc(0.3, (0 + shift, 0.31), slot=order[0])
    right = scene.disc(0.3, (1.2 + shift, 0.31), slot=order[1])
    body = scene.box(1.4, 0.2, (0.6 + shift, 0.45), slot=order[2])
    scene.joint(body, left, (0 + shift, 0.31), speed=-6.0, torque=5.0)
    scene.joint(body, right, (1.2 + shift, 0.31), limits=(-1.0, 1.0))
    scene.box(0.4, 0.4, (2.0, 0.2), slot=order[3])
    scene.polygon(ngon(3, 0.3), position=(2.0, 0.9), angle=0.3, restitution=0.4, slot=order[4])
    scene.thruster(body, (0.1, 0.0), 1.0, 1.0)
    return scene


def _controls(batch: tuple[int, ...] = ()) -> Controls:
    return Controls(motor=jnp.full((*batch, 2), 0.7), thrust=jnp.full((*batch, 1), 0.5))


@functools.cache
def _batched():
    """Forty steps of three scenes."""

    def run(world: World, state: State):
        def one(state, _):
            return jax.vmap(step)(world, state, _controls((3,)))

        return jax.lax.scan(one, state, length=40)

    return jax.jit(run)


def _with_junk(world: World, state: State) -> tuple[World, State]:
    """The same scene with nonsense in slots that are not used."""

    def spoiled(record, active):
        def spoil(leaf):
            junk = np.nan if leaf.dtype == np.float32 else (True if leaf.dtype == bool else 99)
            off = ~active.reshape(-1, *[1] * (leaf.ndim - 1))
            return np.where(off, np.asarray(junk, leaf.dtype), leaf)

        return jax.tree.map(spoil, record).replace(active=active)

    used = world.bodies.active
    first, second = np.moveaxis(records.pairs(len(used)), -1, 0)
    both = used[first] & used[second]
    there = world.planes.active[:, None] & used
    body = ("position", "angle", "velocity", "spin")
    changes = {}
    for name in body:
        leaf = getattr(state, name)
        off = ~used.reshape(-1, *[1] * (leaf.ndim - 1))
        changes[name] = np.where(off, np.float32(np.nan), leaf)
    for name in ("normal_impulse", "tangent_impulse"):
        changes[name] = np.where(both, getattr(state, name), np.float32(np.nan))
    for name in ("plane_normal_impulse", "plane_tangent_impulse"):
        changes[name] = np.where(there, getattr(state, name), np.float32(np.nan))
    on = world.joints.active
    changes["joint_impulse"] = np.where(on, state.joint_impulse, np.float32(np.nan))
    world = world.replace(
        bodies=spoiled(world.bodies, used),
        planes=spoiled(world.planes, world.planes.active),
        joints=spoiled(world.joints, on),
        thrusters=spoiled(world.thrusters, world.thrusters.active),
        collides=world.collides | ~both,
        meets=world.meets | ~there,
    )
    return world, state.replace(**changes)


@pytest.mark.slow
def test_junk_in_unused_slots_changes_nothing() -> None:
    """The car, what it is when its box and thruster are unused, and that with junk."""
    full, state = _car().build()
    bodies, joints = full.bodies, full.joints
    less = full.replace(
        bodies=bodies.replace(active=bodies.active & (np.arange(8) != 4)),
        joints=joints.replace(active=joints.active & (np.arange(2) != 1)),
        thrusters=full.thrusters.replace(active=np.zeros(1, bool)),
    )
    junk, junk_state = _with_junk(less, state)
    # In the same places of a batch: rounding may depend on them.
    last, contacts = _batched()(stacked([full, less, less]), stacked([state, state, state]))
    spoiled, other_contacts = _batched()(
        stacked([full, junk, junk]), stacked([state, *[junk_state] * 2])
    )
    used = less.bodies.active
    for name in ("position", "angle", "velocity", "spin"):
        value = getattr(last, name)
        np.testing.assert_array_equal(value[1:, used], getattr(spoiled, name)[1:, used])
        assert np.isfinite(value[1]).all()
    for name in ("normal_impulse", "tangent_impulse", "plane_normal_impulse", "joint_impulse"):
        np.testing.assert_array_equal(getattr(last, name), getattr(spoiled, name))
    np.testing.assert_array_equal(contacts.touching, other_contacts.touching)
    np.testing.assert_array_equal(contacts.on_planes, other_contacts.on_planes)
    assert last.plane_normal_impulse[1].max() > 0
    assert not np.array_equal(last.position[0], last.position[1])


@pytest.mark.slow
def test_slots_may_be_permuted() -> None:
    """The order of solving changes, so that results agree only nearly."""
    orders = ((1, 2, 3, 4, 5), (5, 3, 1, 7, 2), (6, 7, 4, 1, 3))
    built = [_car(order=order).build() for order in orders]
    last, _ = _batched()(stacked([w for w, _ in built]), stacked([s for _, s in built]))
    places = np.stack([last.position[k][np.array(order)] for k, order in enumerate(orders)])
    assert np.abs(places - places[0]).max() < 0.02
    assert np.abs(places[0] - built[0][1].position[list(orders[0])]).max() > 0.1


@pytest.mark.slow
def test_mapped_steps_are_single_steps() -> None:
    """Also twice mapped, and with one world for all scenes."""
    built = [_car(shift).build() for shift in (0.0, 0.1, 0.2)]
    world, states = jax.tree.map(jnp.asarray, built[0][0]), stacked([s for _, s in built])
    states = jax.tree.map(jnp.asarray, states)
    single = jax.jit(step)
    alone = [
        single(world, jax.tree.map(lambda x, k=k: x[k], states), _controls())[0] for k in range(3)
    ]
    nested = jax.jit(jax.vmap(jax.vmap(step, (None, 0, None)), (None, 1, None), 1))
    twice = jax.tree.map(lambda x: jnp.stack([x, x], axis=1), states)
    both, contacts = nested(world, twice, _controls())
    assert contacts.touching.shape == (3, 2, 7, 4)
    for k in range(3):
        for half in range(2):
            jax.tree.map(
                lambda x, y, k=k, half=half: np.testing.assert_allclose(x, y[k, half], atol=1e-5),
                alone[k],
                both,
            )


@pytest.mark.slow
def test_several_steps_are_so_many_single_ones() -> None:
    built = [_car(shift).build() for shift in (0.0, 0.1, 0.6)]
    world, state = stacked([w for w, _ in built]), stacked([s for _, s in built])
    last, contacts = _batched()(world, state)

    def run(world: World, state: State):
        return jax.vmap(lambda w, s, c: steps(w, s, c, 40))(world, state, _controls((3,)))

    together, others = jax.jit(run)(world, state)
    assert others.touching.shape == (3, 40, 7, 4)
    np.testing.assert_array_equal(np.moveaxis(contacts.touching, 0, 1), others.touching)
    np.testing.assert_array_equal(np.moveaxis(contacts.on_planes, 0, 1), others.on_planes)
    assert contacts.touching.any()
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, atol=2e-4), last, together)


@pytest.mark.parametrize("bodies", [1, 2])
def test_worlds_with_few_pairs_or_none_can_be_stepped(bodies: int) -> None:
    scene = Scene(Sizes(bodies=bodies, planes=1))
    world, state = jax.tree.map(jnp.asarray, scene.build())
    controls = Controls(motor=jnp.zeros(0), thrust=jnp.zeros(0))
    last, _ = jax.eval_shape(step, world, state, controls)
    assert last.position.shape == (bodies, 2)


@pytest.mark.slow
@pytest.mark.parametrize("held", [False, True])
def test_derivatives_are_those_of_differences(held: bool) -> None:
    """Of where a thrown ball, or the disc of a pendulum, is after ten steps."""
    scene = Scene(Sizes(bodies=1, planes=1, joints=1))
    scene.plane((0.0, 1.0), -5.0)
    scene.disc(0.1, (0.6, -0.8))
    if held:
        scene.joint(WORLD, 0, (0.0, 0.0))
    world, state = jax.tree.map(jnp.asarray, scene.build())
    controls = Controls(motor=jnp.zeros(1), thrust=jnp.zeros(0))

    def end(speed: jax.Array) -> jax.Array:
        """A share of the speed is along the arc, the rest is taken by the joint."""
        start = state.replace(velocity=speed * jnp.array([[0.8, 0.7]], jnp.float32))
        last, _ = jax.lax.scan(
            lambda s, _: (plain_step(world, s, controls)[0], None), start, length=10
        )
        return last.position[0, 0] + 2 * last.position[0, 1]

    speed, shift = jnp.float32(1.5), jnp.float32(0.02)
    place = jax.jit(end)
    difference = float(place(speed + shift) - place(speed - shift)) / 0.04
    forward, reverse = (float(jax.jit(of(end))(speed)) for of in (jax.jacfwd, jax.grad))
    assert abs(difference) > 0.05
    assert forward == pytest.approx(reverse, rel=1e-4)
    assert forward == pytest.approx(difference, rel=5e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bodies": 0}, "bodies: expected"),
        ({"bodies": 8, "planes": -1}, "planes: expected"),
        ({"bodies": 8, "vertices": 9}, "vertices: expected 3 to 8"),
        ({"bodies": 8, "joints": -1}, "joints"),
    ],
)
def test_sizes_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sizes(**change)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="dt: expected a number above 0"):
        Settings(dt=0.0)


@pytest.mark.parametrize("bodies", [1, 2, 3, 4, 7, 8, 15, 16])
def test_all_pairs_meet_once(bodies: int) -> None:
    table = records.pairs(bodies)
    sizes = Sizes(bodies)
    assert table.shape == (sizes.rounds, sizes.lanes, 2)
    assert {frozenset(pair) for pair in table.reshape(-1, 2).tolist()} == {
        frozenset((i, j)) for i in range(bodies) for j in range(i)
    }
    for meeting in table:
        assert len(set(meeting.reshape(-1).tolist())) == bodies - bodies % 2


def _within(rng: np.random.Generator, radius: float) -> np.ndarray:
    """A point in a disc around the origin."""
    turn, distance = rng.uniform(0, 2 * math.pi), radius * math.sqrt(rng.random())
    return distance * np.array([math.cos(turn), math.sin(turn)])


def _random(rng: np.random.Generator, sizes: Sizes) -> Scene | None:
    """A tree of jointed bodies and loose ones between walls, None if places were too few.

    Sizes, places of joints and the strength of motors are as in Kinetix's random levels, but all
    six joints are in one tree. Nothing overlaps that pushes: what is wedged from the start is torn
    apart or stays wedged.
    """
    scene = Scene(sizes)
    for normal, offset in (((0, 1), 0.2), ((1, 0), 0.2), ((-1, 0), -4.8), ((0, -1), -4.8)):
        scene.plane(normal, offset, friction=1.0)
    radii = rng.uniform(0.1, 0.4, sizes.bodies)
    for k, radius in enumerate(radii):
        in_tree, before = k <= sizes.joints, scene.state.position[:k]
        jointed = in_tree and k > 0
        for _ in range(400):
            parent = int(rng.integers(max(min(k, sizes.joints + 1), 1)))
            anchor = scene.state.position[parent] + _within(rng, radii[parent])
            place = anchor + _within(rng, radius) if jointed else rng.uniform(0.3, 4.7, 2)
            apart = np.linalg.norm(place - before, axis=-1) > radii[:k] + radius + 0.01
            others = apart[sizes.joints + 1 :] if in_tree else apart
            if others.all() and np.abs(place - 2.5).max() + radius < 2.29:
                break
        else:
            return None
        common = {"velocity": rng.normal(size=2), "friction": 1.0, "position": place}
        common["restitution"] = rng.uniform(0, 0.5)
        if rng.random() < 0.6:
            corners = ngon(int(rng.integers(3, sizes.vertices + 1)), radius)
            scene.polygon(corners, angle=rng.uniform(0, 2 * math.pi), **common)
        else:
            scene.disc(radius, **common)
        if jointed:
            limits = (-0.5, 0.5) if rng.random() < 0.3 else None
            inertia = 1 / scene.world.bodies.inverse_inertia[[parent, k]].sum()
            torque = float(inertia * rng.uniform(200, 2000))
            scene.joint(parent, k, anchor, rng.random() < 0.3, limits, rng.uniform(2, 18), torque)
    tree = slice(0, 1 + sizes.joints)
    scene.rules[tree, tree] = False
    for _ in range(sizes.thrusters):
        body = int(rng.integers(0, sizes.bodies))
        scene.thruster(body, rng.normal(0, 0.1, 2), rng.uniform(0, 2 * math.pi), 5.0)
    return scene


def _random_run(scenes: int, steps: int, power: float) -> tuple[World, State]:
    """Worlds, and states each 10 steps [T, N, ...], under random controls times `power`."""
    rng, sizes = np.random.default_rng(0), Sizes(bodies=12, vertices=6, joints=6, thrusters=2)
    built = []
    while len(built) < scenes:
        scene = _random(rng, sizes)
        built += [scene.build()] if scene else []
    world, state = stacked([w for w, _ in built]), stacked([s for _, s in built])

    def one(state, key):
        motor = power * jax.random.uniform(key, (scenes, sizes.joints), minval=-1.0)
        thrust = power * jax.random.uniform(key, (scenes, sizes.thrusters))
        controls = Controls(motor=motor, thrust=thrust)
        return jax.vmap(step)(world, state, controls)[0], None

    def ten(state, key):
        state, _ = jax.lax.scan(one, state, jax.random.split(key, 10))
        return state, state

    keys = jax.random.split(jax.random.key(0), steps // 10)
    _, states = jax.jit(lambda state: jax.lax.scan(ten, state, keys))(state)
    return world, jax.tree.map(np.asarray, states)


@pytest.mark.slow
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_random_scenes_stay_sound(power: float) -> None:
    """Finite, inside the walls, joints closed; without motors no energy comes from nowhere.

    Energies are compared ten steps apart, and with the most that the scene ever had.
    """
    world, states = _random_run(512, 300, power)
    assert np.isfinite(states.position).all()
    assert np.abs(states.position - 2.5).max() < 2.6
    gaps, gains = [], []
    for k in range(512):
        level = jax.tree.map(lambda x, k=k: x[k], world)
        run = jax.tree.map(lambda x, k=k: x[:, k], states)
        energies = energy(level, run)
        gains.append(np.diff(energies).max() / np.abs(energies).max())
        for joint in np.flatnonzero(level.joints.active):
            a, b = anchors(level, run, int(joint))
            gaps.append(np.linalg.norm(a - b, axis=-1))
    figures = {
        "gap, m": np.percentile(np.concatenate(gaps), [50, 90, 99, 100]),
        "gain of energy, share": np.percentile(gains, [50, 90, 99, 100]),
    }
    assert figures["gap, m"][2] < (8e-3 if power == 0 else 12e-3), figures
    assert power > 0 or figures["gain of energy, share"][2] < 1e-2, figures
