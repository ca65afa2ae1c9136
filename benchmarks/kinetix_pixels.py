"""How fast the pixel observation of Kinetix is drawn.

usage: python benchmarks/kinetix_pixels.py

A batch of 256 different frames of one level of each size, in float32 as agents see them and in
bytes. `tests/parity/kinetix/draw_originals.py --speed` measures Kinetix in the same way.
"""

import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import NUM_WALLS
from jaxenvs.envs.kinetix._published import load_published
from jaxenvs.envs.kinetix.observations import _pixels

LEVELS = ("s/h2_one_wheel_car", "m/h2_car_right", "l/mjc_half_cheetah")
BATCH, REPEATS = 256, 7


def inputs(name: str) -> tuple[Any, ...]:
    """A level and places of its bodies, `BATCH` of each."""
    level, dice = load_published(name), np.random.default_rng(0)
    count = level.size.bodies
    shift, angle = dice.normal(0, 0.3, (BATCH, count, 2)), dice.uniform(-3, 3, (BATCH, count))
    shift[:, :NUM_WALLS], angle[:, :NUM_WALLS] = 0, 0
    position = jnp.asarray(level.bodies.position + shift, jnp.float32)
    levels = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (BATCH, *np.shape(leaf))), level)
    turned = (jnp.asarray(part, jnp.float32) for part in (np.sin(angle), np.cos(angle)))
    return levels, position, *turned


def as_seen(*scene: Any) -> jax.Array:
    """The observation of a scene."""
    return _pixels.painted(*scene).astype(jnp.float32) / np.float32(255)


def main() -> None:
    for name in LEVELS:
        scenes = inputs(name)
        for kind, draw in (("float32", as_seen), ("bytes", _pixels.painted)):
            start = time.process_time()
            drawn = jax.jit(jax.vmap(draw)).lower(*scenes).compile()
            compiled, best = time.process_time() - start, float("inf")
            for _ in range(REPEATS):
                start = time.process_time()
                jax.block_until_ready(drawn(*scenes))
                best = min(best, time.process_time() - start)
            print(
                f"{name} in {kind}: {BATCH / best:,.0f} frames per CPU-second, "
                f"compiled in {compiled:.1f} CPU-s"
            )


if __name__ == "__main__":
    main()
