"""Scenes in Jax2D; run by a Python that has it, without jaxenvs.

    PYTHON benchmarks/physics_jax2d.py PLAN.json OUT.npz

Plans and what is written are those of physics_c.py. Bodies get the masses and moments of inertia
that Jax2D itself works out. With `--seconds` it prints, as JSON, how many steps of a batch it does
in a second of CPU time, and what compiling took.
"""

import argparse
import json
import math
import pathlib
import sys
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/parity/physics2d"))

import harvest  # type: ignore[import-not-found]
from jax2d import engine, sim_state  # type: ignore[import-not-found]
from scenes import Scene, Size, zeros  # type: ignore[import-not-found]

WALLS = 4
BASE_FRICTION = 0.4 * math.sqrt(2)  # of two bodies whose own is 1


def converted(scene: dict[str, Any], size: Size) -> tuple[Scene, list[int]]:
    """The arrays of a scene, and the number that each of its bodies has in them."""
    found, numbers = zeros(size), []
    found["gravity"] = np.array(scene["gravity"], np.float32)
    free = {"static": iter(range(WALLS)), "polygon": iter(range(WALLS, size.polygons))}
    free["circle"] = iter(range(size.circles))
    for part in scene["bodies"]:
        kind = "circle" if part["radius"] else "polygon"
        slot = next(free["static" if part["static"] else kind])
        bodies = found[kind]
        numbers.append(slot + (size.polygons if kind == "circle" else 0))
        names = {"position": "position", "velocity": "velocity", "angle": "rotation"}
        for ours, theirs in (names | {"spin": "angular_velocity"}).items():
            bodies[theirs][slot] = part[ours]
        bodies["friction"][slot] = part["friction"] / BASE_FRICTION
        bodies["restitution"][slot] = part["restitution"]
        bodies["collision_mode"][slot] = 2 if part["static"] else 1
        bodies["active"][slot] = True
        moves = 0.0 if part["static"] else 1.0
        bodies["inverse_mass"][slot] = moves / part["mass"]
        bodies["inverse_inertia"][slot] = moves / part["inertia"]
        if kind == "circle":
            bodies["radius"][slot] = part["radius"]
        else:
            clockwise = np.array(part["vertices"])[::-1]
            bodies["vertices"][slot, : len(clockwise)] = clockwise
            bodies["n_vertices"][slot] = len(clockwise)
    _join(scene, found, numbers)
    return found, numbers


def _join(scene: dict[str, Any], found: Scene, numbers: list[int]) -> None:
    joints, pushes = found["joint"], found["thruster"]
    for slot, joint in enumerate(scene["joints"]):
        a, b = joint["a"], joint["b"]
        joints["active"][slot] = True
        joints["a_index"][slot], joints["b_index"][slot] = numbers[a], numbers[b]
        joints["a_relative_pos"][slot], joints["b_relative_pos"][slot] = joint["anchors"]
        joints["is_fixed_joint"][slot] = joint["fixed"]
        joints["rotation"][slot] = joint["reference"]
        joints["motor_has_joint_limits"][slot] = joint["limits"] is not None
        lower, upper = joint["limits"] or (0, 0)
        joints["min_rotation"][slot], joints["max_rotation"][slot] = lower, upper
        if joint["motor_torque"]:
            turning = sum(
                0 if scene["bodies"][k]["static"] else 1 / scene["bodies"][k]["inertia"]
                for k in (a, b)
            )
            # The power that gives the same torque when the wheel stands still.
            share = 900 * math.tanh(0.1 * abs(joint["motor_speed"])) / turning
            joints["motor_power"][slot] = joint["motor_torque"] / share
            joints["motor_speed"][slot] = joint["motor_speed"] / 6
            joints["motor_on"][slot] = True
    for slot, push in enumerate(scene["thrusters"]):
        pushes["active"][slot] = True
        pushes["object_index"][slot] = numbers[push["body"]]
        pushes["relative_position"][slot] = push["position"]
        pushes["rotation"][slot] = push["direction"]
        pushes["power"][slot] = push["force"] / 10


def batch(plan: dict[str, Any]) -> tuple[sim_state.SimState, Size, list[list[int]]]:
    """The first states, their size, and the numbers of bodies."""
    size = Size(*plan["size"])
    made = [converted(scene, size) for scene in plan["scenes"]]
    states = [harvest.sim(scene, size) for scene, _ in made]
    first = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
    ones = jnp.ones(size.polygons), jnp.ones(size.circles)

    def weighed(state: sim_state.SimState) -> sim_state.SimState:
        return engine.recalculate_mass_and_inertia(state, harvest.static(size), *ones)

    density = np.ones((len(made), size.polygons + size.circles), np.float32)
    for k, ((_, numbers), scene) in enumerate(zip(made, plan["scenes"], strict=True)):
        density[k, numbers] = [part["density"] for part in scene["bodies"]]
    first = jax.jit(jax.vmap(weighed))(first)
    parts = {"polygon": density[:, : size.polygons], "circle": density[:, size.polygons :]}
    for name, dense in parts.items():
        bodies = getattr(first, name)
        new = {
            field: getattr(bodies, field) / dense for field in ("inverse_mass", "inverse_inertia")
        }
        first = first.replace(**{name: bodies.replace(**new)})
    return first, size, [numbers for _, numbers in made]


def actions(size: Size, steps: int, scenes: int) -> np.ndarray:
    """Motors and thrusters fully on."""
    return np.ones((steps, scenes, size.joints + size.thrusters), np.float32)


def played(plan: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of the file."""
    first, size, numbers = batch(plan)
    acts = actions(size, plan["steps"], len(numbers))
    after, _ = jax.device_get(harvest.player(size)(first, acts))

    def both(name: str) -> np.ndarray:
        rows = [after[f"{part}.{name}"] for part in ("polygon", "circle")]
        if rows[0].ndim == 3:
            rows = [row[..., None] for row in rows]
        return np.concatenate(rows, axis=2)

    motion = np.concatenate([both(name) for name in harvest.BODY], axis=-1)
    masses = []
    for name in ("inverse_mass", "inverse_inertia"):
        inverse = np.concatenate([getattr(first.polygon, name), getattr(first.circle, name)], 1)
        masses.append(np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), 0))
    arrays = {}
    for k, of_scene in enumerate(numbers):
        arrays[f"{k}/motion"] = motion[:, k][:, of_scene]
        arrays[f"{k}/masses"] = np.stack(masses, -1)[k, of_scene]
    return arrays


def speed(plan: dict[str, Any]) -> dict[str, float]:
    """Steps in a second of CPU time for each number of scenes, and of compiling the batch."""
    first, size, numbers = batch(plan)
    step = jax.vmap(engine.PhysicsEngine(harvest.static(size)).step, in_axes=(0, None, 0))
    params, found = sim_state.SimParams(), {}
    for count, steps in plan["counts"]:
        chosen = np.arange(count) % len(numbers)
        state = jax.tree.map(lambda x, chosen=chosen: x[chosen], first)
        acts = jnp.asarray(actions(size, 1, count)[0])

        def run(state: Any, acts: Any, steps: int = steps) -> Any:
            turn = jnp.ones(acts.shape[1]).at[: size.joints].set(-1.0)

            def one(number: Any, state: Any) -> Any:
                sign = jnp.where(number % 2 == 0, jnp.ones_like(turn), turn)
                return step(state, params, acts * sign)[0]

            return jax.lax.fori_loop(0, steps, one, state)

        start = time.process_time()
        lowered = jax.jit(run).lower(state, acts)
        traced = time.process_time()
        compiled = lowered.compile()
        found[f"{count} compile"] = time.process_time() - traced
        found[f"{count} trace"] = traced - start
        found[f"{count} lines"] = len(lowered.as_text().splitlines())
        best = math.inf
        for _ in range(plan["rounds"]):
            start = time.process_time()
            state = jax.block_until_ready(compiled(state, acts))
            best = min(best, time.process_time() - start)
        found[f"{count} steps"] = count * steps / best
    found["bytes"] = sum(leaf.nbytes for leaf in jax.tree.leaves(first)) / len(numbers)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path, nargs="?")
    parser.add_argument("--seconds", action="store_true")
    options = parser.parse_args()
    plan = json.loads(options.plan.read_text())
    if options.seconds:
        print(json.dumps(speed(plan)))
    else:
        np.savez(options.out, allow_pickle=False, **played(plan))


if __name__ == "__main__":
    main()
