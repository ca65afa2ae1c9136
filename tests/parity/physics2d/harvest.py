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
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax2d import engine, sim_state  # type: ignore[import-not-found]
from scenes import ODD, SIZES, Scene, Size, level, random_scene  # beside this script

HERE = pathlib.Path(__file__).resolve().parent
FULL = HERE.parents[2] / ".cache" / "jax2d_steps.npz"
GOLDEN = HERE / "jax2d_steps.npz"

BODY = ("position", "rotation", "velocity", "angular_velocity")
IMPULSES = ("acc_impulse_normal", "acc_impulse_tangent")
KINDS = ("rr", "cr", "cc")


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
    parser = argparse.ArgumentParser(description="Writes steps of Jax2D down.")
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
        np.savez_compressed(GOLDEN, allow_pickle=False, **found)
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
    np.savez_compressed(FULL, allow_pickle=False, **found)


if __name__ == "__main__":
    main()
