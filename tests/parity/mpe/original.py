"""Plays mpe2 and writes every step down, in our arrays."""

import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Steps(NamedTuple):
    """Steps of mpe2, lists with an entry per step; names are of our state's fields."""

    before: Any  # a dict
    action: Any  # [num_agents] int or [num_agents, size] float, padded
    draws: Any  # what came up at random within the step
    after: Any  # a dict
    obs: Any  # of each agent, a list of arrays
    reward: Any  # [num_agents]
    terminated: Any  # [num_agents]
    truncated: Any  # [num_agents]
    whole: Any  # the global state
    near_miss: Any  # whether rounding decides: bodies about to touch, equally far, or in one place


class Recorder:
    """Stands in for the random generator of a treasure hunt, and keeps what it drew."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.drawn: list[list[float]] = []

    def uniform(self, low: float = 0.0, high: float = 1.0, size: int | None = None) -> Any:
        if size is None:  # whether a treasure comes up, which it always does
            self.drawn.append([])
            return 0.0
        draws = self.generator.uniform(0, 1, size)
        self.drawn[-1] += draws.tolist()
        return low + (high - low) * draws

    def integers(self, low: int, high: int) -> int:
        draw = self.generator.uniform()
        self.drawn[-1].append(draw)
        return int(low + np.floor(draw * (high - low)))


def play(
    module: str,
    options: dict[str, Any],
    num_steps: int,
    seed: int = 0,
    place: Callable[[Any, np.random.Generator], None] | None = None,
) -> tuple[list[str], Steps]:
    """The agents' names and `num_steps` random steps, in whole episodes.

    `place` may move bodies after a reset; it gets the world.
    """
    env = importlib.import_module(f"mpe2.{module}").parallel_env(**options)
    rng = np.random.default_rng(seed)
    rows: list[Steps] = []
    while len(rows) < num_steps:
        env.reset(seed=int(rng.integers(2**31)))
        world = env.unwrapped.world
        if place is not None:
            place(world, rng)
        time = 0
        while env.agents:
            rows.append(_step(env, rng, time))
            time += 1
    names = list(env.possible_agents)
    env.close()
    transposed = Steps(*(list(column) for column in zip(*rows, strict=True)))
    return names, transposed


def _step(env: Any, rng: np.random.Generator, time: int) -> Steps:
    world, names = env.unwrapped.world, list(env.possible_agents)
    before, in_one_place = state(world) | {"time": time}, _in_one_place(world)
    recorder = Recorder(int(rng.integers(2**31)))
    gone = [not landmark.alive for landmark in world.landmarks if hasattr(landmark, "alive")]
    if gone:
        world._np_random = recorder
    actions = {name: _sample(env.action_space(name), rng) for name in names}
    obs, reward, terminated, truncated, _ = env.step(actions)
    draws = np.zeros((len(gone), 3))
    if any(gone):
        draws[np.flatnonzero(gone)] = recorder.drawn
    return Steps(
        before=before,
        action=_padded([actions[name] for name in names]),
        draws=draws,
        after=state(world),
        obs=[obs[name] for name in names],
        reward=[reward[name] for name in names],
        terminated=[terminated[name] for name in names],
        truncated=[truncated[name] for name in names],
        whole=env.state(),
        near_miss=in_one_place or _near_miss(world),
    )


def state(world: Any) -> dict[str, Any]:
    """A world in our state's fields, float64."""
    agents, landmarks = world.agents, world.landmarks
    found: dict[str, Any] = {
        "position": np.array([a.state.p_pos for a in agents]),
        "velocity": np.array([a.state.p_vel for a in agents]),
        "landmarks": np.array([m.state.p_pos for m in landmarks]).reshape(-1, 2),
        "message": np.array([a.state.c for a in agents]),
    }
    first = agents[0]
    if hasattr(first, "_key"):  # crypto, whose goals are colors
        found["goal"] = int(np.argmax(first.goal_a.color))
        found["key"] = int(np.argmax(agents[2].key))
    elif hasattr(first, "_goal_b"):
        goals = [landmarks.index(a._goal_b) for a in agents if a._goal_b is not None]
        found["goal"] = goals if len(goals) > 1 else goals[0]
    elif hasattr(first, "goal_a"):
        found["goal"] = landmarks.index(first.goal_a)
    if hasattr(first, "holding"):
        found["kind"] = [m.type for m in landmarks]
        found["alive"] = [m.alive for m in landmarks]
        held = [a.holding for a in agents if a.collector]
        found["holding"] = [-1 if h is None else h for h in held]
        found["gain"] = 0.0
    return found


def _sample(space: Any, rng: np.random.Generator) -> Any:
    if hasattr(space, "n"):
        return int(rng.integers(space.n))
    return rng.uniform(0, 1, space.shape).astype(np.float32)


def _padded(actions: list[Any]) -> Any:
    if isinstance(actions[0], int):
        return actions
    size = max(len(action) for action in actions)
    return [np.pad(action, (0, size - len(action))) for action in actions]


def _gaps(bodies: list[Any]) -> np.ndarray:
    """Distances between the middles of all bodies."""
    place = np.array([body.state.p_pos for body in bodies])
    return np.linalg.norm(place[:, None] - place[None], axis=-1)


def _in_one_place(world: Any) -> bool:
    """Whether two agents nearly coincide: which way they push each other apart is rounding."""
    return bool(_gaps(world.agents)[np.triu_indices(len(world.agents), 1)].min(initial=1.0) < 2e-3)


def _near_miss(world: Any) -> bool:
    bodies = world.agents + world.landmarks
    size = np.array([body.size for body in bodies])
    gap = _gaps(bodies)
    pairs = np.triu_indices(len(bodies), 1)
    touch = np.abs(gap - size[:, None] - size[None])[pairs].min(initial=1.0)
    row = np.sort(gap[: len(world.agents)], axis=1)
    tie = np.abs(np.diff(row[:, 1:], axis=1)).min(initial=1.0)
    forest = np.abs(gap - 0.1)[pairs].min(initial=1.0)
    return bool(min(touch, tie, forest) < 1e-6)
