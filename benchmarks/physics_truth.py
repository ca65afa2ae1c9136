"""The table of docs/physics.md: what engines make of scenes whose outcome is known.

    python benchmarks/physics_truth.py --box2d PYTHON --jax2d PYTHON --write

`--box2d` is a Python with Box2D 2.3.10 and pymunk 7.3.1, `--jax2d` one with jax2d 1.0.1; both run
in processes of their own, without jaxenvs. Without them their columns stay empty. All engines step
at 60 Hz: ours with its 4 substeps, the others with 10 iterations. How surfaces combine differs, so
each engine gets the numbers that make a pair of equal ones what the scene says.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import jax
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from benchmarks.pages import placed
from benchmarks.physics_readings import ROWS, SCENES, Track
from benchmarks.physics_scenes import common_sizes, described
from jaxenvs.physics2d import Controls, Settings, step

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "physics.md"
BEGIN, END = "<!-- truth: begin -->", "<!-- truth: end -->"
STEPS = 600
JAX2D = (16, 4, 6, 1)
"""Slots of polygons, circles, joints and thrusters. Some are left over of every kind, so that no
scene uses the last pair of one, which Jax2D does not solve as the others."""


def ours(settings: Settings) -> list[Track]:
    """Every scene in this library's engine."""
    scenes = list(SCENES.values())
    sizes = common_sizes(scenes)
    built = [scene.world(sizes) for scene in scenes]
    world, state = jax.tree.map(lambda *leaves: np.stack(leaves), *built)
    ones: Any = np.ones
    controls = Controls(
        motor=ones((len(scenes), sizes.joints), np.float32),
        thrust=ones((len(scenes), sizes.thrusters), np.float32),
    )

    def one(state: Any, _: None) -> Any:
        state, _contacts = jax.vmap(lambda w, s, c: step(w, s, c, settings))(world, state, controls)
        return state, (state.position, state.angle, state.velocity, state.spin)

    run = jax.jit(lambda state: jax.lax.scan(one, state, length=STEPS)[1])
    position, angle, velocity, spin = jax.device_get(run(state))
    parts = [position, angle[..., None], velocity, spin[..., None]]
    motion = np.concatenate(parts, axis=-1)
    tracks = []
    for k, scene in enumerate(scenes):
        slots = slice(0, len(scene.bodies))
        bodies = built[k][0].bodies
        inverse = np.stack([bodies.inverse_mass, bodies.inverse_inertia], axis=-1)[slots]
        masses = np.where(inverse > 0, 1 / np.where(inverse > 0, inverse, 1), 0)
        tracks.append(Track(scene, motion[:, k][:, slots].astype(float), masses))
    return tracks


def theirs(python: str, script: str, *arguments: str) -> list[Track]:
    """Every scene in an engine of another process."""
    plan = {"scenes": [described(scene) for scene in SCENES.values()], "steps": STEPS}
    with tempfile.TemporaryDirectory() as folder:
        file, out = pathlib.Path(folder, "plan.json"), pathlib.Path(folder, "out.npz")
        file.write_text(json.dumps(plan | {"size": JAX2D}))
        command = [python, str(HERE / script), *arguments, str(file), str(out)]
        subprocess.run(command, check=True)
        with np.load(out) as arrays:
            return [
                Track(
                    scene,
                    arrays[f"{k}/motion"][:, : len(scene.bodies)].astype(float),
                    arrays[f"{k}/masses"],
                )
                for k, scene in enumerate(SCENES.values())
            ]


def table(columns: dict[str, list[Track]]) -> str:
    """The lines of the page."""
    lines = [f"| scene | {' | '.join(columns)} | truth |", "| --- " * (len(columns) + 2) + "|"]
    for row in ROWS:
        cells = []
        for tracks in columns.values():
            by_name = dict(zip(SCENES, tracks, strict=True))
            cells.append(row.read(by_name) if tracks else "")
        lines.append(f"| {row.label} | {' | '.join(cells)} | {row.truth} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--box2d", help="a Python that has Box2D and pymunk")
    parser.add_argument("--jax2d", help="a Python that has jax2d")
    parser.add_argument("--write", action="store_true", help="write the table into the page")
    options = parser.parse_args()
    columns = {"jaxenvs": ours(Settings()), "8 substeps": ours(Settings(substeps=8))}
    if options.jax2d:
        columns["Jax2D 1.0.1"] = theirs(options.jax2d, "physics_jax2d.py")
    if options.box2d:
        columns["Box2D 2.3.10"] = theirs(options.box2d, "physics_c.py", "box2d")
        columns["pymunk 7.3.1"] = theirs(options.box2d, "physics_c.py", "pymunk")
    text = table(columns)
    print(text)
    if options.write:
        PAGE.write_text(placed(PAGE.read_text(), (BEGIN, END), text))


if __name__ == "__main__":
    main()
