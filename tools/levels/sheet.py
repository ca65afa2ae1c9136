"""Pictures of levels, side by side, to look them over.

    python -m tools.levels.sheet OUT.png [name ...]
    python -m tools.levels.sheet --film OUT.png name ...

The second plays the best plan that the search knows: a row of pictures for each level.
"""

import pickle
import sys
from typing import Any

import jax
import numpy as np

from jaxenvs import raster
from jaxenvs.envs.kinetix._level import Level
from tools.levels.plans import whole

COLORS = np.array([(150, 150, 150), (0, 158, 60), (0, 110, 210), (220, 50, 47)], np.uint8)
BACK = np.array((250, 250, 248), np.uint8)
PIXELS = 250
CANVAS = raster.Canvas(PIXELS, PIXELS, samples=2)
MARGIN = 0.12
"""m of the walls that are seen."""
SCALE = PIXELS / (5 + 2 * MARGIN)
FRAMES = 8
EDGE = np.array((40, 40, 40), np.uint8)
BINDINGS = np.array([(240, 200, 0), (200, 60, 200), (0, 190, 190), (255, 140, 0)], np.uint8)


def _to_pixels(points: Any) -> np.ndarray:
    points = np.asarray(points, np.float64)
    x, y = points[..., 0] + MARGIN, 5 + MARGIN - points[..., 1]
    return np.stack([x * SCALE, y * SCALE], -1).astype(np.float32)


def _turned(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y], -1)


def _inputs(level: Level, position: Any, rotation: Any) -> dict[str, np.ndarray]:
    """What `_paint` takes."""
    b, j, t = level.bodies, level.joints, level.thrusters
    p = level.size.polygons
    corners, count = np.array(b.vertices), np.asarray(b.num_vertices)
    for i in range(p):
        corners[i, count[i] :] = corners[i, max(count[i] - 1, 0)]
    shade = np.where(np.asarray(b.fixated) & (np.asarray(b.role) == 0), 0.6, 1.0)[:, None]
    color = (COLORS[np.asarray(b.role)] * shade).astype(np.uint8)
    center = _to_pixels(position[p:])
    radius = (np.asarray(b.radius) * SCALE).astype(np.float32)
    arm = radius[:, None] * np.stack([np.cos(rotation[p:]), -np.sin(rotation[p:])], -1)
    a, on = (np.clip(x, 0, len(position) - 1) for x in (j.a_index, t.body_index))
    at = position[a] + _turned(np.asarray(j.a_relative_position), rotation[a])
    jet = position[on] + _turned(np.asarray(t.relative_position), rotation[on])
    angle = np.asarray(t.rotation) + rotation[on]
    tail = jet - 0.25 * np.stack([np.cos(angle), np.sin(angle)], -1)
    driven = np.asarray(j.motor_on & ~j.is_fixed)[:, None]
    return {
        "vertices": _to_pixels(position[:p, None] + _turned(corners, rotation[:p, None])),
        "color": color,
        "active": np.asarray(b.active),
        "center": center,
        "radius": radius,
        "rim": (center + arm).astype(np.float32),
        "at": _to_pixels(at),
        "hinge": np.where(driven, BINDINGS[np.asarray(j.motor_binding)], 255).astype(np.uint8),
        "joined": np.asarray(j.active),
        "jet": _to_pixels(jet),
        "tail": _to_pixels(tail),
        "flame": BINDINGS[np.asarray(t.binding)],
        "jets": np.asarray(t.active),
    }


@jax.jit
def _paint(x: dict[str, jax.Array]) -> jax.Array:
    p = x["vertices"].shape[0]
    color, active = x["color"], x["active"]
    edge = {"edge_color": EDGE, "edge_width": np.float32(1)}
    four = np.full(x["at"].shape[0], 4, np.float32)
    thick, thin = np.float32(3), np.float32(1)
    return CANVAS.paint(
        BACK,
        raster.polygons(CANVAS, x["vertices"], None, color[:p], active[:p], **edge),
        raster.circles(CANVAS, x["center"], x["radius"], color[p:], active[p:], **edge),
        raster.segments(CANVAS, x["center"], x["rim"], thin, EDGE, active[p:]),
        raster.segments(CANVAS, x["jet"], x["tail"], thick, x["flame"], x["jets"]),
        raster.circles(CANVAS, x["at"], four, x["hinge"], x["joined"], **edge),
    )


def picture(level: Level, position: Any = None, rotation: Any = None) -> np.ndarray:
    """`(PIXELS, PIXELS, 3)` uint8."""
    bodies = level.bodies
    position = np.asarray(bodies.position if position is None else position)
    rotation = np.asarray(bodies.rotation if rotation is None else rotation)
    return np.asarray(_paint(_inputs(level, position, rotation)))


def tiled(pictures: list[np.ndarray], columns: int) -> np.ndarray:
    """Pictures in rows, from the top left."""
    gap = 6
    side = PIXELS + gap
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * side + gap, columns * side + gap, 3), 90, np.uint8)
    for i, one in enumerate(pictures):
        y, x = gap + i // columns * side, gap + i % columns * side
        sheet[y : y + PIXELS, x : x + PIXELS] = one
    return sheet


def film(name: str) -> list[np.ndarray]:
    """Pictures of a level from the start to where the best plan came nearest to the goal."""
    import jax.numpy as jnp

    from tools.levels.designs import DESIGNS
    from tools.levels.make import POOLS
    from tools.levels.plays import trace

    level = DESIGNS[name].draft().level()
    known = pickle.loads((POOLS / f"{name[0]}.pkl").read_bytes())[name]
    _, steps, plan = known.best or known.pool[0]
    plan = plan[: max(steps, 8)]
    where, turn = trace(name[0], jax.tree.map(jnp.asarray, level), whole(plan))
    times = np.linspace(0, len(plan) - 1, FRAMES - 1).round().astype(int)
    return [picture(level), *(picture(level, where[t], turn[t]) for t in times)]


def main(out: str, *names: str) -> None:
    """Writes a sheet and says which level is where."""
    from PIL import Image

    from tools.levels.designs import DESIGNS

    if out == "--film":
        out, *rest = names
        Image.fromarray(tiled([one for name in rest for one in film(name)], FRAMES)).save(out)
        return
    chosen = [one for one in DESIGNS if not names or one in names or one[0] in names]
    print(*(f"{i // 5},{i % 5}: {name}" for i, name in enumerate(chosen)), sep="\n")
    Image.fromarray(tiled([picture(DESIGNS[one].draft().level()) for one in chosen], 5)).save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
