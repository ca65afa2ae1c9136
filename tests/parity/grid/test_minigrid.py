"""MiniGrid's tasks against MiniGrid: whole episodes on shared grids, and the grids themselves."""

import functools
from typing import Any

import gymnasium
import jax
import jax.numpy as jnp
import minigrid  # registers the originals  # noqa: F401
import numpy as np
import pytest
from minigrid.core.grid import Grid
from minigrid.core.world_object import Ball, WorldObj

import jaxenvs
from jaxenvs.envs.grid import _tiles as tiles
from jaxenvs.envs.grid.empty import Empty
from tests.parity import report, rollout

# Mostly ahead, so that keys and doors are met now and then.
WEIGHTS = np.array([0.18, 0.18, 0.36, 0.1, 0.04, 0.12, 0.02])
PLAYED = [
    "MiniGrid-Empty-Random-6x6-v0",
    "MiniGrid-FourRooms-v0",
    "MiniGrid-DoorKey-5x5-v0",
    "MiniGrid-LavaGapS5-v0",
    "MiniGrid-SimpleCrossingS9N3-v0",
    "MiniGrid-LavaCrossingS11N5-v0",
    "MiniGrid-Dynamic-Obstacles-Random-6x6-v0",
    "MiniGrid-KeyCorridorS3R3-v0",
    "MiniGrid-LockedRoom-v0",
    "MiniGrid-MultiRoom-N4-S5-v1",
    "MiniGrid-Unlock-v0",
]


def original(env_id: str) -> Any:
    return gymnasium.make(env_id, disable_env_checker=True).unwrapped


@functools.cache
def codes() -> np.ndarray:
    """`(2**9, 3)`: kind, color and door of every cell there can be."""
    return np.asarray(tiles.encode(np.arange(2**9, dtype=np.uint16)))


def unpacked(cell: int) -> tuple[int, int, int]:
    kind, color, door = codes()[int(cell)].tolist()
    return kind, color, door


def as_object(cell: int) -> WorldObj | None:
    return WorldObj.decode(*unpacked(cell))


def inject(theirs: Any, state: Any, i: Any, mission: str) -> None:
    """Puts the original into our state at index `i`."""
    grid = state.grid[i]
    theirs.grid = Grid(grid.shape[1], grid.shape[0])
    theirs.width, theirs.height = grid.shape[1], grid.shape[0]
    for row, col in np.ndindex(*grid.shape):
        theirs.grid.set(col, row, as_object(grid[row, col]))
    theirs.agent_pos = (int(state.col[i]), int(state.row[i]))
    theirs.agent_dir = int(state.direction[i])
    theirs.carrying = as_object(state.carrying[i])
    theirs.step_count = int(state.time[i])
    theirs.mission = mission
    found = [theirs.grid.get(x, y) for x in range(theirs.width) for y in range(theirs.height)]
    for name, kind in (("door", "door"), ("obj", "ball")):
        if hasattr(theirs, name) or name in ("door", "obj"):
            setattr(theirs, name, next((o for o in found if o and o.type == kind), None))


def follow_balls(theirs: Any, state: Any, after: Any, i: Any) -> None:
    """Lets the original's balls go where ours went."""
    theirs.obstacles, targets = [], {}
    for ball in range(state.ball_rows.shape[-1]):
        place = (int(state.ball_cols[i][ball]), int(state.ball_rows[i][ball]))
        obstacle = theirs.grid.get(*place)
        assert isinstance(obstacle, Ball)
        obstacle.cur_pos = place
        theirs.obstacles.append(obstacle)
        targets[id(obstacle)] = (int(after.ball_cols[i][ball]), int(after.ball_rows[i][ball]))

    def place_obj(obstacle: Any, top: Any, size: Any, max_tries: Any) -> None:
        x, y = targets[id(obstacle)]
        if (x, y) == tuple(obstacle.cur_pos):
            around = [(top[0] + dx, top[1] + dy) for dx in range(3) for dy in range(3)]
            free = [c for c in around if theirs.grid.get(*c) is None and c != theirs.agent_pos]
            assert not free, "a ball stays only where nothing around it is free"
            raise RecursionError
        assert max(abs(x - obstacle.cur_pos[0]), abs(y - obstacle.cur_pos[1])) == 1
        assert theirs.grid.get(x, y) is None
        assert (x, y) != theirs.agent_pos
        theirs.grid.set(x, y, obstacle)
        obstacle.cur_pos = (x, y)

    theirs.place_obj = place_obj


@pytest.mark.parametrize("env_id", PLAYED)
def test_whole_episodes_are_minigrids(env_id):
    num_envs, num_steps = 4, 600
    env: Any = jaxenvs.make(env_id)
    num_actions = env.num_actions
    logits = jnp.log(jnp.asarray(WEIGHTS[:num_actions], jnp.float32))
    played = rollout.play(
        env,
        num_envs,
        num_steps,
        policy=lambda key, state: jax.random.categorical(key, logits).astype(jnp.int32),
    )
    theirs = original(env_id)
    theirs.reset(seed=0)
    worst, solved = 0.0, 0
    for copy in range(num_envs):
        for t in range(num_steps):
            i = (t, copy)
            if played.start[i]:
                mission = env.missions[int(played.state.mission[i])]
                inject(theirs, played.state, i, mission)
                assert_same_obs(theirs.gen_obs(), played.obs, i, env)
            if "Obstacles" in env_id:
                after = played.step.state
                follow_balls(theirs, played.state, after, i)
            obs, reward, terminated, truncated, _ = theirs.step(int(played.action[i]))
            assert_same_obs(obs, played.step.obs, i, env)
            assert terminated == played.step.terminated[i]
            assert truncated == played.step.truncated[i]
            worst = max(worst, abs(float(reward) - float(played.step.reward[i])))
            solved += reward > 0
    assert worst < 1e-6
    assert played.start.sum() > num_envs
    report.record(env_id, "minigrid", num_envs * num_steps, worst)


def assert_same_obs(theirs: Any, ours: Any, i: Any, env: Any) -> None:
    np.testing.assert_array_equal(theirs["image"], ours["image"][i])
    assert theirs["direction"] == ours["direction"][i]
    assert theirs["mission"] == env.missions[int(ours["mission"][i])]


def any_states(first: Any, num_states: int, draws: np.random.Generator) -> Any:
    """Grids full of everything, hands full or empty: `first`, a state of `Empty`, many times."""
    size = first.grid.shape[0]
    kinds = [1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9]
    kind = draws.choice(kinds, (num_states, size, size))
    color, door = draws.integers(0, 6, kind.shape), draws.integers(0, 3, kind.shape)
    color = np.where(kind == 8, 1, np.where(kind == 9, 0, np.where(kind == 1, 0, color)))
    grid = (kind | color << 4 | np.where(kind == 4, door, 0) << 7).astype(np.uint16)
    edge = np.ones((size, size), bool)
    edge[1:-1, 1:-1] = False
    grid[:, edge] = tiles.WALL
    row, col = draws.integers(1, size - 1, (2, num_states)).astype(np.int32)
    # One stands only where one may.
    grid[np.arange(num_states), row, col] = draws.choice([1, 8 | 1 << 4, 4 | 3 << 4], num_states)
    hands = draws.choice([1, 1, 5, 5, 6, 7], num_states)
    hands = (hands | np.where(hands > 1, draws.integers(0, 6, num_states), 0) << 4).astype(
        np.uint16
    )
    return first.replace(
        time=draws.integers(0, 300, num_states).astype(np.int32),
        grid=grid,
        row=row,
        col=col,
        direction=draws.integers(0, 4, num_states).astype(np.int32),
        carrying=hands,
        mission=np.zeros(num_states, np.int32),
    )


def test_any_state_and_action_is_followed(getkey):
    """Views, shadows, doors, keys, boxes."""
    num_states, size = 1000, 9
    env = Empty(size=size, see_through_walls=False)
    draws = np.random.default_rng(0)
    state = any_states(jax.jit(env.reset)(getkey())[1], num_states, draws)
    action = draws.integers(0, 7, num_states).astype(np.int32)
    keys = jax.random.split(getkey(), num_states)
    step = jax.jit(jax.vmap(env.step))(keys, state, action)
    step = jax.tree.map(np.asarray, step._replace(info={}))
    theirs = original("MiniGrid-Empty-Random-6x6-v0")
    theirs.see_through_walls = False
    theirs.max_steps = env.time_limit
    for i in range(num_states):
        inject(theirs, state, i, env.missions[0])
        obs, reward, terminated, truncated, _ = theirs.step(int(action[i]))
        assert_same_obs(obs, step.obs, i, env)
        assert (terminated, truncated) == (step.terminated[i], step.truncated[i])
        assert abs(float(reward) - step.reward[i]) < 1e-6
        ours = codes()[step.state.grid[i]].transpose(1, 0, 2)
        np.testing.assert_array_equal(theirs.grid.encode(), ours)
        assert tuple(theirs.agent_pos) == (step.state.col[i], step.state.row[i])
        held = theirs.carrying.encode() if theirs.carrying else (1, 0, 0)
        assert held == unpacked(step.state.carrying[i])


STARTED = {
    "MiniGrid-Empty-Random-5x5-v0": 400,
    "MiniGrid-FourRooms-v0": 300,
    "MiniGrid-DoorKey-6x6-v0": 400,
    "MiniGrid-LavaGapS6-v0": 400,
    "MiniGrid-SimpleCrossingS9N2-v0": 400,
    "MiniGrid-LavaCrossingS11N5-v0": 300,
    "MiniGrid-Dynamic-Obstacles-Random-5x5-v0": 400,
    "MiniGrid-KeyCorridorS4R3-v0": 300,
    "MiniGrid-LockedRoom-v0": 200,
    "MiniGrid-MultiRoom-N4-S5-v1": 300,
    "MiniGrid-Unlock-v0": 400,
}


@pytest.mark.parametrize("env_id", STARTED)
def test_starts_are_distributed_as_minigrids(env_id):
    """Every cell holds every kind, color and state as often, and so do the agent's place and view.

    Ours are many more, so that the original's sampling alone decides the spread.
    """
    num_theirs = STARTED[env_id]
    env: Any = jaxenvs.make(env_id)
    ours = jax.jit(jax.vmap(env.reset))(jax.random.split(jax.random.key(1), 20 * num_theirs))[1]
    theirs = original(env_id)
    counts: dict[str, Any] = {"cells": 0, "agent": 0, "direction": 0, "mission": 0}
    for seed in range(num_theirs):
        theirs.reset(seed=seed)
        cells = theirs.grid.encode().transpose(1, 0, 2).astype(np.uint16)
        packed = cells[..., 0] | cells[..., 1] << 4 | cells[..., 2] << 7
        state = {
            "cells": one_hot(packed),
            "agent": place(theirs.agent_pos[1], theirs.agent_pos[0], packed.shape),
            "direction": np.arange(4) == theirs.agent_dir,
            "mission": np.array([mission == theirs.mission for mission in env.missions]),
        }
        counts = {name: counts[name] + seen for name, seen in state.items()}
    ours = jax.tree.map(np.asarray, ours)
    expected = {
        "cells": sum(one_hot(grid) for grid in ours.grid) / len(ours.grid),
        "agent": sum(
            place(row, col, ours.grid.shape[1:])
            for row, col in zip(ours.row, ours.col, strict=True)
        )
        / len(ours.row),
        "direction": np.bincount(ours.direction, minlength=4) / len(ours.row),
        "mission": np.bincount(ours.mission, minlength=len(env.missions)) / len(ours.row),
    }
    for name, share in expected.items():
        found = counts[name] / num_theirs
        # Five standard deviations, and an allowance for what is too rare to be normal.
        spread = np.sqrt(share * (1 - share) * (1 / num_theirs + 1 / len(ours.row)))
        excess = np.abs(found - share) - 5 * spread - 6 / num_theirs
        assert excess.max() <= 0, (name, np.unravel_index(excess.argmax(), excess.shape))


def one_hot(packed: np.ndarray) -> np.ndarray:
    return packed[..., None] == np.arange(512)


def place(row: int, col: int, shape: Any) -> np.ndarray:
    grid = np.zeros(shape)
    grid[row, col] = 1
    return grid


@pytest.mark.filterwarnings("ignore:.*out of date")
@pytest.mark.parametrize("env_id", jaxenvs.list_envs("grid"))
def test_limits_spaces_and_sizes_are_minigrids(env_id):
    env: Any = jaxenvs.make(env_id)
    theirs = original(env_id)
    assert int(env.default_params.max_steps) == theirs.max_steps
    assert env.action_space().n == theirs.action_space.n
    state = jax.eval_shape(env.reset, jax.random.key(0))[1]
    assert state.grid.shape == (theirs.height, theirs.width)
    ours = env.observation_space().spaces["image"].to_gymnasium()
    assert ours == theirs.observation_space["image"]
