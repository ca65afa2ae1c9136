"""Pictures of the particle world: bodies on a plane, and what was said last."""

from typing import Any

import numpy as np

from jaxenvs.core import Env
from jaxenvs.render.canvas import Canvas, View
from jaxenvs.render.controls import Controls, WordControls
from jaxenvs.render.palette import (
    BLUE,
    BROWN,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    SERIES,
    WHITE,
    YELLOW,
    Color,
    blend,
)

_MOVES = {"left": (1, "left"), "right": (2, "right"), "up": (4, "up"), "down": (3, "down")}
_WORDS = "abcdefghij"


def _walking(seat: int) -> Controls:
    return Controls(keys=_MOVES, idle=(0,), rate=10.0, seat=seat)


KEYS: dict[str, Controls] = {
    **dict.fromkeys(("Simple", "Spread", "Formation", "Line", "CollectTreasure"), _walking(0)),
    **dict.fromkeys(("Adversary", "Push", "Tag", "WorldComm", "SpeakerListener"), _walking(-1)),
    "Crypto": Controls(
        keys={letter: (n, letter.upper()) for n, letter in enumerate(_WORDS[:4])}, rate=3.0, seat=1
    ),
    "Reference": WordControls(
        keys={key: ((move, None), does) for key, (move, does) in _MOVES.items()}
        | {letter: ((None, n), letter.upper()) for n, letter in enumerate(_WORDS)},
        idle=(0,),
        rate=10.0,
        seat=0,
    ),
}
"""You play one agent: of teams against others, the last one, who runs or listens.

FACMAC's games have continuous actions alone, which no keys stand for.
"""

AGENTS: dict[str, Color] = {
    "agent": BLUE,
    "adversary": RED,
    "leadadversary": PURPLE,
    "prey": GREEN,
    "speaker": ORANGE,
    "listener": BLUE,
    "collector": (205, 203, 198),
    "deposit": BROWN,
    "eve": RED,
    "bob": BLUE,
    "alice": GREEN,
}
LANDMARKS: dict[str, Color] = {
    "landmark": MUTED,
    "obstacle": (92, 96, 104),
    "food": YELLOW,
    "forest": blend(GREEN, WHITE, 0.55),
    "treasure": YELLOW,
}
HUES = (RED, GREEN, BLUE)  # of landmarks that agents tell apart by their colours
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def draw(env: Env[Any, Any], state: Any, params: Any, size: int) -> np.ndarray:
    """The picture of a game of this family, uint8 `[size, size, 3]`."""
    game: Any = env
    canvas = Canvas(size, size)
    if type(env).__name__ == "Crypto":
        _crypto(canvas, state, size / 512)
    else:
        _world(canvas, game, state, params, size / 512)
    return canvas.rgb()


def _world(canvas: Canvas, env: Any, state: Any, params: Any, unit: float) -> None:
    """The square where games begin, and everything in it; wider where somebody has left it."""
    reach = max(1.0, float(np.abs(state.position).max(initial=0.0))) + 0.2
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    corner, side = view.point(-1, 1), view.length(2)
    canvas.rect(*corner, side, side, None, FAINT, 2 * unit)
    # Forests are under everything else.
    spots = [
        (kind, place + i)
        for kind, place in _starts(env.landmark_kinds(params))
        for i in range(kind.number)
    ]
    for kind, place in sorted(spots, key=lambda spot: -float(spot[0].radius)):
        _landmark(canvas, view, env, state, kind, place, unit)
    for kind, first in _starts(env.movers(params)):
        for i in range(kind.number):
            _mover(canvas, view, state, kind, first + i, unit)
    _goal(canvas, view, env, state, params, unit)
    _messages(canvas, env, state, unit)


def _starts(kinds: Any) -> list[tuple[Any, int]]:
    """Each kind and the row of its first body."""
    firsts = np.cumsum([0, *(kind.number for kind in kinds)])[:-1]
    return list(zip(kinds, firsts.tolist(), strict=True))


def _landmark(
    canvas: Canvas, view: View, env: Any, state: Any, kind: Any, place: int, unit: float
) -> None:
    color = LANDMARKS[kind.name]
    if type(env).__name__ in ("Reference", "SpeakerListener"):
        color = HUES[place]
    elif type(env).__name__ == "Push":
        color = (GREEN, BLUE)[place]
    if hasattr(state, "alive"):
        if not state.alive[place]:
            return
        color = SERIES[int(state.kind[place])]
    radius = max(view.length(kind.radius), 3 * unit)
    outline = None if kind.name == "forest" else INK
    canvas.circle(view.point(*state.landmarks[place]), radius, color, outline, 1.5 * unit)


def _mover(canvas: Canvas, view: View, state: Any, kind: Any, row: int, unit: float) -> None:
    """A body, a line to where it will be in half a second, and what it holds."""
    x, y = state.position[row]
    middle, radius = view.point(x, y), max(view.length(kind.radius), 6 * unit)
    ahead = np.array([x, y]) + 0.5 * state.velocity[row]
    canvas.line([middle, view.point(*ahead)], MUTED, 2 * unit)
    color = AGENTS[kind.name]
    if kind.name == "deposit":
        color = SERIES[row - len(state.holding)]
        canvas.circle(middle, radius + 3 * unit, None, color, 2 * unit)
    canvas.circle(middle, radius, color, INK, 1.5 * unit)
    if kind.name == "collector" and state.holding[row] >= 0:
        held = SERIES[int(state.holding[row])]
        canvas.circle(middle, radius * 0.55, held, INK, unit)


def _goal(canvas: Canvas, view: View, env: Any, state: Any, params: Any, unit: float) -> None:
    """A ring around the goal, or around everybody in the colour of where they should go."""
    if not hasattr(state, "goal"):
        return
    radius = view.length(env.landmark_kinds(params)[0].radius)
    goals = np.atleast_1d(state.goal)
    if len(goals) == 1:
        middle = view.point(*state.landmarks[int(goals[0])])
        canvas.circle(middle, radius + 5 * unit, None, INK, 2.5 * unit)
        return
    for row, goal in enumerate(goals[::-1]):  # an agent's goal is where the other should go
        middle = view.point(*state.position[row])
        own = view.length(env.movers(params)[0].radius)
        canvas.circle(middle, own + 4 * unit, None, HUES[int(goal)], 3 * unit)


def _messages(canvas: Canvas, env: Any, state: Any, unit: float) -> None:
    """A line for each agent that can speak, at the bottom."""
    if not hasattr(state, "message"):
        return
    speakers = [(agent, i) for i, agent in enumerate(env.agents) if _can_speak(env, agent)]
    for line, (agent, row) in enumerate(reversed(speakers)):
        at = (14 * unit, canvas.height - (16 + 20 * line) * unit)
        canvas.text(f"{agent} says {word(state.message[row])}", at, 14 * unit, INK)


def _can_speak(env: Any, agent: str) -> bool:
    names = {kind.name for kind in env.agent_kinds if kind.vocabulary}
    return agent.rpartition("_")[0] in names


def word(message: np.ndarray) -> str:
    """A message in letters: the symbol said, or how loud each was; a dash for silence."""
    if not message.any():
        return "–"
    if ((message == 0) | (message == 1)).all() and message.sum() == 1:
        return LETTERS[int(np.argmax(message))]
    return " ".join(f"{LETTERS[i]} {share:.2f}" for i, share in enumerate(message))


def _crypto(canvas: Canvas, state: Any, unit: float) -> None:
    """Alice, the wire to Bob, and Eve who listens, with what each knows and says."""
    seats = {"alice": (110, 190), "bob": (402, 190), "eve": (256, 360)}
    rows = {"eve": 0, "bob": 1, "alice": 2}
    goal, key = LETTERS[int(state.goal)], LETTERS[int(state.key)]
    knows = {"alice": f"secret {goal}, key {key}", "bob": f"key {key}", "eve": "listens"}
    alice, bob, eve = ([v * unit for v in seats[name]] for name in ("alice", "bob", "eve"))
    wire = [256 * unit, 190 * unit]
    canvas.line([alice, bob], MUTED, 3 * unit)
    canvas.line([wire, eve], MUTED, 3 * unit)
    canvas.circle(wire, 16 * unit, WHITE, INK, 1.5 * unit)
    canvas.text(word(state.message[2]), wire, 17 * unit, INK, "center", bold=True)
    for name, (x, y) in seats.items():
        middle = (x * unit, y * unit)
        canvas.circle(middle, 40 * unit, AGENTS[name], INK, 2 * unit)
        said = word(state.message[rows[name]])
        canvas.text(said, middle, 24 * unit, WHITE, "center", bold=True)
        canvas.text(name.capitalize(), (middle[0], middle[1] + 56 * unit), 17 * unit, INK, "center")
        canvas.text(knows[name], (middle[0], middle[1] + 78 * unit), 14 * unit, MUTED, "center")
