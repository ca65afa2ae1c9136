"""Draws docs/images/strip.gif, the moving strip of games at the head of the README.

usage: python docs/strip.py

Eight games are played, at random or by the few lines below, and drawn with `jaxenvs.render`. Every
run plays the same.
"""

import dataclasses
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from pages import ROOT
from pictures import draw, sheet

import jaxenvs

OUT = ROOT / "docs" / "images" / "strip.gif"
WIDTH = 880  # pixels
NUM_FRAMES, FRAMES_PER_SECOND = 56, 10

Policy = Callable[[Any, Any, np.random.Generator], Any]
"""`(state, action mask, dice) -> action`"""


@dataclasses.dataclass(frozen=True)
class Scene:
    """A game and who plays it, at which pace."""

    env_id: str
    policy: Policy
    pace: float  # steps per frame
    start: int = 0  # steps before the first frame
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)


def balance(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Balances the pole on the way from one side to the other."""
    del mask, dice
    aim = 1.4 if int(state.time) // 64 % 2 else -1.4
    lean = state.theta + 0.2 * state.theta_dot + 0.05 * (state.x - aim) + 0.07 * state.x_dot
    return int(lean > 0)


def follow(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Moves the paddle under the ball."""
    del mask, dice
    ahead = state.ball.x + state.ball.dx - state.paddle
    return 0 if ahead == 0 else 1 if ahead < 0 else 2


def dive(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Shoots and swims about, downwards rather than up."""
    del state, mask
    return int(dice.choice(6, p=[0.04, 0.2, 0.12, 0.2, 0.14, 0.3]))


def cross(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Goes up the road."""
    del state, mask
    return 0 if dice.random() < 0.1 else 1


def chase(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """Three run after the fourth, which runs from the nearest of them and back to the middle."""
    del mask, dice
    place = np.asarray(state.position)
    prey = place[3]
    nearest = min(place[:3], key=lambda one: float(np.hypot(*(one - prey))))
    away = (prey - nearest) / max(0.1, float(np.hypot(*(prey - nearest)))) - 1.2 * prey
    return np.array([toward(way) for way in (*(prey - place[:3]), away)], np.int32)


def toward(way: np.ndarray) -> int:
    """The action of a particle that wants to go a way: 1 left, 2 right, 3 down, 4 up."""
    x, y = way
    return (1 if x < 0 else 2) if abs(x) > abs(y) else (3 if y < 0 else 4)


def walk(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Walks on where the cell ahead is free, and turns where it is not, or at times."""
    del mask
    row, col = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])[int(state.direction)]
    ahead = state.grid[int(state.row) + row, int(state.col) + col]
    free = int(ahead) & 15 in (0, 1, 8)  # unseen, empty, goal
    return 2 if free and dice.random() < 0.75 else int(dice.integers(2))


def legal(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """Any legal move of each player."""
    del state
    return np.array([dice.choice(np.flatnonzero(row)) for row in np.asarray(mask)], np.int32)


def cook(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """Walks about and handles what is ahead."""
    del state, mask
    return dice.choice(6, size=2, p=[0.17, 0.17, 0.17, 0.17, 0.02, 0.3]).astype(np.int32)


ROWS = (
    (
        Scene("MinAtar-Breakout-v1", follow, 1, 40, {"sticky_action_prob": 0.0}),
        Scene("CartPole-v1", balance, 2, 64),
        Scene("MinAtar-Seaquest-v1", dive, 1, 60),
        Scene("MiniGrid-Dynamic-Obstacles-8x8-v0", walk, 0.5),
    ),
    (
        Scene("Overcooked-CrampedRoom-v0", cook, 0.5, 40),
        Scene("MPE-SimpleTag-v3", chase, 1, 10, {"max_steps": 100}),
        Scene("Hanabi-Full-2p-v0", legal, 0.2, 12),
        Scene("MinAtar-Freeway-v1", cross, 1, 40),
    ),
)

SCENES = {scene.env_id: scene for row in ROWS for scene in row}
"""The same by id."""


def frames(scene: Scene, size: int, seed: int) -> Iterator[np.ndarray]:
    """Pictures of a game in play, for ever; an episode that ends is followed by another."""
    env = jaxenvs.make(scene.env_id, **scene.settings)
    dice = np.random.default_rng(seed)
    reset, step, mask = jax.jit(env.reset), jax.jit(env.step), jax.jit(env.action_mask)
    _, state = reset(jax.random.key(seed))
    steps, over = 0, False
    for frame in range(10**9):
        while steps < scene.start + frame * scene.pace:
            key = jax.random.key(seed * 10_000 + steps)
            if over:  # the last state has been seen
                state, over = reset(key)[1], False
            else:
                t = step(key, state, scene.policy(state, mask(state), dice))
                state, over = t.state, bool((t.terminated | t.truncated).all())
            steps += 1
        yield draw(env, state, size)


def main() -> None:
    from jaxenvs.render import record

    films = [
        [frames(scene, 2 * WIDTH // len(row), 10 * i + j) for j, scene in enumerate(row)]
        for i, row in enumerate(ROWS)
    ]
    strip = [
        sheet([[next(film) for film in row] for row in films], WIDTH) for _ in range(NUM_FRAMES)
    ]
    record.save(strip, OUT, FRAMES_PER_SECOND)
    print(f"{OUT.relative_to(ROOT)}: {strip[0].shape}, {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
