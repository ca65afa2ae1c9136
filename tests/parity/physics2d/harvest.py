"""Plays Jax2D and writes single steps down: states and actions before, states after.

It needs Jax2D, which wants an older JAX than ours, so it runs in an environment of its own:

    python3.11 -m venv .cache/jax2d && .cache/jax2d/bin/pip install jax2d==1.0.1
    .cache/jax2d/bin/python tests/parity/physics2d/harvest.py LEVELS

where LEVELS is a folder with Kinetix's level files in `s/`, `m/` and `l/` (package `kinetix-env`
3.0.2, `kinetix/levels`). It writes `.cache/jax2d_steps.npz`, which the slow tests read, and with
`--golden` the small file beside this one, which the fast test reads. Both hold the same arrays, by
names "<group>/<part>/<name>": groups are sizes of scenes, parts `scene` (an entry per scene),
`before`, `action`, `after`, `active` and `scene_of` (an entry per step).
"""

import argparse
import functools
import json
import pathlib
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax2d import engine, sim_state

HERE = pathlib.Path(__file__).resolve().parent
FULL = HERE.parents[2] / ".cache" / "jax2d_steps.npz"
GOLDEN = HERE / "jax2d_steps.npz"

BODY = ("position", "rotation", "velocity", "angular_velocity")
IMPULSES = ("acc_impulse_normal", "acc_impulse_tangent")
KINDS = ("rr", "cr", "cc")


class Size(NamedTuple):
    polygons: int
    circles: int
    joints: int
    thrusters: int


SIZES = {"s": Size(5, 2, 1, 1), "m": Size(6, 3, 2, 2), "l": Size(12, 4, 6, 2)}
ODD = Size(9, 6, 5, 3)  # neither kind of pair with a polygon fills its batches

# A scene is a dict of dicts of numpy arrays: "polygon", "circle", "joint", "thruster", "gravity".
Scene = dict[str, Any]


# -- scenes ------------------------------------------------------------------------------------


def zeros(size: Size) -> Scene:
    """A scene without anything, every slot zero."""
    f, i, b = np.float32, np.int32, np.bool_

    def body(n: int) -> dict[str, np.ndarray]:
        scalars = ("rotation", "angular_velocity", "inverse_mass", "inverse_inertia")
        found = {name: np.zeros(n, f) for name in (*scalars, "friction", "restitution", "radius")}
        found |= {"position": np.zeros((n, 2), f), "velocity": np.zeros((n, 2), f)}
        found |= {"collision_mode": np.zeros(n, i), "n_vertices": np.zeros(n, i)}
        return (
            found
            | {"active": np.zeros(n, b), "vertices": np.zeros((n, 4, 2), f)}
            | {"role": np.zeros(n, i)}
        )

    n = size.joints
    vectors = ("a_relative_pos", "b_relative_pos", "global_position", "acc_impulse")
    joint = {name: np.zeros((n, 2), f) for name in vectors}
    numbers = ("acc_r_impulse", "motor_speed", "motor_power", "min_rotation", "max_rotation")
    joint |= {name: np.zeros(n, f) for name in (*numbers, "rotation")}
    joint |= {name: np.zeros(n, i) for name in ("a_index", "b_index")}
    flags = ("active", "motor_on", "motor_has_joint_limits", "is_fixed_joint")
    joint |= {name: np.zeros(n, b) for name in flags}
    n = size.thrusters
    thruster = {name: np.zeros((n, 2), f) for name in ("relative_position", "global_position")}
    thruster |= {"rotation": np.zeros(n, f), "power": np.zeros(n, f)}
    thruster |= {"object_index": np.zeros(n, i), "active": np.zeros(n, b)}
    gravity = np.array([0, -9.81], f)
    return {
        "polygon": body(size.polygons),
        "circle": body(size.circles),
        "joint": joint,
        "thruster": thruster,
        "gravity": gravity,
    }


def level(path: pathlib.Path, size: Size) -> Scene:
    """A level file, in the first slots of a scene of some size."""
    state = json.loads(path.read_text())["env_state"]
    scene = zeros(size)
    polygons = len(state["polygon"])
    for part in ("polygon", "circle", "joint", "thruster"):
        for slot, entry in enumerate(state[part]):
            for name, rows in scene[part].items():
                rows[slot] = plain(entry[name])
                if name.endswith("_index") and rows[slot] >= polygons:
                    rows[slot] += size.polygons - polygons
    scene["gravity"] = np.array(plain(state["gravity"]), np.float32)
    return scene


def plain(value: Any) -> Any:
    """Lists for the files' objects with the keys "0", "1", ..."""
    if isinstance(value, dict):
        return [plain(value[str(index)]) for index in range(len(value))]
    return value


def random_scene(size: Size, walls: Scene, rng: np.random.Generator) -> Scene:
    """Bodies anywhere within the walls of another scene, many of which overlap, and joints.

    None is so light, nor any joint so far out, that rounding is felt as a motion of its own.
    """
    scene = zeros(size)
    for name, rows in scene["polygon"].items():
        rows[:4] = walls["polygon"][name][:4]
    if rng.random() < 0.3:
        scene["gravity"] = rng.normal(0, 6, 2).astype(np.float32)
    bouncy = rng.random() < 0.5
    for slot in range(4, size.polygons):
        put(scene["polygon"], slot, rng, bouncy)
        polygon(scene["polygon"], slot, rng)
    for slot in range(size.circles):
        put(scene["circle"], slot, rng, bouncy)
        radius = rng.uniform(0.15, 0.45)
        scene["circle"]["radius"][slot] = radius
        weigh(scene["circle"], slot, np.pi * radius**2, np.pi * radius**4 / 4, rng)
    for slot in range(size.joints):
        join(scene, slot, size, rng)
    for slot in range(size.thrusters):
        push = scene["thruster"]
        push["object_index"][slot] = rng.integers(4, size.polygons + size.circles)
        push["relative_position"][slot] = rng.uniform(-0.2, 0.2, 2)
        push["rotation"][slot] = rng.uniform(-np.pi, np.pi)
        push["power"][slot] = rng.uniform(0.5, 3)
        push["active"][slot] = rng.random() < 0.8
    return scene


def put(bodies: dict[str, np.ndarray], slot: int, rng: np.random.Generator, bouncy: bool) -> None:
    bodies["position"][slot] = rng.uniform(0.5, 4.5, 2)
    bodies["rotation"][slot] = rng.choice([0, rng.uniform(-np.pi, np.pi)])
    bodies["velocity"][slot] = rng.normal(0, 2, 2)
    bodies["angular_velocity"][slot] = rng.normal(0, 3)
    bodies["friction"][slot] = rng.choice([1, rng.uniform(0, 2)])
    bodies["restitution"][slot] = rng.uniform(0, 0.8) if bouncy else 0
    bodies["collision_mode"][slot] = rng.choice([0, 1, 1, 1, 1, 2])
    bodies["active"][slot] = rng.random() < 0.85


def polygon(bodies: dict[str, np.ndarray], slot: int, rng: np.random.Generator) -> None:
    """A triangle, a rectangle or any convex quadrilateral."""
    corners = int(rng.choice([3, 4, 4]))
    if corners == 4 and rng.random() < 0.6:
        w, h = rng.uniform(0.15, 0.7, 2)
        points = np.array([[-w, h], [w, h], [w, -h], [-w, -h]])
    else:
        angles = 2 - np.arange(corners) * 2 * np.pi / corners + rng.uniform(-0.4, 0.4, corners)
        points = rng.uniform(0.3, 0.7) * np.stack([np.cos(angles), np.sin(angles)], -1)
    points -= points.mean(axis=0)
    following = np.roll(points, -1, axis=0)
    outer = np.abs(points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0])
    squares = points * points + points * following + following * following
    bodies["n_vertices"][slot] = corners
    bodies["vertices"][slot, :corners] = points
    weigh(bodies, slot, outer.sum() / 2, (outer * squares.sum(-1)).sum() / 12, rng)


def weigh(
    bodies: dict[str, np.ndarray], slot: int, mass: float, inertia: float, rng: np.random.Generator
) -> None:
    movable = rng.random() < 0.9
    density = rng.uniform(0.5, 2)
    bodies["inverse_mass"][slot] = movable / (mass * density)
    bodies["inverse_inertia"][slot] = movable / (inertia * density)


def join(scene: Scene, slot: int, size: Size, rng: np.random.Generator) -> None:
    """A joint that brings a body without one to another body; cycles of joints blow up in Jax2D."""
    joint = scene["joint"]
    linked = {*joint["a_index"][:slot], *joint["b_index"][:slot]}
    numbers = set(range(4, size.polygons + size.circles))
    if not numbers - linked:
        return
    second = rng.choice(sorted(numbers - linked))
    first = rng.choice(sorted((numbers | {0}) - {second}))
    anchors = rng.uniform(-0.15, 0.15, (2, 2)).astype(np.float32)
    ends = []
    for number, anchor in zip((first, second), anchors, strict=True):
        is_polygon = number < size.polygons
        bodies = scene["polygon" if is_polygon else "circle"]
        place = number if is_polygon else number - size.polygons
        angle = bodies["rotation"][place]
        arm = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ anchor
        ends.append((bodies["position"], place, arm, angle))
    (where, place, arm, angle), (other_where, other, other_arm, other_angle) = ends
    other_where[other] = where[place] + arm - other_arm + rng.normal(0, 0.01, 2)
    joint["a_index"][slot], joint["b_index"][slot] = first, second
    joint["a_relative_pos"][slot], joint["b_relative_pos"][slot] = anchors
    joint["active"][slot] = rng.random() < 0.9
    joint["rotation"][slot] = other_angle - angle
    joint["is_fixed_joint"][slot] = rng.random() < 0.25
    joint["motor_has_joint_limits"][slot] = rng.random() < 0.5
    joint["min_rotation"][slot] = -rng.uniform(0.2, 1.5)
    joint["max_rotation"][slot] = rng.uniform(0.2, 1.5)
    joint["motor_on"][slot] = rng.random() < 0.8
    joint["motor_speed"][slot] = rng.uniform(0.3, 3)
    joint["motor_power"][slot] = rng.uniform(0.3, 3)


# -- playing -----------------------------------------------------------------------------------


def sim(scene: Scene, size: Size) -> sim_state.SimState:
    """The scene as Jax2D has it, without the roles."""
    params = static(size)
    joint = sim_state.Joint(**jax.tree.map(jnp.asarray, scene["joint"]))
    bodies = [
        sim_state.RigidBody(
            **{name: jnp.asarray(rows) for name, rows in scene[part].items() if name != "role"}
        )
        for part in ("polygon", "circle")
    ]
    rr, cr, cc = engine.get_empty_collision_manifolds(params)
    return sim_state.SimState(
        polygon=bodies[0],
        circle=bodies[1],
        joint=joint,
        thruster=sim_state.Thruster(**jax.tree.map(jnp.asarray, scene["thruster"])),
        collision_matrix=engine.calculate_collision_matrix(params, joint),
        acc_rr_manifolds=rr,
        acc_cr_manifolds=cr,
        acc_cc_manifolds=cc,
        gravity=jnp.asarray(scene["gravity"]),
    )


@functools.cache
def static(size: Size) -> sim_state.StaticSimParams:
    return sim_state.StaticSimParams(
        num_polygons=size.polygons,
        num_circles=size.circles,
        num_joints=size.joints,
        num_thrusters=size.thrusters,
    )


def changing(state: sim_state.SimState) -> dict[str, jax.Array]:
    """What a step changes, by name."""
    found = {}
    for part in ("polygon", "circle"):
        found |= {f"{part}.{name}": getattr(getattr(state, part), name) for name in BODY}
    for kind in KINDS:
        manifolds = getattr(state, f"acc_{kind}_manifolds")
        found |= {f"{kind}.{name}": getattr(manifolds, name) for name in IMPULSES}
    return found | {
        "joint.acc_impulse": state.joint.acc_impulse,
        "joint.acc_r_impulse": state.joint.acc_r_impulse,
    }


def touching(state: sim_state.SimState) -> jax.Array:
    """Which pairs touched before the step that led here, in the order of Jax2D's pairs."""
    active = [state.acc_rr_manifolds.active[:, 0]]
    active += [state.acc_cr_manifolds.active, state.acc_cc_manifolds.active]
    return jnp.concatenate(active)


@functools.cache
def player(size: Size) -> Any:
    """A jitted function of states and actions, `[scenes, ...]` and `[steps, scenes, ...]`."""
    step = jax.vmap(engine.PhysicsEngine(static(size)).step, in_axes=(0, None, 0))

    def one(state: sim_state.SimState, action: jax.Array) -> Any:
        after, _ = step(state, sim_state.SimParams(), action)
        return after, (changing(after), jax.vmap(touching)(after))

    return jax.jit(lambda state, actions: jax.lax.scan(one, state, actions)[1])


def random_actions(size: Size, steps: int, scenes: int, rng: np.random.Generator) -> np.ndarray:
    """Actions that are held for some time, [steps, scenes, joints + thrusters]."""
    shape = (steps, scenes, size.joints + size.thrusters)
    drawn = rng.choice([-1, 0, 1, 2], shape, p=[0.3, 0.2, 0.3, 0.2])
    drawn = np.where(drawn == 2, rng.uniform(-1, 1, shape), drawn).astype(np.float32)
    drawn[..., size.joints :] = np.clip(drawn[..., size.joints :], 0, 1)
    for t in range(1, steps):
        held = rng.random(shape[1:]) < 0.93
        drawn[t] = np.where(held, drawn[t - 1], drawn[t])
    return drawn


def steps_of(
    scenes: list[Scene], size: Size, length: int, count: int, seed: int
) -> dict[str, np.ndarray]:
    """`count` steps of each scene out of a play of some length, in the form of the file."""
    rng = np.random.default_rng(seed)
    actions = random_actions(size, length, len(scenes), rng)
    states = [sim(scene, size) for scene in scenes]
    first = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
    after, active = jax.device_get(player(size)(first, actions))
    start = jax.device_get(jax.vmap(changing)(first))
    before = {name: np.concatenate([start[name][None], rows[:-1]]) for name, rows in after.items()}
    scene_of = np.repeat(np.arange(len(scenes)), count)
    # The first steps of each play, where all is at rest, and others.
    times = np.concatenate(
        [
            np.r_[0:2, 2 + rng.choice(length - 2, count - 2, replace=False)]
            if count > 2
            else rng.choice(length, count, replace=False)
            for _ in scenes
        ]
    )
    kept = usable(before, after)[times, scene_of]
    times, scene_of = times[kept], scene_of[kept]
    found = {f"before/{name}": rows[times, scene_of] for name, rows in before.items()}
    found |= {f"after/{name}": rows[times, scene_of] for name, rows in after.items()}
    found |= described(scenes, first)
    return found | {
        "action": actions[times, scene_of],
        "active": active[times, scene_of],
        "scene_of": scene_of.astype(np.int32),
    }


def usable(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> np.ndarray:
    """Which steps, [steps, scenes], are those of scenes that have not blown up.

    Where Jax2D's impulses grow without bound, its numbers are NaN or without a digit that counts.
    """
    rows = [*before.values(), *after.values()]
    sizes = [np.abs(part).reshape(*part.shape[:2], -1).max(-1, initial=0) for part in rows]
    return np.all([size < 1000 for size in sizes], axis=0)


def described(scenes: list[Scene], first: sim_state.SimState) -> dict[str, np.ndarray]:
    """What a step does not change, with an entry per scene."""
    changed = changing(first)
    found = {}
    for part in ("polygon", "circle", "joint", "thruster"):
        for name in scenes[0][part]:
            if f"{part}.{name}" not in changed and name != "global_position":
                found[f"scene/{part}.{name}"] = np.stack([scene[part][name] for scene in scenes])
    found["scene/gravity"] = np.stack([scene["gravity"] for scene in scenes])
    found["scene/collision_matrix"] = np.asarray(first.collision_matrix)
    return found


# -- long plays --------------------------------------------------------------------------------

LONG_STEPS = 512


def long_plays(scenes: list[Scene], size: Size, seed: int) -> dict[str, np.ndarray]:
    """Whole plays of all scenes, and the same with all bodies moved by a micrometer."""
    rng = np.random.default_rng(seed)
    actions = random_actions(size, LONG_STEPS, 1, rng)
    actions = np.repeat(actions, len(scenes), axis=1)
    first = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[sim(s, size) for s in scenes])
    moved = first.replace(
        polygon=first.polygon.replace(position=first.polygon.position + 1e-6),
        circle=first.circle.replace(position=first.circle.position + 1e-6),
    )
    start = jax.device_get(jax.vmap(changing)(first))
    found = described(scenes, first) | {f"before/{name}": rows for name, rows in start.items()}
    found["action"] = actions[:, 0]
    for name, start in (("plain", first), ("moved", moved)):
        after, active = jax.device_get(player(size)(start, actions))
        bodies = [after["polygon.position"], after["circle.position"]]
        found[f"{name}/position"] = np.concatenate(bodies, axis=2)
        found[f"{name}/active"] = active
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("levels", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true", help="write the small file")
    options = parser.parse_args()
    paths = {size: sorted((options.levels / size).glob("*.json")) for size in SIZES}
    large = SIZES["l"]
    walls = level(paths["s"][0], SIZES["s"])
    rng = np.random.default_rng(0)
    found: dict[str, np.ndarray] = {}

    def add(group: str, arrays: dict[str, np.ndarray]) -> None:
        found.update({f"{group}/{name}": rows for name, rows in arrays.items()})
        print(group, len(arrays["action"]), "steps", flush=True)

    if options.golden:
        chosen = [*paths["s"][::2], *paths["m"][::2], *paths["l"][::3]]
        scenes = [level(path, large) for path in chosen]
        scenes += [random_scene(large, walls, rng) for _ in range(12)]
        add("l", steps_of(scenes, large, 200, 5, seed=1))
        np.savez_compressed(GOLDEN, **found)
        return
    for name, count in (("l", 70), ("m", 60), ("s", 60)):
        scenes = [level(path, SIZES[name]) for path in paths[name]]
        scenes += [random_scene(SIZES[name], walls, rng) for _ in range(30)]
        add(name, steps_of(scenes, SIZES[name], 256, count, seed=2))
    scenes = [random_scene(ODD, walls, rng) for _ in range(40)]
    add("odd", steps_of(scenes, ODD, 128, 40, seed=3))
    scenes = [level(path, large) for path in paths["l"]]
    add("long", long_plays(scenes, large, seed=4))
    FULL.parent.mkdir(exist_ok=True)
    np.savez_compressed(FULL, **found)


if __name__ == "__main__":
    main()
