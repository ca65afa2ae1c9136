"""Random scenes of every kind of shape, with junk in slots that are not used."""

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.raster import Canvas, Layer, capsules, circles, polygons, segments
from tests.raster import oracle

Scene = dict[str, dict[str, Any]]

NUM_SHAPES = 4  # of each kind
MAX_VERTICES = 8
KINDS = {"polygons": polygons, "circles": circles, "capsules": capsules, "segments": segments}


def random_scene(rng: np.random.Generator, size: float) -> Scene:
    """Shapes in and around a square of `size` pixels; about a quarter of the slots hold NaN."""
    number = NUM_SHAPES

    def places() -> np.ndarray:
        return rng.uniform(-0.1 * size, 1.1 * size, (number, 2))

    def sizes(low: float, high: float) -> np.ndarray:
        return rng.uniform(low * size, high * size, number)

    num_vertices = rng.integers(3, MAX_VERTICES + 1, number)
    outlines = [convex(rng, n) for n in num_vertices]
    vertices = np.stack(outlines) * sizes(0.05, 0.3)[:, None, None] + places()[:, None]
    vertices[np.arange(MAX_VERTICES) >= num_vertices[:, None]] = np.nan
    scene = {
        "polygons": {"vertices": vertices, "num_vertices": num_vertices.astype(np.int32)},
        "circles": {"center": places(), "radius": sizes(0.01, 0.2)},
        "capsules": {"start": places(), "end": places(), "radius": sizes(0.01, 0.05)},
        "segments": {"start": places(), "end": places(), "width": sizes(0.01, 0.05)},
    }
    for fields in scene.values():
        active = rng.random(number) < 0.75
        for name, values in fields.items():
            if values.dtype == np.float64:
                fields[name] = values.astype(np.float32)
                fields[name][~active] = np.nan
        fields["color"] = rng.integers(0, 256, (number, 3), dtype=np.uint8)
        fields["active"] = active
    return scene


def convex(rng: np.random.Generator, num_vertices: int) -> np.ndarray:
    """A convex polygon in an ellipse, `(MAX_VERTICES, 2)`, either way around; zeros beyond."""
    gaps = rng.uniform(0.3, 1, num_vertices)
    angles = np.cumsum(gaps / gaps.sum() * 2 * np.pi) + rng.uniform(0, 7)
    angles *= rng.choice([-1, 1])
    points = np.stack([np.cos(angles), rng.uniform(0.2, 1) * np.sin(angles)], axis=-1)
    return np.concatenate([points, np.zeros((MAX_VERTICES - num_vertices, 2))])


def layers(canvas: Canvas, scene: Scene) -> list[Layer]:
    """The scene as the package paints it."""
    return [make(canvas, **scene[kind]) for kind, make in KINDS.items()]


def paint(canvas: Canvas, scene: Scene) -> jax.Array:
    """Over white."""
    return canvas.paint(jnp.full(3, 255, jnp.uint8), *layers(canvas, scene))


def show(canvas: Canvas, make: Callable[..., Iterable[Layer]], *arrays: Any) -> np.ndarray:
    """The layers that `make(*arrays)` gives, over white; compiled as a whole, which is quicker."""

    @jax.jit
    def painted(*arrays: Any) -> jax.Array:
        return canvas.paint(np.full(3, 255, np.uint8), *make(*arrays))

    return np.asarray(painted(*arrays))


def paint_slowly(height: int, width: int, scene: Scene) -> oracle.Picture:
    """The same by the oracle."""
    picture, points = oracle.blank(height, width), oracle.centers(height, width)
    for kind in KINDS:  # `jit` sorts the entries of a dict
        fields = scene[kind]
        for i in np.flatnonzero(fields["active"]):
            one = {name: values[i] for name, values in fields.items()}
            picture.paint(_depth(kind, points, one), one["color"])
    return picture


def _depth(kind: str, points: np.ndarray, one: dict[str, Any]) -> np.ndarray:
    if kind == "polygons":
        return oracle.polygon(points, one["vertices"][: one["num_vertices"]])
    if kind == "circles":
        return oracle.circle(points, one["center"], one["radius"])
    if kind == "capsules":
        return oracle.capsule(points, one["start"], one["end"], one["radius"])
    along = (one["end"] - one["start"]).astype(np.float64)
    aside = np.array([-along[1], along[0]]) / np.linalg.norm(along) * one["width"] / 2
    middle = (one["start"].astype(np.float64) + one["end"]) / 2
    corners = [a * along / 2 + b * aside for a, b in ((-1, 1), (1, 1), (1, -1), (-1, -1))]
    return oracle.polygon(points, middle + corners)
