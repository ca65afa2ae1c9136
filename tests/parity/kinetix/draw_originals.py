"""Draws Kinetix's published levels with Kinetix itself and writes its frames down.

It needs Kinetix, which wants an older JAX than ours, so it runs in an environment of its own:

    python3.11 -m venv .cache/kinetix && .cache/kinetix/bin/pip install kinetix-env==3.0.2
    .cache/kinetix/bin/python tests/parity/kinetix/draw_originals.py

It writes `frames.npz` beside this file: each level as published, and once more with its bodies
moved and turned at random; with `--speed` it says how many frames it draws in a second instead.
"""

import argparse
import importlib.util
import pathlib
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax2d.engine import recompute_global_joint_positions  # type: ignore[import-not-found]
from kinetix.environment.env_state import EnvParams  # type: ignore[import-not-found]
from kinetix.render.renderer_pixels import make_render_pixels_rl  # type: ignore[import-not-found]
from kinetix.util.saving import load_from_json_file  # type: ignore[import-not-found]

FRAMES = pathlib.Path(__file__).resolve().parent / "frames.npz"
NUM_WALLS = 4
SPREAD = 0.3  # m, of the places of bodies that are moved


def names() -> list[str]:
    """Of all levels in Kinetix's package, such as "s/h0_weak_thrust"."""
    spec = importlib.util.find_spec("kinetix")
    assert spec is not None
    assert spec.origin is not None
    folder = pathlib.Path(spec.origin).parent / "levels"
    return [f"{size}/{path.stem}" for size in "sml" for path in sorted(folder.glob(f"{size}/*"))]


def moved(state: Any, static: Any, seed: int) -> Any:
    """The state with all bodies but the walls at other places and angles."""
    dice = np.random.default_rng(seed)

    def shaken(bodies: Any, first: int) -> Any:
        count = len(bodies.position) - first
        shift, turn = dice.normal(0, SPREAD, (count, 2)), dice.uniform(-3, 3, count)
        return bodies.replace(
            position=bodies.position.at[first:].add(jnp.asarray(shift, jnp.float32)),
            rotation=bodies.rotation.at[first:].add(jnp.asarray(turn, jnp.float32)),
        )

    state = state.replace(polygon=shaken(state.polygon, NUM_WALLS), circle=shaken(state.circle, 0))
    return recompute_global_joint_positions(state, static)


def draw() -> None:
    """Writes the frames."""
    renders: dict[str, Any] = {}
    rows: dict[str, list[Any]] = {"name": [], "position": [], "rotation": [], "image": []}
    for seed, name in enumerate(names()):
        state, static, params = load_from_json_file(name)
        size = name[0]
        if size not in renders:
            renders[size] = jax.jit(make_render_pixels_rl(params, static))
        for one in (state, moved(state, static, seed)):
            image = np.asarray(renders[size](one).image)
            rows["name"].append(name)
            for field in ("position", "rotation"):
                parts = [getattr(one.polygon, field), getattr(one.circle, field)]
                padded = np.zeros((16, *parts[0].shape[1:]), np.float32)
                both = np.concatenate(parts)
                padded[: len(both)] = both
                rows[field].append(padded)
            rows["image"].append(np.round(image * 255).astype(np.uint8))
    images = np.stack(rows.pop("image"))
    colors, index = np.unique(images.reshape(-1, 3), axis=0, return_inverse=True)
    index = index.reshape(images.shape[:3]).astype(np.uint8)
    arrays: dict[str, Any] = {name: np.array(values) for name, values in rows.items()}
    np.savez_compressed(FRAMES, colors=colors, index=index, **arrays)
    print(f"{FRAMES.name}: {len(index)} frames, {FRAMES.stat().st_size / 1000:.0f} kB")


def speed(batch: int = 256) -> None:
    """Says how fast Kinetix draws a batch of different frames, for each size."""
    for name in ("s/h2_one_wheel_car", "m/h2_car_right", "l/mjc_half_cheetah"):
        state, static, _ = load_from_json_file(name)
        states = jax.tree.map(
            lambda *leaves: jnp.stack(leaves),
            *[moved(state, static, seed) for seed in range(batch)],
        )
        render = jax.jit(jax.vmap(make_render_pixels_rl(EnvParams(), static)))
        jax.block_until_ready(render(states))
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            jax.block_until_ready(render(states))
            best = min(best, time.process_time() - start)
        print(f"{name}: {batch / best:,.0f} frames per CPU-second")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", action="store_true")
    speed() if parser.parse_args().speed else draw()
