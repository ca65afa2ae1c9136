"""Shapes cover the pixels that they should, against a renderer that asks every pixel."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.raster import Canvas, box_vertices, capsules, circles, placed, polygons, segments
from tests.raster import oracle
from tests.raster.scenes import convex, paint, paint_slowly, random_scene, show

CANVAS = Canvas(height=64, width=60)
WHITE = (255, 255, 255)
BOXES = [
    np.array(x, np.float32)  # centers, half sizes, angles
    for x in ([[14, 46], [44.5, 46]], [[9, 6], [8, 8]], [0, 0.7])
]
RED, BLUE = np.array([200, 0, 0], np.uint8), np.array([0, 0, 200], np.uint8)


def stacked(scenes: list[Any]) -> Any:
    return jax.tree.map(lambda *x: np.stack(x), *scenes)


@functools.cache
def painter() -> Any:
    """One program for batches of six scenes."""
    return jax.jit(jax.vmap(functools.partial(paint, CANVAS)))


def test_pixels_are_those_whose_centers_lie_in_a_shape():
    rng = np.random.default_rng(0)
    num_unsure = 0
    for _ in range(10):
        batch = [random_scene(rng, 62.0) for _ in range(6)]
        images = np.asarray(painter()(stacked(batch)))
        for scene, image in zip(batch, images, strict=True):
            expected = paint_slowly(64, 60, scene)
            sure = ~expected.unsure
            np.testing.assert_array_equal(image[sure], expected.color[sure])
            num_unsure += np.sum(expected.unsure)
    assert num_unsure < 0.002 * 60 * 64 * 60


def test_a_batch_is_its_scenes_one_by_one():
    rng = np.random.default_rng(1)
    batch = [random_scene(rng, 62.0) for _ in range(6)]
    alone = jax.jit(functools.partial(paint, CANVAS))
    for scene, image in zip(batch, painter()(stacked(batch)), strict=True):
        np.testing.assert_array_equal(alone(scene), image)


def test_slots_that_are_not_active_change_nothing():
    """Neither what lies in them nor where they stand among the others."""
    rng = np.random.default_rng(2)
    scene = random_scene(rng, 62.0)
    others = [scene]
    for _ in range(5):
        other = {}
        for kind, fields in scene.items():
            is_active = fields["active"]
            # The active ones keep their order and move to other slots; the rest is new junk.
            slots = np.sort(rng.permutation(is_active.size)[: is_active.sum()])
            other[kind] = {}
            for name, values in fields.items():
                junk = rng.permutation(values) if name != "active" else np.zeros_like(values)
                junk[slots] = values[is_active]
                other[kind][name] = junk
        others.append(other)
    images = np.asarray(painter()(stacked(others)))
    assert (images[0] != 255).any()
    for image in images[1:]:
        np.testing.assert_array_equal(image, images[0])


def test_later_slots_and_layers_lie_above():
    center = np.array([[20, 20], [24, 20]], np.float32)
    radius = np.array([8, 8], np.float32)
    corners = np.array([[[20, 18], [24, 18], [24, 22], [20, 22]]], np.float32)

    @jax.jit
    def pictures(center, radius, corners):
        pair = circles(CANVAS, center, radius, np.stack([RED, BLUE]))
        box = polygons(CANVAS, corners, None, RED)
        return [CANVAS.paint(WHITE, *layers) for layers in ([pair], [pair, box], [box, pair])]

    alone, below, above = map(np.asarray, pictures(center, radius, corners))
    np.testing.assert_array_equal(alone[20, 22], BLUE)
    np.testing.assert_array_equal(alone[20, 13], RED)
    np.testing.assert_array_equal(below[20, 22], RED)
    np.testing.assert_array_equal(above[20, 22], BLUE)


def test_shapes_without_area_are_not_painted():
    nan, inf = np.nan, np.inf
    nothing = np.array(
        [
            [[5, 5], [5, 5], [5, 5], [5, 5]],  # a point
            [[5, 5.5], [30, 5.5], [12, 5.5], [5, 5.5]],  # across, through centers
            [[5.5, 5], [5.5, 30], [5.5, 12], [5.5, 5]],  # down, through centers
            [[5, 5], [30, 30], [5, 5], [30, 30]],  # there and back
            [[5, 5], [30, nan], [30, 30], [5, 30]],
            [[5, 5], [30, inf], [30, 30], [5, 30]],
            [[-30, 5], [-5, 5], [-5, 30], [-30, 30]],  # beside the picture
            [[5, 70], [30, 70], [30, 90], [5, 90]],  # below
        ],
        np.float32,
    )
    center = np.array([[20, 20], [20.5, 20.5], [nan, 20], [20, 20], [300, 20]], np.float32)
    radius = np.array([0, -5, 5, nan, 5], np.float32)
    spot = np.array([[20, 20], [20, 20]], np.float32)
    width = np.array([3, 0], np.float32)

    def layers(nothing, center, radius, spot, width):
        yield polygons(CANVAS, nothing, None, RED)
        yield circles(CANVAS, center, radius, RED)
        yield segments(CANVAS, spot, spot, width, RED)
        yield capsules(CANVAS, spot[:1], spot[:1] + 9, width[1:], RED)

    image = show(CANVAS, layers, nothing, center, radius, spot, width)
    np.testing.assert_array_equal(image, np.full((64, 60, 3), 255))


def test_a_capsule_without_length_is_a_circle():
    center, radius = np.array([[20.2, 21.7]], np.float32), np.array([7.3], np.float32)
    capsule = show(CANVAS, lambda c, r: [capsules(CANVAS, c, c, r, RED)], center, radius)
    circle = show(CANVAS, lambda c, r: [circles(CANVAS, c, r, RED)], center, radius)
    assert (circle[20, 20] == RED).all()
    np.testing.assert_array_equal(capsule, circle)


def test_polygons_that_share_edges_leave_no_gap_and_do_not_overlap():
    rng = np.random.default_rng(3)
    outlines = np.stack([convex(rng, 8) for _ in range(50)]) * 25 + 30
    outlines = outlines.astype(np.float32)
    hub = outlines.mean(axis=1, keepdims=True)
    fan = np.stack(
        [np.broadcast_to(hub, outlines.shape), outlines, np.roll(outlines, -1, axis=1)], axis=2
    )

    @jax.jit
    @jax.vmap
    def cover(outline, fan):
        whole = polygons(CANVAS, outline[None], None, RED)
        parts = polygons(CANVAS, fan, None, RED)
        return [(layer.stop - layer.start).sum(axis=0) for layer in (whole, parts)] + [
            CANVAS.paint(WHITE, layer) for layer in (whole, parts)
        ]

    whole, parts, picture, picture_of_parts = map(np.asarray, cover(outlines, fan))
    assert (whole > 0).sum() > 1_000
    np.testing.assert_array_equal(whole, parts)
    np.testing.assert_array_equal(picture, picture_of_parts)


def test_a_polygon_may_start_at_any_vertex_and_go_either_way():
    rng = np.random.default_rng(4)
    outline = (convex(rng, 8) * 25 + 30).astype(np.float32)
    ways = [np.roll(outline, i, axis=0)[::way] for i in range(8) for way in (1, -1)]
    runs = jax.jit(lambda vertices: polygons(CANVAS, vertices, None, RED).runs)(np.stack(ways))
    runs = np.asarray(runs)
    assert runs.any()
    np.testing.assert_array_equal(runs, np.broadcast_to(runs[0], runs.shape))


def test_edges_lie_within_the_outline():
    rng = np.random.default_rng(5)
    outlines = np.stack([convex(rng, 8) for _ in range(2)]) * 9 + [[[14, 14]], [[40, 16]]]
    boxes = jax.jit(box_vertices)(*BOXES)
    boxes = np.concatenate([boxes, np.repeat(boxes[:, :1], 4, axis=1)], axis=1)
    vertices = np.concatenate([outlines, boxes]).astype(np.float32)
    center, radius = np.array([[30, 30]], np.float32), np.array([6.2], np.float32)
    edge = {"edge_color": BLUE, "edge_width": np.float32(2.3)}

    def layers(vertices, center, radius):
        yield polygons(CANVAS, vertices, np.array([8, 8, 4, 4], np.int32), RED, **edge)
        yield circles(CANVAS, center, radius, RED, **edge)

    expected, points = oracle.blank(64, 60), oracle.centers(64, 60)
    depths = [oracle.polygon(points, v[:n]) for v, n in zip(vertices, (8, 8, 4, 4), strict=True)]
    for depth in [*depths, oracle.circle(points, center[0], radius[0])]:
        expected.paint(depth, BLUE)
        expected.paint(depth - np.float64(edge["edge_width"]), RED)
    sure = ~expected.unsure
    assert sure.mean() > 0.99
    image = show(CANVAS, layers, vertices, center, radius)
    np.testing.assert_array_equal(image[sure], expected.color[sure])


def test_a_shape_may_be_cut_by_another():
    """A spoke of a wheel ends with it; what lies beside the wheel is cut off altogether."""
    center, radius = np.array([[30.2, 30.1], [10, 10]], np.float32), np.array([9.3, 4], np.float32)
    corners = np.array([[30, 28], [50, 28.7], [50, 33], [30, 32]], np.float32)

    def layers(center, radius, corners):
        spokes = polygons(CANVAS, jnp.stack([corners, corners]), None, RED)
        yield spokes.within(circles(CANVAS, center, radius, BLUE))

    expected, points = oracle.blank(64, 60), oracle.centers(64, 60)
    disc = oracle.circle(points, center[0], radius[0])
    expected.paint(np.minimum(disc, oracle.polygon(points, corners)), RED)
    sure = ~expected.unsure
    image = show(CANVAS, layers, center, radius, corners)
    assert (image == RED).all(axis=-1).sum() > 20
    np.testing.assert_array_equal(image[sure], expected.color[sure])


def test_placed_turns_x_towards_y_and_then_moves():
    corners = np.array([[2, 0], [0, 1]], np.float32)
    corners = jax.jit(placed)(corners, np.array([10, 20], np.float32), np.float32(np.pi / 2))
    np.testing.assert_allclose(corners, [[10, 22], [9, 20]], atol=1e-5)


@pytest.mark.parametrize("num_bits", [32, 64])
def test_dtypes_are_the_same_with_64_bits(num_bits):
    scene = random_scene(np.random.default_rng(6), 62.0)
    with jax.enable_x64(num_bits == 64):
        if num_bits == 64:
            scene["circles"]["center"] = jnp.asarray(scene["circles"]["center"], jnp.float64)
        shape = jax.eval_shape(functools.partial(paint, CANVAS), scene)
    assert (shape.shape, shape.dtype) == ((64, 60, 3), jnp.uint8)
