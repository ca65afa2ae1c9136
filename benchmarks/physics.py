"""The speed of the physics engine beside Jax2D and Box2D, and how it grows.

    python benchmarks/physics.py --what sizes growth share
    python benchmarks/physics.py --what peers --jax2d PYTHON --box2d PYTHON
    python benchmarks/physics.py --write

All figures are physics steps of a 60th of a second in a second of CPU time of the process: our step
has 4 substeps in it, those of the peers 10 iterations. Scenes are those of physics_scenes.py, the
same for every engine, with motors that change direction each step and thrusters on. Figures are
kept in physics.json; `--write` writes the tables of docs/performance.md and the picture of
docs/physics.md from them. Box2D is called from Python, scene by scene, and its steps are few calls.
"""

import argparse
import functools
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from benchmarks import physics_pages
from benchmarks.physics_scenes import SIZES, common_sizes, described, of_bodies, random_scenes
from jaxenvs.physics2d import Controls, Scene, State, World, pairs, step

HERE = pathlib.Path(__file__).resolve().parent
FIGURES = HERE / "physics.json"
LAYOUTS = 64  # different scenes in a batch
COUNTS = (1, 64, 256, 1024, 4096)
BODIES = (5, 10, 20, 30, 45, 60)
SMALLER = {5: 1.0, 10: 1.0, 20: 0.8, 30: 0.65, 45: 0.55, 60: 0.45}  # that they fit the room
WORK = 30_000  # scenes times steps in a timed round of S; fewer of the larger
ROUNDS = 4
PEER_COUNTS = ((1, 200), (64, 20), (256, 10), (1024, 4), (4096, 1))


def kept() -> dict[str, Any]:
    """All figures so far."""
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else {}


@functools.cache
def scenes_of(name: str) -> list[Scene]:
    """The scenes of a size, by its letter or its number of bodies."""
    if name in SIZES:
        return random_scenes(SIZES[name], LAYOUTS, 0)
    return random_scenes(of_bodies(int(name)), LAYOUTS, 0, SMALLER[int(name)])


def batch(scenes: Sequence[Scene], number: int) -> tuple[World, State]:
    """So many scenes, again and again the same."""
    sizes = common_sizes(list(scenes))
    built = [scene.world(sizes) for scene in scenes]
    chosen = [built[k % len(built)] for k in range(number)]
    world, state = jax.tree.map(lambda *leaves: jnp.asarray(np.stack(leaves)), *chosen)
    return world, state


def measured(scenes: Sequence[Scene], number: int, work: int) -> dict[str, float]:
    """Steps in a CPU-second, seconds of tracing and compiling, lines of program, bytes a state."""
    world, state = batch(scenes, number)
    steps = max(1, work // number)

    def run(world: World, state: State) -> State:
        joints, thrusters = world.joints.active.shape, world.thrusters.active.shape

        def one(count: jax.Array, state: State) -> State:
            sign = jnp.where(count % 2 == 0, 1.0, -1.0).astype(jnp.float32)
            motor = sign * jnp.ones(joints, jnp.float32)
            controls = Controls(motor=motor, thrust=jnp.ones(thrusters, jnp.float32))
            return jax.vmap(step)(world, state, controls)[0]

        return jax.lax.fori_loop(0, steps, one, state)

    start = time.process_time()
    lowered = jax.jit(run).lower(world, state)
    traced = time.process_time()
    compiled = lowered.compile()
    done = time.process_time()
    best = math.inf
    for _ in range(ROUNDS):
        begin = time.process_time()
        state = jax.block_until_ready(compiled(world, state))
        best = min(best, time.process_time() - begin)
    assert np.isfinite(state.position).all()
    return {
        "steps": number * steps / best,
        "trace": traced - start,
        "compile": done - traced,
        "lines": len(lowered.as_text().splitlines()),
        "bytes": sum(leaf.nbytes for leaf in jax.tree.leaves(state)) / number,
    }


def sizes(names: Sequence[str], counts: Sequence[int]) -> dict[str, Any]:
    """Of S, M and L, for each number of scenes."""
    found = {}
    for name in names:
        work = WORK // {"S": 1, "M": 2, "L": 4}[name]
        for count in counts:
            least = work if count > 1 else work // 10
            found[f"{name} {count}"] = measured(scenes_of(name), count, least)
            print(name, count, found[f"{name} {count}"], flush=True)
    return found


def growth(numbers: Sequence[int]) -> dict[str, Any]:
    """Of 256 scenes, for each number of bodies."""
    found = {}
    for number in numbers:
        work = max(256, int(WORK * 10 / number**2))
        found[str(number)] = measured(scenes_of(str(number)), 256, work)
        print(number, "bodies", found[str(number)], flush=True)
    return found


def share(numbers: Sequence[int]) -> dict[str, Any]:
    """What part of all pairs of bodies overlaps, and would pass a test of boxes, after 2 s."""
    found = {}
    for number in numbers:
        world, state = batch(scenes_of(str(number)), LAYOUTS)
        controls = Controls(
            motor=jnp.zeros(world.joints.active.shape, jnp.float32),
            thrust=jnp.zeros(world.thrusters.active.shape, jnp.float32),
        )

        def one(state: State, _: None, world: World = world, controls: Controls = controls) -> Any:
            state, contacts = jax.vmap(step)(world, state, controls)
            return state, contacts.touching

        state, touching = jax.jit(lambda state, one=one: jax.lax.scan(one, state, length=120))(
            state
        )
        boxed = np.mean(
            [
                _boxed(*jax.tree.map(lambda x, k=k: np.asarray(x[k]), (world, state)))
                for k in range(LAYOUTS)
            ]
        )
        found[str(number)] = {
            "pairs": number * (number - 1) // 2,
            "touching": float(np.asarray(touching)[-1].sum((1, 2)).mean()),
            "boxed": float(boxed),
        }
        print(number, "bodies", found[str(number)], flush=True)
    return found


def _boxed(world: World, state: State) -> int:
    """How many pairs of one scene's bodies have boxes, 2 cm wider than they, that overlap."""
    s, c = np.sin(state.angle)[:, None], np.cos(state.angle)[:, None]
    x, y = world.bodies.vertices[..., 0], world.bodies.vertices[..., 1]
    corners = np.stack([c * x - s * y, s * x + c * y], axis=-1) + state.position[:, None]
    around = world.bodies.radius[:, None] + 0.01
    low, high = corners.min(1) - around, corners.max(1) + around
    first, second = np.moveaxis(pairs(len(s)).reshape(-1, 2), -1, 0)
    return int(((low[first] < high[second]) & (low[second] < high[first])).all(-1).sum())


def peers(names: Sequence[str], jax2d: str | None, box2d: str | None) -> dict[str, Any]:
    """Of Jax2D for each number of scenes, and of Box2D scene by scene."""
    found = {}
    for name in names:
        plan: dict[str, Any] = {"scenes": [described(scene) for scene in scenes_of(name)]}
        if jax2d and name in SIZES:
            size = SIZES[name]._replace(polygons=SIZES[name].polygons + 4)
            asked = plan | {"size": size, "counts": PEER_COUNTS, "rounds": 3}
            found[f"jax2d {name}"] = json.loads(_told(jax2d, "physics_jax2d.py", asked))
        if box2d:
            asked = plan | {"steps": 300}
            found[f"box2d {name}"] = float(_told(box2d, "physics_c.py", asked, "box2d"))
        print(name, found, flush=True)
    return found


def _told(python: str, script: str, plan: dict[str, Any], *arguments: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "plan.json")
        file.write_text(json.dumps(plan))
        command = [python, str(HERE / script), *arguments, str(file), "--seconds"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    choices = ("sizes", "growth", "share", "peers")
    parser.add_argument("--what", nargs="*", choices=choices, default=[])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--counts", nargs="+", type=int, default=COUNTS)
    parser.add_argument("--bodies", nargs="+", type=int, default=BODIES)
    parser.add_argument("--jax2d", help="a Python that has jax2d")
    parser.add_argument("--box2d", help="a Python that has Box2D")
    parser.add_argument("--write", action="store_true", help="write the pages from the figures")
    options = parser.parse_args()
    for what in options.what:
        if what == "sizes":
            found = sizes(options.sizes, options.counts)
        elif what == "peers":
            found = peers([*options.sizes, *map(str, options.bodies)], options.jax2d, options.box2d)
        else:
            found = {"growth": growth, "share": share}[what](options.bodies)
        figures = kept()  # only now, as several may be measuring
        figures[what] = figures.get(what, {}) | found
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    if options.write:
        physics_pages.write(kept())


if __name__ == "__main__":
    main()
