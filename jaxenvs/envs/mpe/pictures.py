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
from jaxenvs.render.canvas import Canvas, Point, View, on_canvas
from jaxenvs.render.controls import Controls, WordControls
from jaxenvs.render.picture import Picture, Pictures

_MOVES = {"left": (1, "left"), "right": (2, "right"), "up": (4, "up"), "down": (3, "down")}
_WORDS = "abcdefghij"

AGENTS: dict[str, palette.Color] = {
    "agent": palette.BLUE,
    "adversary": palette.RED,
    "leadadversary": palette.PURPLE,
    "prey": palette.GREEN,
    "speaker": palette.TEAL,
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
# Of landmarks that agents tell apart by their colors, none of which an agent has.
HUES = (palette.ORANGE, palette.GREEN, palette.PURPLE)
_COLORED = (Push, Reference, SpeakerListener)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LINE = 21.0  # pixels of a line of text under the world, in a picture of 512
_REACH = 1.1  # of the world from its middle, while nobody is further out


def _draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
    """The world, and below it what its signs mean and what was said last."""
    unit = size / 512
    lines = [*_rows(_signs(env, state, params)), *_speakers(env, state)]
    side = round(size - (10 + _LINE * len(lines)) * unit)
    canvas = Canvas(side, size)
    _world(canvas, env, state, params, unit)
    for i, line in enumerate(lines):
        y = side + (4 + _LINE * (i + 0.5)) * unit
        if isinstance(line, str):
            canvas.text(line, (12 * unit, y), 14 * unit, palette.INK)
            continue
        x = 12 * unit
        for mark, color, words in line:
            _mark(canvas, mark, (x + 7 * unit, y), 6 * unit, color, unit)
            canvas.text(words, (x + 18 * unit, y), 13 * unit, palette.INK)
            x += 32 * unit + canvas.text_width(words, 13 * unit)
    return canvas.rgb()


def _world(canvas: Canvas, env: Any, state: Any, params: Any, unit: float) -> None:
    """The square where games begin, and everything in it; wider where somebody has left it."""
    farthest = float(np.abs(state.position).max(initial=0.0)) + 0.1
    reach, middle = max(_REACH, farthest), canvas.width / 2
    view = View((0.0, 0.0), (middle, middle), middle / reach)
    corner, side = view.point(-1, 1), view.length(2)
    canvas.rect(*corner, side, side, None, palette.FAINT, 2 * unit)
    bodies = [
        (draw_one, kind, first + i)
        for draw_one, kinds in (
            (_landmark, env.landmark_kinds(params)),
            (_mover, env.movers(params)),
        )
        for kind, first in _starts(kinds)
        for i in range(kind.number)
    ]
    # The larger are under the smaller, so that none hides another.
    for draw_one, kind, row in sorted(bodies, key=lambda body: -float(body[1].radius)):
        draw_one(canvas, view, env, state, kind, row, unit)
    _goal(canvas, view, env, state, params, unit)


# -- what the signs mean ---------------------------------------------------------------------------

Sign = tuple[str, palette.Color, str]  # the mark, its color, what it stands for


def _signs(env: Any, state: Any, params: Any) -> list[Sign]:
    """Every kind of thing in the world, and what is drawn around and beside them."""
    own = {"leadadversary": "leader"}
    colors = AGENTS | LANDMARKS
    if isinstance(env, _COLORED):
        colors["landmark"] = HUES[0]
    if isinstance(env, CollectTreasure):
        colors["deposit"] = colors["treasure"] = palette.SERIES[0]
    kinds = [("disc", kind) for kind in env.movers(params)]
    kinds += [(_shape(kind), kind) for kind in env.landmark_kinds(params)]
    signs = [
        (mark, colors[kind.name], own.get(kind.name, kind.name))
        for mark, kind in kinds
        if kind.number
    ]
    if np.size(getattr(state, "goal", ())) == 1:
        signs.append(("ring", palette.INK, "goal"))
    elif hasattr(state, "goal"):
        signs.append(("ring", HUES[0], "where to go"))
    return [*signs, ("line", palette.MUTED, "velocity")]


def _rows(signs: list[Sign]) -> list[list[Sign]]:
    """The signs in lines that fit."""
    rows: list[list[Sign]] = [[]]
    for sign in signs:
        if sum(_sign_width(words) for *_, words in [*rows[-1], sign]) > 450:
            rows.append([])
        rows[-1].append(sign)
    return rows


def _sign_width(words: str) -> float:
    """Of a mark with its words and a gap, in a picture of 512: about."""
    return 32 + 7.5 * len(words)


def _shape(kind: Any) -> str:
    """What collides is round, as it is in the game; a place to go is a square."""
    return {"landmark": "square", "food": "diamond", "treasure": "diamond"}.get(kind.name, "disc")


def _mark(
    canvas: Canvas, mark: str, middle: Point, radius: float, color: palette.Color, unit: float
) -> None:
    """A sign of a size in pixels: disc, square, diamond, ring or line."""
    x, y = middle
    if mark == "line":
        canvas.line([(x - radius, y + radius / 2), (x + radius, y - radius / 2)], color, 2 * unit)
    elif mark == "ring":
        canvas.circle(middle, radius, None, color, 2.5 * unit)
    elif mark == "square":
        side = 1.8 * radius
        corner = (x - side / 2, y - side / 2)
        canvas.rect(*corner, side, side, color, palette.INK, 1.5 * unit, radius=0.15 * side)
    elif mark == "diamond":
        reach = 1.3 * radius
        tips = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)]
        canvas.polygon(tips, color, palette.INK, 1.5 * unit)
    else:
        canvas.circle(middle, radius, color, palette.INK, 1.5 * unit)


def _starts(kinds: Any) -> list[tuple[Any, int]]:
    """Each kind and the row of its first body."""
    firsts = np.cumsum([0, *(kind.number for kind in kinds)])[:-1]
    return list(zip(kinds, firsts.tolist(), strict=True))


def _landmark(
    canvas: Canvas, view: View, env: Any, state: Any, kind: Any, place: int, unit: float
) -> None:
    color = LANDMARKS[kind.name]
    if isinstance(env, _COLORED):
        color = HUES[place]
    if hasattr(state, "alive"):
        if not state.alive[place]:
            return
        color = palette.SERIES[int(state.kind[place])]
    radius, middle = view.length(kind.radius), view.point(*state.landmarks[place])
    if kind.name == "forest":
        canvas.circle(middle, radius, color, None)
    else:
        _mark(canvas, _shape(kind), middle, max(radius, 5 * unit), color, unit)


def _mover(
    canvas: Canvas, view: View, env: Any, state: Any, kind: Any, row: int, unit: float
) -> None:
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
        canvas.circle(middle, 1.3 * radius + 6 * unit, None, palette.INK, 2.5 * unit)
        return
    for row, goal in enumerate(goals[::-1]):  # an agent's goal is where the other should go
        middle = view.point(*state.position[row])
        own = view.length(env.movers(params)[0].radius)
        canvas.circle(middle, own + 4 * unit, None, HUES[int(goal)], 3 * unit)


def _speakers(env: Any, state: Any) -> list[str]:
    """A line for each agent that can speak: what it said last."""
    if not hasattr(state, "message"):
        return []
    speakers = [(agent, i) for i, agent in enumerate(env.agents) if _can_speak(env, agent)]
    return [f"{agent} says {word(state.message[row])}" for agent, row in speakers]


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
    return Picture(_draw, Controls(keys=_MOVES, idle=(0,), rate=10.0, seat=seat))


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
        _draw,
        WordControls(
            keys={key: ((move, None), does) for key, (move, does) in _MOVES.items()}
            | {letter: ((None, n), letter.upper()) for n, letter in enumerate(_WORDS)},
            idle=(0,),
            rate=10.0,
            seat=0,
        ),
    ),
    # FACMAC's games have continuous actions alone, which no keys stand for.
    Facmac: Picture(_draw),
}
