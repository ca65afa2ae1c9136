"""Plays Kinetix's published levels in Kinetix itself, and writes down what it says.

It needs Kinetix, which wants an older JAX than ours, so it runs in an environment of its own:

    python3.11 -m venv .cache/kinetix && .cache/kinetix/bin/pip install kinetix-env==3.0.2
    .cache/kinetix/bin/python tests/parity/kinetix/harvest.py

It writes `.cache/kinetix_plays.npz`, which the slow tests read, and the small file beside this one,
which the fast test reads. Arrays are named "<size>/<name>"; `level` is the number of the level in
`names`, one for each step:

- `before/...`: what the engine moves, before the step; `last_distance`
- `action`: six numbers, of which the first or all say what is done; `told`: to motors, thrusters
- `flat`, `entity/...`: observations after it; `reward`, `done`, `success`, `distance`
- `start/...`: the observations of each level at its start
- `path`: places of bodies through free plays, [levels, steps, n, 2], `outcome` their reward at the
  end, `actions` their actions, and `moved` the places if all begin a micrometer away
"""

import argparse
import functools
import importlib
import pathlib
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from kinetix.environment import spaces, utils  # type: ignore[import-not-found]
from kinetix.environment.env import KinetixEnv  # type: ignore[import-not-found]
from kinetix.environment.env_state import EnvParams  # type: ignore[import-not-found]
from kinetix.util import saving  # type: ignore[import-not-found]

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "physics2d"))
changing: Any = importlib.import_module("harvest").changing  # of the engine's script

FULL = HERE.parents[2] / ".cache" / "kinetix_plays.npz"
GOLDEN = HERE / "kinetix_plays.npz"
LEVELS = pathlib.Path(saving.BASE_DIR)

STEPS = 256
KINDS = ("discrete", "multidiscrete", "continuous")
FEW = {"s": 2, "m": 5, "l": 7}  # of the small file: every so many levels
Arrays = dict[str, Any]


@functools.cache
def static(size: str) -> Any:
    return utils.static_env_params_from_size(size)


def random_actions(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Actions that are held for some time, [steps, 6], zeros where they have fewer numbers."""
    found = np.zeros((STEPS, 6), np.float32)
    if kind == "discrete":
        found[:, 0] = rng.integers(11, size=STEPS)
    elif kind == "multidiscrete":
        found[:] = rng.integers([3, 3, 3, 3, 2, 2], size=(STEPS, 6))
    else:
        found[:] = rng.uniform(-1.2, 1.2, (STEPS, 6))
    held = rng.random(STEPS) < 0.9
    for t in range(1, STEPS):
        found[t] = np.where(held[t], found[t - 1], found[t])
    return found


def told(kind: str, action: jax.Array, state: Any, size: str) -> jax.Array:
    """What Kinetix makes of an action: a number for each joint and thruster."""
    if kind == "discrete":
        return utils.convert_discrete_actions(
            action[0].astype(jnp.int32), state, static(size), EnvParams()
        )
    if kind == "multidiscrete":
        return utils.convert_multi_discrete_actions(
            action.astype(jnp.int32), state, static(size), EnvParams()
        )
    return utils.convert_continuous_actions(action, state, static(size), EnvParams())


def player(size: str) -> Any:
    """A jitted function of levels [levels] and commands [steps, levels, j + t]."""
    params = EnvParams(), static(size)
    flat = spaces.SymbolicObservations(*params)
    entity = spaces.EntityObservations(*params)
    env = KinetixEnv(spaces.ContinuousActions(*params), flat, static(size), auto_reset=False)

    def observed(state: Any) -> Arrays:
        seen = entity.get_obs(state)
        return {"flat": flat.get_obs(state)} | {
            f"entity/{name}": getattr(seen, name) for name in vars(seen)
        }

    def one(state: Any, command: jax.Array) -> Any:
        _, after, reward, done, info = jax.vmap(env.engine_step, in_axes=(0, 0, None))(
            state, command, EnvParams()
        )
        before = {f"before/{name}": rows for name, rows in jax.vmap(changing)(state).items()}
        before |= {"last_distance": state.last_distance}
        seen = jax.vmap(observed)(after)
        result = {"reward": reward, "done": done, "success": info["GoalR"]}
        place = jnp.concatenate([after.polygon.position, after.circle.position], axis=1)
        facts = before | seen | result | {"distance": info["distance"], "place": place}
        return after, facts

    def play(state: Any, commands: jax.Array) -> Any:
        start = {f"start/{name}": rows for name, rows in jax.vmap(observed)(state).items()}
        return start, jax.lax.scan(one, state, commands)[1]

    return jax.jit(play)


def moved(state: Any) -> Any:
    """The same with all bodies a micrometer away."""
    polygon, circle = state.polygon, state.circle
    return state.replace(
        polygon=polygon.replace(position=polygon.position + 1e-6),
        circle=circle.replace(position=circle.position + 1e-6),
    )


def plays(size: str, names: list[str], rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    """What is one for each level, and what is one for each step of each level, [steps, levels]."""
    kinds = [KINDS[i % len(KINDS)] for i in range(len(names))]
    levels = [saving.load_from_json_file(f"{size}/{name}")[0] for name in names]
    actions = np.stack([random_actions(kind, rng) for kind in kinds], axis=1)
    commands = np.stack(
        [
            jax.vmap(lambda action, i=i: told(kinds[i], action, levels[i], size))(actions[:, i])
            for i in range(len(levels))
        ],
        axis=1,
    )
    state = saving.stack_list_of_pytrees(levels)
    state = jax.tree.map(lambda leaf: jnp.asarray(leaf), state)
    play = player(size)
    start, steps = jax.device_get(play(state, commands))
    other = jax.device_get(play(moved(state), commands))[1]
    per_level = start | {
        "names": np.array([f"{size}/{name}" for name in names]),
        "kinds": np.array(kinds),
        "path": np.moveaxis(steps["place"], 0, 1),
        "moved": np.moveaxis(other["place"], 0, 1),
        "actions": np.moveaxis(actions, 0, 1),
        "outcome": outcomes(steps),
        "moved_outcome": outcomes(other),
    }
    del steps["place"]
    return per_level, steps | {"action": actions, "told": commands}


def outcomes(steps: Arrays) -> np.ndarray:
    """[levels] int32: 1 solved, -1 lost, 0 neither by the end."""
    done = steps["done"] & (np.arange(len(steps["done"])) < STEPS - 1)[:, None]
    first = done.argmax(axis=0)
    solved = np.take_along_axis(steps["success"], first[None], axis=0)[0]
    return np.where(done.any(axis=0), np.where(solved, 1, -1), 0).astype(np.int32)


def chosen(done: np.ndarray, count: int, whole: int, rng: np.random.Generator) -> np.ndarray:
    """(step, level) of the steps that are kept, (m, 2): none after the end of an episode.

    `count` early ones of every level and as many later ones, its last, and all of `whole` levels.
    """
    found = []
    for level in range(done.shape[1]):
        length = 1 + int(done[:, level].argmax()) if done[:, level].any() else len(done)
        times = np.arange(length)
        if level >= whole and length > 2 * count + 1:
            later = rng.choice(np.arange(count, length - 1), count, replace=False)
            times = np.r_[0:count, np.sort(later), length - 1]
        found += [(t, level) for t in times]
    return np.array(found)


def pick(steps: Arrays, kept: np.ndarray) -> Arrays:
    """The steps that are kept, [m, ...], each with the number of its level."""
    rows = {name: column[kept[:, 0], kept[:, 1]] for name, column in steps.items()}
    # These stay as they were at the start.
    still = ("joints", "thrusters", "polygon_mask", "circle_mask", "joint_mask", "thruster_mask")
    still += ("joint_indexes", "thruster_indexes")
    rows = {name: row for name, row in rows.items() if name.removeprefix("entity/") not in still}
    return rows | {"level": kept[:, 1].astype(np.int32)}


def few(per_level: Arrays, steps: Arrays, size: str, rng: np.random.Generator) -> Arrays:
    """What the small file holds: some levels, and a few steps of each."""
    levels = np.arange(0, len(per_level["names"]), FEW[size])
    left_out = ("path", "moved", "outcome", "moved_outcome", "actions")
    found = {name: row[levels] for name, row in per_level.items() if name not in left_out}
    steps = {name: row[:, levels] for name, row in steps.items()}
    return found | pick(steps, chosen(steps["done"], 2, 0, rng))


def main() -> None:
    argparse.ArgumentParser(description="Writes plays of Kinetix down.").parse_args()
    rng = np.random.default_rng(0)
    full: Arrays = {}
    small: Arrays = {}
    for size, whole in (("s", 4), ("m", 3), ("l", 3)):
        names = sorted(path.stem for path in (LEVELS / size).glob("*.json"))
        per_level, steps = plays(size, names, rng)
        kept = per_level | pick(steps, chosen(steps["done"], 25, whole, rng))
        full |= {f"{size}/{name}": rows for name, rows in kept.items()}
        kept = few(per_level, steps, size, rng)
        small |= {f"{size}/{name}": rows for name, rows in kept.items()}
        print(size, len(full[f"{size}/level"]), len(small[f"{size}/level"]), flush=True)
    FULL.parent.mkdir(exist_ok=True)
    np.savez_compressed(FULL, allow_pickle=False, **full)
    np.savez_compressed(GOLDEN, allow_pickle=False, **small)
    print(FULL.stat().st_size, GOLDEN.stat().st_size)


if __name__ == "__main__":
    main()
