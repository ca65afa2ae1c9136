"""The environment: actions, the goal, levels by name, worlds of levels, teams."""

import functools
import math
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.kinetix import _actions, _facts, _level
from jaxenvs.envs.kinetix._draft import LevelDraft
from jaxenvs.envs.kinetix._level import SIZES, Level, Size, same
from jaxenvs.envs.kinetix._named import fitted
from jaxenvs.envs.kinetix._published import load_published, published
from jaxenvs.envs.kinetix._state import State
from jaxenvs.envs.kinetix._view import motion
from jaxenvs.envs.kinetix.files import write
from jaxenvs.envs.kinetix.kinetix import Kinetix
from jaxenvs.envs.kinetix.team import KinetixTeam
from jaxenvs.testing import _traced

KEY = jax.random.key(0)
ROOM = Size(7, 2, 3, 2)


# -- actions ---------------------------------------------------------------------------------------


def told(kind: Any, action: Any, motors: int = 4, thrusters: int = 2) -> list[float]:
    action = np.asarray(action, np.float32 if kind == "continuous" else np.int32)
    parts = _actions.commands(kind, action, motors, thrusters)
    return [float(x) for part in parts for x in part]


def test_discrete_actions_move_one_motor_or_thruster():
    expected = [
        *([[sign if m == k else 0 for m in range(6)] for k in range(4) for sign in (-1, 1)]),
        [0] * 6,
        *([[float(t == k) for t in range(6)] for k in (4, 5)]),
    ]
    assert [told("discrete", action) for action in range(11)] == expected


def test_other_actions_move_all():
    assert told("multidiscrete", [0, 1, 2, 1, 0, 1]) == [0, 1, -1, 1, 0, 1]
    numbers = [-3, -0.5, 0.25, 2, -1, 3]
    assert told("continuous", numbers) == [-1, -0.5, 0.25, 1, 0, 1]


def test_motors_obey_their_binding_or_nobody():
    level = load_published("m/h1_car_left")
    joints = level.joints.replace(
        motor_binding=np.array([3, 1], np.int32), motor_auto=np.array([False, True])
    )
    numbers = [jnp.float32(x) for x in (0.1, 0.2, 0.3, 0.4)]
    motor, thrust = _actions.controls(level.replace(joints=joints), numbers, numbers[:2])
    np.testing.assert_allclose(motor, [0.4, 1])
    np.testing.assert_allclose(thrust, np.array([0.1, 0.2])[level.thrusters.binding])


# -- from levels to worlds -------------------------------------------------------------------------


def workshop() -> Level:
    """Bodies of every kind, joints to each other and to walls."""
    return (
        LevelDraft(ROOM)
        .box(1.0, 0.5, (1.0, 3.0), name="box", role="green", density=2.0, rotation=0.3)
        .triangle((3.0, 3.0), (4.0, 3.0), (3.0, 4.0), name="wedge", rotation=0.5)
        .polygon([(0, 0), (0.9, 0), (0.6, 0.3), (0, 0.3)], (2.0, 1.0), name="trapezoid")
        .circle(0.25, (1.0, 2.0), name="wheel", role="blue")
        .circle(0.2, (4.0, 1.0), name="nail", fixated=True)
        .revolute("box", "wheel", motor=2.0, power=1.5, binding=1)
        .revolute("floor", "trapezoid", limits=(-0.5, 0.25))
        .thruster("wedge", angle=0.7, power=3.0)
        .level()
    )


def offset_workshop() -> Level:
    """The same, with a triangle whose origin is not its center of mass."""
    level = workshop()
    vertices = level.bodies.vertices.copy()
    vertices[5, :, 0] += 0.1
    vertices[5, 3] = 9  # a triangle's fourth corner means nothing
    spin = level.bodies.angular_velocity.copy()
    spin[5] = 2
    return level.replace(bodies=level.bodies.replace(vertices=vertices, angular_velocity=spin))


@functools.cache
def built() -> State:
    env = Kinetix(size=ROOM)
    build = jax.jit(env.initial_on)
    return jax.device_get(build(KEY, offset_workshop(), env.default_params))


def test_masses_are_the_true_ones():
    bodies = built().world.bodies
    disc = math.pi * 0.25**2
    np.testing.assert_allclose(1 / bodies.inverse_mass[[0, 1, 3]], [1, 0.5, disc], rtol=1e-5)
    inertias = [(1 + 0.25) / 12, 0.5 / 18 * 2, disc * 0.25**2 / 2]
    np.testing.assert_allclose(1 / bodies.inverse_inertia[[0, 1, 3]], inertias, rtol=1e-5)
    assert (bodies.inverse_mass[4], bodies.inverse_inertia[4]) == (0, 0)


def test_masses_shown_are_those_of_kinetix():
    for level in (load_published("l/mjc_half_cheetah"), load_published("s/h0_weak_thrust")):
        shown = jax.jit(_facts.shown_masses)(jax.tree.map(jnp.asarray, level.bodies))
        for ours, theirs in zip(shown, _level.inverse_masses(level), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=2e-6)


def test_bodies_start_where_the_level_puts_them():
    level, now = offset_workshop(), motion(built())
    np.testing.assert_allclose(now.position, level.bodies.position, atol=1e-6)
    np.testing.assert_allclose(now.velocity, level.bodies.velocity, atol=1e-6)
    center = built().physics.position[1]  # of the triangle, which is turned
    turn = np.array([math.cos(0.5), math.sin(0.5)]) * 0.1
    np.testing.assert_allclose(center, level.bodies.position[5] + turn, atol=1e-6)


def test_polygons_turn_left_in_the_engine():
    bodies = built().world.bodies
    for corners, edges in zip(bodies.vertices[:3], bodies.edges[:3], strict=True):
        corners = corners[edges]
        following = np.roll(corners, -1, axis=0)
        crosses = corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]
        assert (crosses > 0).all()
    assert bodies.edges.sum(axis=1).tolist() == [4, 3, 4, 0, 0]
    np.testing.assert_array_equal(bodies.vertices[1, 3], bodies.vertices[1, 0])


def test_walls_are_planes_that_look_at_the_room():
    planes = built().world.planes
    expected = [(0, 1, 0.4), (1, 0, 0.0), (-1, 0, -5.0), (0, -1, -5.0)]
    found = np.concatenate([planes.normal, planes.offset[:, None]], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert planes.active.all()


def test_what_hangs_on_a_wall_hangs_on_the_world():
    joints = built().world.joints
    assert (joints.body_a[1], joints.body_b[1]) == (5, 2)
    np.testing.assert_allclose(joints.anchor_a[1], workshop().bodies.position[6], atol=1e-6)
    assert (joints.lower[1], joints.upper[1]) == (-0.5, 0.25)
    # The wedge may meet the floor, the trapezoid, which it holds, may not.
    assert built().world.meets[0].tolist() == [True, True, False, True, False]


def test_motors_and_thrusters_have_kinetix_s_numbers():
    world = built().world
    assert world.joints.motor_speed[0] == pytest.approx(12)
    inertia = 1 / (world.bodies.inverse_inertia[0] + world.bodies.inverse_inertia[3])
    at_rest = 900 * 1.5 * math.tanh(0.1 * 12) * inertia
    assert world.joints.motor_torque[0] == pytest.approx(at_rest, rel=1e-5)
    assert world.thrusters.force[0] == pytest.approx(30)
    np.testing.assert_allclose(
        world.thrusters.direction[0], [math.cos(0.7), math.sin(0.7)], rtol=1e-5
    )


# -- the goal --------------------------------------------------------------------------------------


def trial(other: Any, *, overlap: bool = True, joined: bool = False, red: bool = False) -> Level:
    """A green disc on or over a body of another role, and maybe on a red one."""
    draft = (
        LevelDraft(ROOM)
        .circle(0.2, (2.0, 3.0), name="green", role="green")
        .box(0.3, 0.3, (2.0, 2.7 if overlap else 1.5), name="other", role=other)
        .gravity(0, 0)
    )
    if joined:
        draft = draft.revolute("green", "other", at=(2.0, 2.8))
    if red:
        draft = draft.box(0.3, 0.3, (2.0, 3.3), name="third", role="red")
    return draft.level(needs_goal=False)


@functools.cache
def stepped() -> Any:
    """The first steps of some levels, with an entry per level and step."""
    levels = [
        trial("blue"),
        trial("red"),
        trial("blue", red=True),
        trial("blue", joined=True),
        trial("grey"),
        trial("blue", overlap=False).replace(gravity=np.array([0, -9.81], np.float32)),
    ]
    env = Kinetix(size=ROOM)

    def play(level: Level) -> Any:
        def one(state: State, _: None) -> Any:
            t = env.step(KEY, state, 8)
            return t.state, t._replace(state=None)

        return jax.lax.scan(one, env.reset_to_level(KEY, level)[1], None, length=16)[1]

    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *levels)
    return jax.device_get(jax.jit(jax.vmap(play))(stacked))


def test_green_on_blue_wins_and_red_counts_first():
    t = stepped()
    assert t.reward[:5, 0].tolist() == [1, -1, -1, 1, 0]
    assert t.terminated[:5, 0].tolist() == [True, True, True, True, False]
    assert t.info["success"][:5, 0].tolist() == [True, False, False, True, False]


def test_coming_nearer_is_rewarded_from_the_second_step_on():
    reward, distance = stepped().reward[5], stepped().info["distance"][5]
    assert reward[0] == 0
    before = distance[:-1] - distance[1:]
    np.testing.assert_allclose(reward[1:], 0.1 * before, atol=1e-6)
    np.testing.assert_allclose(distance[:12], 1.5, atol=1e-5)  # both fall
    assert distance[-1] < 1.1  # one has landed


def test_a_level_has_its_own_time_limit():
    level = workshop().replace(max_timesteps=np.array(40, np.int32))
    assert Kinetix(size=ROOM, level=level).default_params.max_steps == 40
    assert jaxenvs.make("Kinetix-S-Symbolic-Discrete-v0").default_params.max_steps == 256


# -- levels by name --------------------------------------------------------------------------------


def test_levels_are_found_by_name_and_in_files(tmp_path):
    by_name: Any = jaxenvs.make("Kinetix-M-Symbolic-Discrete-v0", level="h1_car_left")
    assert same(by_name.level.tree, load_published("m/h1_car_left"))
    path = tmp_path / "car.json"
    write(path, load_published("m/h1_car_left"))
    from_file: Any = jaxenvs.make("Kinetix-M-Symbolic-Discrete-v0", level=str(path))
    assert (from_file, hash(from_file)) == (by_name, hash(by_name))
    assert pickle.loads(pickle.dumps(from_file)) == by_name
    assert by_name.reset_cost == "cheap"
    assert repr(by_name).endswith("level='h1_car_left')")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": "h1_car_leff"}, r"^level: .*h1_car_left"),
        ({"level": "nowhere.json"}, r"^level: nowhere.json: No such file"),
        ({"level": "l/h7_maze_1"}, r"^level: expected at most 5 polygons, got 12"),
        ({"size": Size(3, 1, 1, 1)}, r"^size.polygons: expected a whole number from 5 to 64"),
        ({"size": Size(5, 1, 0, 0)}, r"^size: expected 4 walls and 3 bodies or more"),
        ({"size": "xl"}, r"^size: expected 's', 'm' or 'l'"),
        ({"frame_skip": 0}, r"^frame_skip"),
    ],
)
def test_wrong_options_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Kinetix(**options)


def test_a_broken_file_names_its_field(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('{"env_state": 1}')
    with pytest.raises(ValueError, match=rf"^level: {path}: level.env_params"):
        Kinetix(level=str(path))


def test_small_levels_fit_into_larger_ones():
    small = load_published("s/h6_unicycle_right")
    large = fitted(small, SIZES["l"])
    assert large.size == SIZES["l"]
    active = large.joints.active
    assert (large.joints.b_index[active] - small.joints.b_index[small.joints.active] == 7).all()
    for name in ("position", "role", "active"):
        ours, theirs = getattr(large.bodies, name), getattr(small.bodies, name)
        np.testing.assert_array_equal(np.concatenate([ours[:5], ours[12:14]]), theirs)
    assert np.count_nonzero(large.bodies.active) == np.count_nonzero(small.bodies.active)


def test_levels_survive_json():
    env = Kinetix(size="l")
    for name in published():
        if name.startswith("l/"):
            level = load_published(name)
            assert same(env.level_from_json(env.level_to_json(level)), level)


# -- laws of the contract --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "env_id",
    ["Kinetix-S-Symbolic-Discrete-v0", "Kinetix-M-Entity-Continuous-v0", "KinetixTeam-S-v0"],
)
def test_laws_of_types_are_kept(env_id):
    env = jaxenvs.make(env_id, level="h6_unicycle_right")
    for law in (
        _traced.types_never_change,
        _traced.spaces_take_traced_params,
        _traced.observations_have_the_space_s_type,
        _traced.equal_instances_share_one_trace,
    ):
        law(env)


def test_random_levels_are_as_fixed_ones():
    env = Kinetix(size="m")
    drawn = jax.eval_shape(env.sample_level, KEY, env.default_params)
    edited = jax.eval_shape(env.mutate_level, KEY, drawn, 3, env.default_params)
    fixed = load_published("m/h1_car_left")
    for found in (drawn, edited):
        assert jax.tree.structure(found) == jax.tree.structure(fixed)
        for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(fixed), strict=True):
            assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


# -- teams -----------------------------------------------------------------------------------------


def test_a_team_shares_out_the_bindings():
    team = KinetixTeam()
    assert team.kinds == [([0, 2], [0]), ([1, 3], [1])]
    assert KinetixTeam(num_agents=4).kinds == [([0], [0]), ([1], [1]), ([2], []), ([3], [])]
    uneven = KinetixTeam(split=(0, 0, 0, 1, 1, 1))
    assert uneven.kinds == [([0, 1, 2], []), ([3], [0, 1])]
    with pytest.raises(ValueError, match=r"^split: expected each of the agents 0 to 1"):
        KinetixTeam(split=(0,) * 6)
    with pytest.raises(ValueError, match=r"^split: expected 6 agents"):
        KinetixTeam(split=(0, 1))


@pytest.mark.parametrize("kind", ["discrete", "multidiscrete", "continuous"])
def test_spaces_of_a_team_stack(kind):
    team = KinetixTeam(split=(0, 0, 0, 1, 1, 1), actions=kind, size="m")
    drawn = jax.eval_shape(team.action_space().sample, KEY)
    assert drawn.shape[0] == 2
    space: Any = team.observation_space()
    assert space.shape == (2, 247)
