"""Classic control in Gymnasium: put into any state, stepped, and written down."""

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium
import numpy as np

Steps = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Observation, reward, terminated and truncated of each step."""

STATE = {
    "CartPole": ("x", "x_dot", "theta", "theta_dot"),
    "Pendulum": ("theta", "theta_dot"),
    "Acrobot": ("theta_1", "theta_2", "theta_1_dot", "theta_2_dot"),
    "MountainCar": ("position", "velocity"),
    "MountainCarContinuous": ("position", "velocity"),
}
"""Our names of the coordinates in Gymnasium's `state`, by environment."""


class Original(NamedTuple):
    """An environment of Gymnasium under its time limit."""

    env: gymnasium.Env
    inject: Callable[[Any, list[float]], None]

    def step(self, state: list[float], action: Any) -> tuple[Any, ...]:
        """One step from a state, given as plain numbers."""
        self.inject(self.env.unwrapped, state)
        return self.env.step(action)[:4]

    def each(self, states: np.ndarray, actions: np.ndarray) -> Steps:
        """One step from each state `[n, d]`, the time limit left out of it."""
        game = self.env.unwrapped
        rows = []
        for state, action in zip(states.tolist(), plain(actions), strict=True):
            self.inject(game, state)
            rows.append(game.step(action)[:4])
        return columns(rows)


def make(env_id: str, attributes: dict[str, Any] | None = None, **kwargs: Any) -> Original:
    """The environment with attributes of the game changed after it was made."""
    with warnings.catch_warnings():
        # It warns of every id that has a newer version.
        warnings.filterwarnings("ignore", ".*is out of date", DeprecationWarning)
        env = gymnasium.make(env_id, disable_env_checker=True, **kwargs)
    for name, value in (attributes or {}).items():
        assert hasattr(env.unwrapped, name), name
        setattr(env.unwrapped, name, value)
    env.reset(seed=0)
    inject = {"CartPole": _inject_cartpole, "MountainCarContinuous": _inject_float32}
    return Original(env, inject.get(env_id.partition("-")[0], _inject))


def _inject(game: Any, state: list[float]) -> None:
    game.state = np.array(state)


def _inject_float32(game: Any, state: list[float]) -> None:
    # What its own step leaves behind.
    game.state = np.array(state, np.float32)


def _inject_cartpole(game: Any, state: list[float]) -> None:
    x, _, theta, _ = state
    fallen = abs(x) > game.x_threshold or abs(theta) > game.theta_threshold_radians
    game.state = np.array(state)
    # 1 rather than 0, at which it warns.
    game.steps_beyond_terminated = 1 if fallen else None


def plain(actions: np.ndarray) -> list[Any]:
    """Actions as the originals take them: ints, or rows of float32."""
    return list(actions) if actions.ndim > 1 else actions.tolist()


def columns(rows: list[tuple[Any, ...]]) -> Steps:
    """Arrays of what each step gave, rewards in full precision."""
    obs, reward, terminated, truncated = zip(*rows, strict=True)
    return (
        np.array(obs),
        np.array(reward, np.float64),
        np.array(terminated),
        np.array(truncated),
    )


def anywhere(name: str, num_states: int, rng: np.random.Generator) -> np.ndarray:
    """Random float32 states `[num_states, d]` from all over the space, and from beyond its ends."""
    reach = {
        "CartPole": ([-2.6, -4, -0.25, -4], [2.6, 4, 0.25, 4]),
        "Pendulum": ([-20, -8], [20, 8]),
        # Not as fast as it may become: there one step makes 1e5 of a rounding error in its state,
        # and Gymnasium's differs as much from itself.
        "Acrobot": ([-math.pi, -math.pi, -4, -8], [math.pi, math.pi, 4, 8]),
        "MountainCar": ([-1.2, -0.07], [0.6, 0.07]),
        "MountainCarContinuous": ([-1.2, -0.07], [0.6, 0.07]),
    }
    low, high = reach[name]
    return rng.uniform(low, high, (num_states, len(low))).astype(np.float32)
