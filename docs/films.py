"""Films of the docs: a few seconds of each class of environments, beside its picture."""

import dataclasses
import io
import pathlib
from typing import Any

import numpy as np
from pages import Game
from strip import SCENES, Policy, Scene, frames

import jaxenvs

SIDE = 320  # pixels, the longer side
SLOW = 300  # ms: games whose frames stay at least this long are shown for fewer frames


@dataclasses.dataclass(frozen=True)
class Pace:
    """How fast a film goes."""

    steps: int  # of the game in a frame
    duration: int  # ms, of a frame

    @property
    def num_frames(self) -> int:
        return 16 if self.duration >= SLOW else 32


PACES = {
    "classic": Pace(2, 80),
    "grid": Pace(1, 200),
    "hanabi": Pace(1, 700),
    "kinetix": Pace(3, 100),
    "bsuite": Pace(1, 250),
    "overcooked": Pace(1, 200),
    "popgym": Pace(1, 400),
    "social": Pace(1, 400),
    "toy_text": Pace(1, 400),
}
"""By family, where it is not a step in a tenth of a second."""


def any_legal(state: Any, mask: Any, dice: np.random.Generator) -> Any:
    """A legal action, or one of each agent."""
    del state
    rows = [dice.choice(np.flatnonzero(row)) for row in np.atleast_2d(np.asarray(mask))]
    return np.array(rows if np.ndim(mask) > 1 else rows[0], np.int32)


def any_action(env: jaxenvs.Env[Any, Any]) -> Policy:
    """Plays a game at random, within the rules."""
    import jax

    space = env.action_space()
    sample = jax.jit(space.sample)

    def play(state: Any, mask: Any, dice: np.random.Generator) -> Any:
        if mask is not None:
            return any_legal(state, mask, dice)
        return sample(jax.random.key(int(dice.integers(2**31))))

    return play


def rock(state: Any, mask: Any, dice: np.random.Generator) -> int:
    """Drives on in the direction in which the car rolls."""
    del mask, dice
    return 2 if state.velocity >= 0 else 0


def rock_softly(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """The same with a motor of any force."""
    del mask, dice
    return np.array([1.0 if state.velocity >= 0 else -1.0], np.float32)


def roll_right(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """Turns all motors clockwise, so that wheels roll to the right."""
    del state, mask, dice
    return np.array([2, 2, 2, 2, 0, 0], np.int32)


def join_hands(state: Any, mask: Any, dice: np.random.Generator) -> np.ndarray:
    """Each of two agents turns its motors clockwise."""
    del state, mask, dice
    return np.array([[2, 2, 0], [2, 2, 0]], np.int32)


ON_LEVELS = {
    "Kinetix": Scene(
        "Kinetix-M-Symbolic-MultiDiscrete-v0", roll_right, 1, 0, {"level": "m/h2_car_right"}
    ),
    "KinetixTeam": Scene("KinetixTeam-M-v0", join_hands, 1, 0, {"level": "m/h2_car_right"}),
}
"""By class: what is filmed where it is not the example."""

POLICIES: dict[str, Policy] = {"MountainCar-v0": rock, "MountainCarContinuous-v0": rock_softly}
"""By id: who plays where neither random play nor the strip's few lines show much."""


def scene_of(game: Game) -> Scene:
    """What is filmed of a class: its example, in the strip's scene where it has one."""
    pace = pace_of(game)
    if scene := ON_LEVELS.get(game.name) or SCENES.get(game.example):
        return dataclasses.replace(scene, pace=pace.steps)
    policy = POLICIES.get(game.example) or any_action(jaxenvs.make(game.example))
    return Scene(game.example, policy, pace.steps)


def pace_of(game: Game) -> Pace:
    if game.family == "popgym" and game.name.endswith(("CartPole", "Pendulum")):
        return PACES["classic"]
    return PACES.get(game.family, Pace(1, 100))


def write(game: Game) -> pathlib.Path | None:
    """Films a class beside its page; nothing where its picture never changes."""
    from PIL import Image

    pace, film = pace_of(game), frames(scene_of(game), SIDE, seed=1)
    shown = [next(film) for _ in range(pace.num_frames)]
    path = game.page.with_suffix(".webp")
    if all((frame == shown[0]).all() for frame in shown):
        path.unlink(missing_ok=True)
        return None
    images = [Image.fromarray(frame) for frame in shown]
    held = io.BytesIO()
    # Flat colors: without losses a film is smaller than with them, or than a GIF.
    images[0].save(
        held,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=pace.duration,
        loop=0,
        lossless=True,
        method=4,
    )
    path.write_bytes(held.getvalue())
    return path
