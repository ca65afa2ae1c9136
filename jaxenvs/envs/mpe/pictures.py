"""Pictures of the particle world: bodies on a plane, and what was said last."""

from typing import Any

import numpy as np

from jaxenvs.envs.mpe.adversary import Adversary
from jaxenvs.envs.mpe.collect_treasure import CollectTreasure
from jaxenvs.envs.mpe.crypto import Crypto
from jaxenvs.envs.mpe.facmac import Facmac
from jaxenvs.envs.mpe.formation import Formation
from jaxenvs.envs.mpe.line import Line
from jaxenvs.envs.mpe.push import Push
from jaxenvs.envs.mpe.reference import Reference
from jaxenvs.envs.mpe.simple import Simple
from jaxenvs.envs.mpe.speaker_listener import SpeakerListener
from jaxenvs.envs.mpe.spread import Spread
from jaxenvs.envs.mpe.tag import Tag
from jaxenvs.envs.mpe.world_comm import WorldComm
from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas, View, on_canvas
from jaxenvs.render.controls import Controls, WordControls
from jaxenvs.render.picture import Picture, Pictures

_MOVES = {"left": (1, "left"), "right": (2, "right"), "up": (4, "up"), "down": (3, "down")}
_WORDS = "abcdefghij"

AGENTS: dict[str, palette.Color] = {
    "agent": palette.BLUE,
    "adversary": palette.RED,
    "leadadversary": palette.PURPLE,
    "prey": palette.GREEN,
    "speaker": palette.ORANGE,
    "listener": palette.BLUE,
    "collector": (205, 203, 198),
    "deposit": palette.BROWN,
    "eve": palette.RED,
    "bob": palette.BLUE,
    "alice": palette.GREEN,
}
LANDMARKS: dict[str, palette.Color] = {
    "landmark": palette.MUTED,
    "obstacle": (92, 96, 104),
    "food": palette.YELLOW,
    "forest": palette.blend(palette.GREEN, palette.WHITE, 0.55),
    "treasure": palette.YELLOW,
}
# Of landmarks that agents tell apart by their colors.
HUES = (palette.RED, palette.GREEN, palette.BLUE)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _world(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """The square where games begin, and everything in it; wider where somebody has left it."""
    unit = canvas.width / 512
    reach = max(1.0, float(np.abs(state.position).max(initial=0.0))) + 0.2
    view = View.fit(canvas, (-reach, reach), (-reach, reach))
    corner, side = view.point(-1, 1), view.length(2)
    canvas.rect(*corner, side, side, None, palette.FAINT, 2 * unit)
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
    if isinstance(env, (Reference, SpeakerListener)):
        color = HUES[place]
    elif isinstance(env, Push):
        color = (palette.GREEN, palette.BLUE)[place]
    if hasattr(state, "alive"):
        if not state.alive[place]:
            return
        color = palette.SERIES[int(state.kind[place])]
    radius = max(view.length(kind.radius), 3 * unit)
    outline = None if kind.name == "forest" else palette.INK
    canvas.circle(view.point(*state.landmarks[place]), radius, color, outline, 1.5 * unit)


def _mover(canvas: Canvas, view: View, state: Any, kind: Any, row: int, unit: float) -> None:
    """A body, a line to where it will be in half a second, and what it holds."""
    x, y = state.position[row]
    middle, radius = view.point(x, y), max(view.length(kind.radius), 6 * unit)
    ahead = np.array([x, y]) + 0.5 * state.velocity[row]
    canvas.line([middle, view.point(*ahead)], palette.MUTED, 2 * unit)
    color = AGENTS[kind.name]
    if kind.name == "deposit":
        color = palette.SERIES[row - len(state.holding)]
        canvas.circle(middle, radius + 3 * unit, None, color, 2 * unit)
    canvas.circle(middle, radius, color, palette.INK, 1.5 * unit)
    if kind.name == "collector" and state.holding[row] >= 0:
        held = palette.SERIES[int(state.holding[row])]
        canvas.circle(middle, radius * 0.55, held, palette.INK, unit)


def _goal(canvas: Canvas, view: View, env: Any, state: Any, params: Any, unit: float) -> None:
    """A ring around the goal, or around everybody in the color of where they should go."""
    if not hasattr(state, "goal"):
        return
    radius = view.length(env.landmark_kinds(params)[0].radius)
    goals = np.atleast_1d(state.goal)
    if len(goals) == 1:
        middle = view.point(*state.landmarks[int(goals[0])])
        canvas.circle(middle, radius + 5 * unit, None, palette.INK, 2.5 * unit)
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
        canvas.text(f"{agent} says {word(state.message[row])}", at, 14 * unit, palette.INK)


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


def _crypto(canvas: Canvas, env: Any, state: Any, params: Any) -> None:
    """Alice, the wire to Bob, and Eve who listens, with what each knows and says."""
    del env, params
    unit = canvas.width / 512
    seats = {"alice": (110, 190), "bob": (402, 190), "eve": (256, 360)}
    rows = {"eve": 0, "bob": 1, "alice": 2}
    goal, key = LETTERS[int(state.goal)], LETTERS[int(state.key)]
    knows = {"alice": f"secret {goal}, key {key}", "bob": f"key {key}", "eve": "listens"}
    alice, bob, eve = ([v * unit for v in seats[name]] for name in ("alice", "bob", "eve"))
    wire = [256 * unit, 190 * unit]
    canvas.line([alice, bob], palette.MUTED, 3 * unit)
    canvas.line([wire, eve], palette.MUTED, 3 * unit)
    canvas.circle(wire, 16 * unit, palette.WHITE, palette.INK, 1.5 * unit)
    canvas.text(word(state.message[2]), wire, 17 * unit, palette.INK, "center", bold=True)
    for name, (x, y) in seats.items():
        middle = (x * unit, y * unit)
        canvas.circle(middle, 40 * unit, AGENTS[name], palette.INK, 2 * unit)
        said = word(state.message[rows[name]])
        canvas.text(said, middle, 24 * unit, palette.WHITE, "center", bold=True)
        canvas.text(
            name.capitalize(), (middle[0], middle[1] + 56 * unit), 17 * unit, palette.INK, "center"
        )
        canvas.text(
            knows[name], (middle[0], middle[1] + 78 * unit), 14 * unit, palette.MUTED, "center"
        )


def _walking(seat: int) -> Picture:
    return Picture(on_canvas(_world), Controls(keys=_MOVES, idle=(0,), rate=10.0, seat=seat))


# You play one agent: of teams against others, the last one, who runs or listens.
PICTURES: Pictures = {
    **dict.fromkeys((Simple, Spread, Formation, Line, CollectTreasure), _walking(0)),
    **dict.fromkeys((Adversary, Push, Tag, WorldComm, SpeakerListener), _walking(-1)),
    Crypto: Picture(
        on_canvas(_crypto),
        Controls(
            keys={letter: (n, letter.upper()) for n, letter in enumerate(_WORDS[:4])},
            rate=3.0,
            seat=1,
        ),
    ),
    Reference: Picture(
        on_canvas(_world),
        WordControls(
            keys={key: ((move, None), does) for key, (move, does) in _MOVES.items()}
            | {letter: ((None, n), letter.upper()) for n, letter in enumerate(_WORDS)},
            idle=(0,),
            rate=10.0,
            seat=0,
        ),
    ),
    # FACMAC's games have continuous actions alone, which no keys stand for.
    Facmac: Picture(on_canvas(_world)),
}
