from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.grid import _layout as layout
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid._game import Action
from jaxenvs.envs.grid._tiles import Color, Door, Kind
from jaxenvs.render import draw

L, R, F, P, D, T = (Action(i) for i in range(6))


def play(env: Any, state: Any, actions: list[Action]) -> list[Any]:
    steps = []
    for action in actions:
        steps.append(env.step(jax.random.key(0), state, int(action)))
        state = steps[-1].state
    return steps


def test_a_door_is_unlocked_with_its_key_and_the_goal_reached():
    env: Any = jaxenvs.make("MiniGrid-DoorKey-5x5-v0")
    grid = layout.put(layout.walled(5, 5), 3, 3, tiles.GOAL)
    grid = jnp.where(layout.within(grid, 1, 2, 3, 1), tiles.WALL, grid)
    grid = layout.put(grid, 2, 2, tiles.tile(Kind.DOOR, Color.YELLOW, Door.LOCKED))
    grid = layout.put(grid, 3, 1, tiles.tile(Kind.KEY, Color.YELLOW))
    state = env.start(grid, 2, 1, 0)
    locked = play(env, state, [T, F])[-1].state
    assert (int(locked.row), int(locked.col)) == (2, 1)
    steps = play(env, state, [R, P, L, T, F, F, R, F])
    assert int(steps[1].state.carrying) == tiles.tile(Kind.KEY, Color.YELLOW)
    assert int(tiles.door_of(steps[3].state.grid[2, 2])) == Door.OPEN
    assert [bool(step.terminated) for step in steps] == [False] * 7 + [True]
    assert float(steps[-1].reward) == pytest.approx(1 - 0.9 * 8 / 250)
    assert sum(float(step.reward) for step in steps[:-1]) == 0


def test_things_are_carried_one_at_a_time_and_dropped_on_free_cells():
    env: Any = jaxenvs.make("MiniGrid-Empty-8x8-v0")
    ball, box = tiles.tile(Kind.BALL, Color.RED), tiles.tile(Kind.BOX, Color.BLUE)
    grid = layout.put(layout.put(layout.walled(8, 8), 1, 2, ball), 2, 1, box)
    steps = play(env, env.start(grid, 1, 1, 0), [P, R, P, D, L, D, P, R, T, D])
    carried = [int(step.state.carrying) for step in steps]
    # Full hands pick nothing up; the box is in the way of a drop until it is opened.
    assert carried == [ball, ball, ball, ball, ball, tiles.EMPTY, ball, ball, ball, tiles.EMPTY]
    assert int(steps[-1].state.grid[2, 1]) == ball
    assert int(steps[-1].state.grid[1, 2]) == tiles.EMPTY


def test_the_reward_falls_with_time_also_where_the_limit_is_off():
    env: Any = jaxenvs.make("MiniGrid-Empty-5x5-v0", max_steps=0)
    grid = layout.put(layout.walled(5, 5), 1, 2, tiles.GOAL)
    state = env.start(grid, 1, 1, 0).replace(time=jnp.int32(49))
    step = env.step(jax.random.key(0), state, int(F))
    assert float(step.reward) == pytest.approx(1 - 0.9 * 50 / 100)
    assert not step.truncated


def test_lava_ends_without_reward_and_balls_cost_one():
    env: Any = jaxenvs.make("MiniGrid-LavaGapS5-v0")
    lava = env.start(layout.put(layout.walled(5, 5), 1, 2, tiles.LAVA), 1, 1, 0)
    step = play(env, lava, [F])[0]
    assert (bool(step.terminated), float(step.reward)) == (True, 0)
    env = jaxenvs.make("MiniGrid-Dynamic-Obstacles-5x5-v0")
    _, state = env.reset(jax.random.key(0))
    step = play(env, state.replace(direction=jnp.int32(3)), [F])[0]  # against the wall
    assert (bool(step.terminated), float(step.reward)) == (True, -1)


def test_balls_are_where_the_state_says():
    env: Any = jaxenvs.make("MiniGrid-Dynamic-Obstacles-16x16-v0")
    _, state = jax.jit(env.reset)(jax.random.key(0))
    step = jax.jit(env.step)
    for i in range(30):
        state = step(jax.random.key(i), state, int(L)).state
        rows, cols = np.nonzero(np.asarray(tiles.kind_of(state.grid)) == Kind.BALL)
        places = sorted(zip(state.ball_rows.tolist(), state.ball_cols.tolist(), strict=True))
        assert sorted(zip(rows.tolist(), cols.tolist(), strict=True)) == places
        assert len(places) == 8


def test_every_multi_room_is_a_chain_that_can_be_walked():
    env: Any = jaxenvs.make("MiniGrid-MultiRoom-N6-v0")
    states = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), 64))[1]
    for i in range(64):
        state = jax.tree.map(lambda leaf, i=i: np.asarray(leaf[i]), states)
        kinds = np.asarray(tiles.kind_of(state.grid))
        assert (kinds == Kind.DOOR).sum() == 5
        assert _reachable(kinds != Kind.WALL, (int(state.row), int(state.col)))[
            tuple(np.argwhere(kinds == Kind.GOAL)[0])
        ]


@pytest.mark.parametrize("env_id", ["MiniGrid-KeyCorridorS3R3-v0", "MiniGrid-LockedRoom-v0"])
def test_all_rooms_can_be_reached(env_id):
    env: Any = jaxenvs.make(env_id)
    states = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(0), 64))[1]
    for i in range(64):
        state = jax.tree.map(lambda leaf, i=i: np.asarray(leaf[i]), states)
        open_cells = np.asarray(tiles.kind_of(state.grid)) != Kind.WALL
        reached = _reachable(open_cells, (int(state.row), int(state.col)))
        assert (reached == open_cells).all()
        locked = np.asarray(tiles.door_of(state.grid)) == Door.LOCKED
        keys = np.asarray(tiles.kind_of(state.grid)) == Kind.KEY
        colors = np.asarray(tiles.color_of(state.grid))
        assert (locked.sum(), keys.sum()) == (1, 1)
        assert colors[locked][0] == colors[keys][0]
        without = _reachable(open_cells & ~locked, (int(state.row), int(state.col)))
        assert without[keys].all()  # the key is not behind its own door


def _reachable(free: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    reached = np.zeros_like(free)
    reached[start] = True
    while True:
        spread = reached.copy()
        for axis in (0, 1):
            for shift in (1, -1):
                spread |= np.roll(reached, shift, axis)
        spread &= free
        if (spread == reached).all():
            return reached
        reached = spread


@pytest.mark.parametrize(
    ("env_id", "arguments", "words"),
    [
        (
            "MiniGrid-Empty-8x8-v0",
            {"size": 3},
            "size: expected a whole number from 4 to 255, got 3",
        ),
        ("MiniGrid-Empty-8x8-v0", {"view_size": 4}, "view_size: expected an odd number"),
        (
            "MiniGrid-FourRooms-v0",
            {"goal_place": (0, 3)},
            r"goal_place\[0\]: expected a whole number from 1 to 17",
        ),
        ("MiniGrid-LavaGapS5-v0", {"obstacle": "ice"}, "obstacle: expected 'lava' or 'wall'"),
        ("MiniGrid-SimpleCrossingS9N1-v0", {"size": 8}, "size: expected an odd number"),
        ("MiniGrid-SimpleCrossingS9N1-v0", {"num_crossings": 7}, "expected 1 to 6, got 7"),
        ("MiniGrid-KeyCorridorS3R1-v0", {"object_kind": "key"}, "object_kind: expected"),
        ("MiniGrid-MultiRoom-N6-v0", {"min_rooms": 9}, "min_rooms: expected 1 to max_rooms"),
    ],
)
def test_bad_options_are_named(env_id, arguments, words):
    with pytest.raises(ValueError, match=words):
        jaxenvs.make(env_id, **arguments)


@pytest.mark.parametrize(
    "env_id", ["MiniGrid-DoorKey-8x8-v0", "MiniGrid-KeyCorridorS6R3-v0", "MiniGrid-MultiRoom-N6-v0"]
)
def test_pictures_show_the_grid(env_id):
    env = jaxenvs.make(env_id)
    _, state = jax.jit(env.reset)(jax.random.key(3))
    picture = draw(env, state)
    assert picture.dtype == np.uint8
    assert picture.shape == (512, 472, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50
