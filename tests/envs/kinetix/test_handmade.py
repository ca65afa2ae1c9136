"""Our own levels: each is solved by the recorded actions, and none by doing nothing."""

import functools
import importlib.resources
import json
import math
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.kinetix import _library, files
from jaxenvs.envs.kinetix._draft import LevelDraft
from jaxenvs.envs.kinetix._level import BLUE, GREEN, RED, SIZES, collision_matrix, same
from jaxenvs.envs.kinetix._published import load_published, published
from jaxenvs.envs.kinetix.kinetix import Kinetix

NAMES = _library.handmade()
NO_KEY: Any = None  # a level is played without chance
SLACK = 16
"""Steps by which success may come earlier or later: other compilers round otherwise."""


@functools.cache
def plays(size: Any) -> dict[str, tuple[int, int]]:
    """In which step the solution of each level succeeds, and doing nothing; 0: never."""
    env = Kinetix(size=size, actions="multidiscrete")
    params = env.canonical_params(None)
    names = [name for name in NAMES if name.startswith(size)]
    plans = np.zeros((2, len(names), 256, 6), np.int32)
    for i, name in enumerate(names):
        solution = _library.about(name).solution
        plans[0, i, : len(solution)] = solution
    levels = [_library.load_handmade(name) for name in names]
    stacked: Any = jax.tree.map(lambda *leaves: np.stack(leaves * 2), *levels)

    def step(carry: Any, actions: jax.Array) -> tuple[Any, None]:
        t, state, ended, solved = carry
        state, _, over, info = jax.vmap(lambda s, a: env.transition(NO_KEY, s, a, params))(
            state, actions
        )
        solved = jnp.where(info["success"] & ~ended, t, solved)
        return (t + np.int32(1), state, ended | over, solved), None

    @jax.jit
    def play(levels: Any, plans: jax.Array) -> jax.Array:
        state = jax.vmap(lambda level: env.initial_on(NO_KEY, level, params))(levels)
        none = jnp.zeros(plans.shape[1], jnp.int32)
        start = jnp.int32(1), state, none > 0, none
        return jax.lax.scan(step, start, plans)[0][-1]

    flat = plans.reshape(-1, 256, 6).transpose(1, 0, 2)
    solved, idle = np.asarray(play(stacked, flat)).reshape(2, -1).tolist()
    return dict(zip(names, zip(solved, idle, strict=True), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_recorded_actions_solve_it_and_doing_nothing_does_not(size: str) -> None:
    for name, (solved, idle) in plays(size).items():
        expected = len(_library.about(name).solution)
        assert solved, name
        assert abs(solved - expected) <= SLACK, (name, solved, expected)
        assert not idle, name


def test_there_are_many_of_each_size() -> None:
    counts = [sum(name.startswith(size) for name in NAMES) for size in SIZES]
    assert sum(counts) >= 40
    assert min(counts) >= 10
    difficulties = [_library.about(name).difficulty for name in NAMES]
    assert {1, 2, 3, 4} <= set(difficulties)


@pytest.mark.parametrize("name", NAMES)
def test_files_and_index_agree(name: str) -> None:
    level, about = _library.load_handmade(name), _library.about(name)
    assert level.size == SIZES[name[0]]
    assert files.parse(files.dumps(level)) is not None
    assert same(files.parse(files.dumps(level)), level)
    assert about.goal.endswith(".")
    assert "." not in about.goal[:-1]
    assert 1 <= about.difficulty <= 5
    assert about.random_share <= 0.25
    assert 0 < len(about.solution) <= int(level.max_timesteps)
    assert (about.solution.max(axis=0) <= [2, 2, 2, 2, 1, 1]).all()
    assert about.solution.any()


def test_every_file_is_in_the_index() -> None:
    folder = importlib.resources.files("jaxenvs.envs.kinetix").joinpath("handmade")
    files = {pathlib.Path(str(one)).name for one in folder.iterdir()}
    assert files == {f"{name.replace('/', '_')}.json" for name in NAMES} | {"index.json"}
    assert json.loads(folder.joinpath("index.json").read_text())["measure"]


def test_names_and_levels_are_not_those_of_kinetix() -> None:
    assert not set(NAMES) & set(published())
    theirs = [load_published(name) for name in published()]
    for name in NAMES:
        level = _library.load_handmade(name)
        assert not any(same(level, one) for one in theirs), name


# -- places at the start ---------------------------------------------------------------------------


def depth(level: Any, i: int, j: int) -> float:
    """By how much two shapes overlap, in meters; below 0 at most their distance."""
    one, other = outline(level, i), outline(level, j)
    axes = [*normals(one[0]), *normals(other[0])]
    if not len(axes) or 1 in (len(one[0]), len(other[0])):
        gaps = (one[0][:, None] - other[0][None]).reshape(-1, 2)
        axes += [gap / max(np.hypot(*gap), 1e-9) for gap in gaps]
    return min(
        min((one[0] @ n).max() - (other[0] @ n).min(), (other[0] @ n).max() - (one[0] @ n).min())
        + one[1]
        + other[1]
        for n in axes
    )


def outline(level: Any, i: int) -> tuple[np.ndarray, float]:
    """Corners in the world, and what they are blown up by."""
    bodies, num_polygons = level.bodies, level.size.polygons
    if i >= num_polygons:
        return bodies.position[i][None].astype(float), float(bodies.radius[i - num_polygons])
    turn = float(bodies.rotation[i])
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    corners = bodies.vertices[i, : bodies.num_vertices[i]].astype(float)
    return corners @ matrix + bodies.position[i], 0.0


def normals(corners: np.ndarray) -> list[np.ndarray]:
    if len(corners) == 1:
        return []
    edges = np.roll(corners, -1, axis=0) - corners
    return [np.array([y, -x]) / np.hypot(x, y) for x, y in edges]


@pytest.mark.parametrize("name", NAMES)
def test_bodies_lie_apart_at_the_start(name: str) -> None:
    level = _library.load_handmade(name)
    bodies, meets = level.bodies, collision_matrix(level)
    roles = bodies.role
    for i in np.flatnonzero(bodies.active).tolist():
        for j in range(i):
            if not bodies.active[j] or (i < 4 and j < 4):
                continue
            pair = {int(roles[i]), int(roles[j])}
            decides = pair in ({GREEN, BLUE}, {GREEN, RED})
            moves = not (bodies.fixated[i] and bodies.fixated[j])
            if decides or (moves and meets[i, j]):
                assert depth(level, i, j) < 0.004, (name, i, j)


def test_overlap_is_seen() -> None:
    draft = LevelDraft("m").box(1, 1, (1, 1)).circle(0.2, (1.6, 1)).box(0.5, 1, (2.2, 1))
    level = draft.level(needs_goal=False)
    assert depth(level, 4, 6) == pytest.approx(0.1)
    assert depth(level, 5, 6) == pytest.approx(-0.15)
    assert depth(level, 4, 5) == pytest.approx(-0.45)
