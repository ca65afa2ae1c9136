"""Draws levels from Kinetix's own generator and writes down what they are like.

It needs Kinetix, which wants an older JAX than ours, so it runs in an environment of its own:

    python3.11 -m venv .cache/kinetix && .cache/kinetix/bin/pip install kinetix-env==3.0.2
    .cache/kinetix/bin/python tests/envs/kinetix/peer_levels.py

It writes `peer_levels.npz` beside this script: histograms (`level_statistics.py`) by names
"<size>/<quantity>".
"""

import pathlib
import time
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
from kinetix.environment import EnvParams  # type: ignore[import-not-found]
from kinetix.environment.ued.ued import (  # type: ignore[import-not-found]
    make_reset_fn_sample_kinetix_level,
)
from kinetix.environment.utils import static_env_params_from_size  # type: ignore[import-not-found]
from level_statistics import histograms, samples  # beside this script

COUNTS = {"s": 8192, "m": 4096, "l": 2048}
BATCH = 256


def drawn(size: str) -> Any:
    """Levels of a size, in a record like `Level` as far as the statistics look."""
    reset = make_reset_fn_sample_kinetix_level(EnvParams(), static_env_params_from_size(size))
    start = time.process_time()
    draw = jax.jit(jax.vmap(reset)).lower(jax.random.split(jax.random.PRNGKey(0), BATCH)).compile()
    print(f"{size}: compiled in {time.process_time() - start:.1f} CPU-s", flush=True)
    batches = []
    start = time.process_time()
    for i in range(COUNTS[size] // BATCH):
        batches.append(jax.device_get(draw(jax.random.split(jax.random.PRNGKey(i + 1), BATCH))))
    used = time.process_time() - start
    print(f"{size}: {COUNTS[size] / used:.0f} levels per CPU-s", flush=True)
    state = jax.tree.map(lambda *leaves: np.concatenate(leaves), *batches)
    return record(state)


def record(state: Any) -> Any:
    """The fields of `Level`, by their names there."""
    polygon, circle, joint, thruster = state.polygon, state.circle, state.joint, state.thruster

    def both(name: str) -> np.ndarray:
        return np.concatenate([getattr(polygon, name), getattr(circle, name)], axis=1)

    bodies = SimpleNamespace(
        active=both("active"),
        role=np.concatenate([state.polygon_shape_roles, state.circle_shape_roles], axis=1),
        fixated=both("inverse_mass") == 0,
        position=both("position"),
        rotation=both("rotation"),
        num_vertices=polygon.n_vertices,
        vertices=polygon.vertices,
        radius=circle.radius,
    )
    joints = SimpleNamespace(
        active=joint.active,
        a_index=joint.a_index,
        b_index=joint.b_index,
        is_fixed=joint.is_fixed_joint,
        has_limits=joint.motor_has_joint_limits,
        min_rotation=joint.min_rotation,
        max_rotation=joint.max_rotation,
        motor_on=joint.motor_on,
        motor_speed=joint.motor_speed,
        motor_power=joint.motor_power,
        motor_binding=state.motor_bindings,
    )
    thrusters = SimpleNamespace(
        active=thruster.active,
        power=thruster.power,
        relative_position=thruster.relative_position,
        binding=state.thruster_bindings,
    )
    return SimpleNamespace(bodies=bodies, joints=joints, thrusters=thrusters)


def main() -> None:
    """Asks for each size and writes the file."""
    found = {
        f"{size}/{name}": counts
        for size in COUNTS
        for name, counts in histograms(samples(drawn(size))).items()
    }
    np.savez_compressed(pathlib.Path(__file__).with_suffix(".npz"), **found)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
