"""Mass properties against exact integration over triangles and textbook formulas; checks."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs.physics2d import shapes

FEW = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 10**6)


def random_polygon(seed):
    """3 to 8 vertices on a random ellipse, counter-clockwise, anywhere."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 9))
    angles = 2 * np.pi * (np.arange(count) + rng.uniform(-0.3, 0.3, count)) / count
    stretch = np.diag(rng.uniform(0.1, 2.0, 2))
    return turned(unit(angles) @ stretch, rng.uniform(0, 6)) + rng.normal(size=2) * 3


def unit(angles):
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def turned(points, angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def integrate(function, polygon):
    """The integral over a convex polygon, exact for quadratics: its values between two vertices.

    Over the triangles between the edges and the mean of the vertices, by the rule of the three
    midpoints.
    """
    hub, total = polygon.mean(axis=0), 0.0
    for one, other in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        (ax, ay), (bx, by) = one - hub, other - hub
        area = abs(ax * by - ay * bx) / 2
        middles = ((one + other) / 2, (one + hub) / 2, (other + hub) / 2)
        total = total + area / 3 * sum(function(middle) for middle in middles)
    return total


@FEW
@given(SEEDS, st.floats(0.01, 100))
def test_polygon_is_its_integrals(seed, density):
    polygon = random_polygon(seed)
    mass, center, inertia = shapes.polygon_mass(polygon, density)
    expected = density * integrate(lambda p: 1.0, polygon)
    assert mass == pytest.approx(expected, rel=1e-9)
    middle = density * integrate(lambda p: p, polygon) / expected
    np.testing.assert_allclose(center, middle, rtol=1e-9, atol=1e-9)
    second = density * integrate(lambda p: ((p - middle) ** 2).sum(), polygon)
    assert inertia == pytest.approx(second, rel=1e-8)


@FEW
@given(SEEDS)
def test_grid_of_points_agrees(seed):
    """Brute force: the share of a fine grid that every edge has on its left."""
    polygon = random_polygon(seed)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    steps = (np.arange(150) + 0.5) / 150
    points = np.stack(np.meshgrid(*(low + (high - low) * steps[:, None]).T), axis=-1).reshape(-1, 2)
    inside = np.ones(len(points), bool)
    for one, other in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        edge, spoke = other - one, points - one
        inside &= edge[0] * spoke[:, 1] - edge[1] * spoke[:, 0] > 0
    box, size = np.prod(high - low), np.ptp(polygon, axis=0).max()
    cell, found = box / len(points), points[inside]
    mass, center, inertia = shapes.polygon_mass(polygon)
    assert mass == pytest.approx(len(found) * cell, abs=0.01 * box)
    moment = (found - low).sum(axis=0) * cell
    np.testing.assert_allclose(mass * (center - low), moment, atol=0.01 * box * size)
    second = ((found - center) ** 2).sum() * cell
    assert inertia == pytest.approx(second, abs=0.01 * box * size**2)


@FEW
@given(SEEDS, st.floats(-50, 50), st.floats(-7, 7), st.floats(0.05, 20))
def test_moving_turning_and_scaling(seed, shift, angle, scale):
    polygon, move = random_polygon(seed), np.array([shift, -shift])
    mass, center, inertia = shapes.polygon_mass(polygon)
    for there, old_center in (
        (polygon + move, center + move),
        (turned(polygon, angle), turned(center, angle)),
        (polygon[::-1], center),
        (np.roll(polygon, 1, axis=0), center),
    ):
        new_mass, new_center, new_inertia = shapes.polygon_mass(there)
        assert new_mass == pytest.approx(mass, rel=1e-7)
        assert new_inertia == pytest.approx(inertia, rel=1e-6)
        np.testing.assert_allclose(new_center, old_center, atol=1e-8)
    large = shapes.polygon_mass(polygon * scale)
    assert large.mass == pytest.approx(mass * scale**2, rel=1e-7)
    assert large.inertia == pytest.approx(inertia * scale**4, rel=1e-7)


@FEW
@given(SEEDS)
def test_parts_make_the_whole(seed):
    """A polygon cut in two along a diagonal: masses add up, inertias by parallel axes."""
    polygon = random_polygon(seed)
    if len(polygon) == 3:
        polygon = np.insert(polygon, 2, (polygon[1] + polygon[2]) / 2, axis=0)
    whole = shapes.polygon_mass(polygon)
    rest = np.delete(polygon, 1, axis=0)
    parts = shapes.polygon_mass(polygon[:3]), shapes.polygon_mass(rest)
    assert sum(part.mass for part in parts) == pytest.approx(whole.mass, rel=1e-9)
    about = [part.inertia + part.mass * ((part.center - whole.center) ** 2).sum() for part in parts]
    assert sum(about) == pytest.approx(whole.inertia, rel=1e-8)


def test_right_triangle():
    triangle = [(0, 1), (1, 0), (0, 0)]
    mass, center, inertia = shapes.polygon_mass(triangle)
    assert mass == pytest.approx(0.5)
    np.testing.assert_allclose(center, [1 / 3, 1 / 3])
    assert inertia == pytest.approx(1 / 18)  # Jax2D: 0.0370, as its edges pass a padding vertex


def test_trapezoid_has_the_center_of_its_area_not_of_its_vertices():
    """Bottom 2, top 1, height 1: h (a + 2 b) / (3 (a + b)) above the bottom."""
    center = shapes.polygon_mass([(-1, -0.5), (1, -0.5), (0.5, 0.5), (-0.5, 0.5)]).center
    np.testing.assert_allclose(center, [0, -0.5 + 4 / 9], atol=1e-12)  # Jax2D: y = 0


def test_disc():
    mass, center, inertia = shapes.circle_mass(0.3, 2.0)
    assert mass == pytest.approx(2 * math.pi * 0.09)
    assert inertia == pytest.approx(2 * math.pi * 0.3**4 / 2)  # Jax2D: half of it
    np.testing.assert_array_equal(center, [0, 0])
    many = shapes.polygon_mass(shapes.regular_polygon(10_000, 0.3), 2.0)
    assert many.mass == pytest.approx(mass, rel=1e-6)
    assert many.inertia == pytest.approx(inertia, rel=1e-6)


def test_box():
    mass, center, inertia = shapes.polygon_mass(shapes.box_vertices(2, 3), 0.5)
    assert (mass, inertia) == (pytest.approx(3), pytest.approx(3 * (4 + 9) / 12))
    np.testing.assert_allclose(center, [0, 0], atol=1e-15)


def test_traced_forms_agree_in_a_batch_of_mixed_sizes():
    polygons = [random_polygon(seed) for seed in range(12)]
    batch = jnp.asarray([shapes.padded(polygon) for polygon in polygons], jnp.float32)
    density = jnp.linspace(0.5, 2.0, len(polygons), dtype=jnp.float32)
    traced = jax.jit(jax.vmap(shapes.polygon_mass))(batch, density)
    direct = shapes.polygon_mass(batch, density)
    moved = jax.jit(shapes.centered)(batch)
    for k, polygon in enumerate(polygons):
        exact = shapes.polygon_mass(polygon, float(density[k]))
        for ours in (traced, direct):
            assert ours.mass.dtype == ours.inertia.dtype == ours.center.dtype == jnp.float32
            assert float(ours.mass[k]) == pytest.approx(exact.mass, rel=1e-4)
            assert float(ours.inertia[k]) == pytest.approx(exact.inertia, rel=1e-3)
            np.testing.assert_allclose(ours.center[k], exact.center, atol=1e-5)
        np.testing.assert_allclose(moved[k, : len(polygon)], polygon - exact.center, atol=1e-5)
    radius = jnp.asarray([0.1, 0.5], jnp.float32)
    disc, exact = jax.jit(shapes.circle_mass)(radius), shapes.circle_mass([0.1, 0.5])
    assert disc.center.shape == (2, 2)
    assert disc.mass.dtype == disc.center.dtype == jnp.float32
    np.testing.assert_allclose(disc.inertia, exact.inertia, rtol=1e-6)


@FEW
@given(SEEDS)
def test_outlines(seed):
    polygon = random_polygon(seed)
    shapes.check_polygon(polygon)
    shapes.check_polygon(polygon[::-1])
    backwards = shapes.counter_clockwise(polygon[::-1])
    np.testing.assert_array_equal(backwards[0], polygon[-1])
    assert shapes.signed_area(backwards) == pytest.approx(shapes.signed_area(polygon))
    assert shapes.signed_area(polygon[::-1]) == pytest.approx(-shapes.signed_area(polygon))
    np.testing.assert_array_equal(shapes.counter_clockwise(polygon), polygon)
    normals = shapes.face_normals(polygon)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)
    heights = (polygon[None] - polygon[:, None]) @ normals[..., None]  # [edge, vertex, 1]
    assert heights.max() < 1e-9  # outward: every vertex is below every face
    inner = shapes.centered(polygon)
    np.testing.assert_allclose(shapes.polygon_mass(inner).center, 0, atol=1e-9)
    filled = shapes.padded(polygon)
    assert filled.shape == (8, 2)
    assert (filled[: len(polygon)] == polygon).all()
    assert (filled[len(polygon) :] == polygon[0]).all()


@FEW
@given(SEEDS)
def test_hull_finds_the_corners_among_points_inside(seed):
    polygon, rng = random_polygon(seed), np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(len(polygon)), size=20)
    middles = (polygon + np.roll(polygon, -1, axis=0)) / 2
    points = rng.permutation(np.concatenate([polygon, polygon, weights @ polygon]))
    hull = shapes.convex_hull(points)
    first = int(np.lexsort((polygon[:, 1], polygon[:, 0]))[0])
    np.testing.assert_array_equal(hull, np.roll(polygon, -first, axis=0))
    assert shapes.polygon_mass(shapes.convex_hull([*polygon, *middles])).mass == pytest.approx(
        shapes.polygon_mass(polygon).mass
    )


def test_hull_of_a_grid_and_of_a_line():
    grid = [(x, y) for x in range(4) for y in range(3)]
    np.testing.assert_array_equal(shapes.convex_hull(grid), [(0, 0), (3, 0), (3, 2), (0, 2)])
    assert len(shapes.convex_hull([(0, 0), (1, 1), (2, 2)])) == 2
    assert len(shapes.convex_hull([(1, 1), (1, 1)])) == 1


def test_regular_polygons():
    hexagon = shapes.regular_polygon(6, 2)
    np.testing.assert_allclose(hexagon[:2], [(2, 0), (1, math.sqrt(3))])
    assert shapes.polygon_mass(hexagon).mass == pytest.approx(6 * math.sqrt(3))


SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
STAR = [(math.cos(4 * math.pi * k / 5), math.sin(4 * math.pi * k / 5)) for k in range(5)]


@pytest.mark.parametrize(
    ("vertices", "message"),
    [
        (SQUARE[:2], "vertices: expected 3 to 8 vertices, got 2"),
        (shapes.regular_polygon(9, 1), "vertices: expected 3 to 8 vertices, got 9"),
        ([(0, 0, 0)] * 3, r"vertices: expected pairs of numbers, got shape \(3, 3\)"),
        ([(0, 0), (1, 0), (1,)], "vertices: expected pairs of numbers"),
        ([(0, 0), (1, 0), (math.nan, 1)], r"vertices\[2\]: expected finite numbers, got \[nan"),
        ([(0, 0), (math.inf, 0), (0, 1)], r"vertices\[1\]: expected finite numbers"),
        ([*SQUARE, (0, 1)], r"vertices\[4\]: expected at least 0.001 m from vertices\[3\], is 0 m"),
        ([*SQUARE, (0, 5e-4)], r"vertices\[0\]: expected at least 0.001 m from vertices\[4\]"),
        ([(0, 0), (1, 0), (2, 0), (1, 1)], r"vertices\[1\]: expected a corner, lies on a line"),
        ([*SQUARE, (0.5, 0.5)], r"vertices\[4\]: expected a convex polygon, it turns inwards"),
        ([SQUARE[0], (0.5, 0.2), *SQUARE[1:]], r"vertices\[1\]: expected a convex polygon"),
        ([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], "expected a convex polygon|cross itself"),
        (STAR, "vertices: expected an outline that does not cross itself"),
        ([(0, 0), (0.3, 0), (0.15, 5e-4)], "expected a polygon at least 0.001 m wide, is 0.0005 m"),
    ],
)
def test_what_is_no_polygon_is_refused(vertices, message):
    with pytest.raises(ValueError, match=message):
        shapes.check_polygon(vertices)


def test_too_many_vertices_for_the_room():
    with pytest.raises(ValueError, match="vertices: expected at most 3, got 4"):
        shapes.padded(SQUARE, 3)
