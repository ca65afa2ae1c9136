"""Playing a game by hand, in a window."""

import concurrent.futures
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxenvs import spaces
from jaxenvs.core import Env
from jaxenvs.multi import has_agents
from jaxenvs.render import episode, panel
from jaxenvs.render.controls import AmountControls, Controls
from jaxenvs.render.picture import check_options, frame, picture_of
from jaxenvs.render.window import Keys, Window

PAUSE, RESTART, SLOW, QUIT = COMMAND_KEYS = "return", "backspace", "tab", "escape"
COMMANDS = "enter pause · backspace restart · tab slow motion · esc quit"
SLOWNESS = 5  # how many times slower slow motion is
REPEAT_AFTER = 0.3  # seconds a key is held before a game that waits takes it again
FRAMES_PER_SECOND = 60
SYMBOLS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


def controls_of(env: Env[Any, Any]) -> Controls:
    """The keys of a game. Raises `ValueError` where it has none."""
    controls = picture_of(env).controls
    if controls is None:
        name = type(env.unwrapped).__name__
        hint = "give it Controls, in the table PICTURES"
        raise ValueError(f"{name} cannot be played by hand: no keys are set for it; {hint}")
    return controls


class Partner(NamedTuple):
    """Who plays the agents that keys do not."""

    policy: episode.Policy
    memory: Any = None  # at the start of an episode; None where the policy has none


def seat_of(env: Env[Any, Any], seat: int | None = None) -> int | None:
    """The agent that keys play: `seat`, or as the game's keys say; None: they play all.

    Raises `ValueError` where there is no such agent, or none that keys can play, and as
    `controls_of`.
    """
    controls = controls_of(env)
    if seat is not None and not env.agents:
        raise ValueError("seat: this game has one agent, which the keys play")
    seat = controls.seat if seat is None else seat
    if seat is None:
        return None
    count = len(env.agents)
    if not -count <= seat < count:
        raise ValueError(f"seat: expected an agent from 0 to {count - 1}, got {seat}")
    if not controls.keys:
        raise ValueError("seat: everybody is played by the menu, in turn")
    assert has_agents(env)
    own = list(env.action_spaces().values())[seat]
    if not isinstance(own, spaces.Discrete) and not isinstance(controls, AmountControls):
        raise ValueError(f"keys stand for numbered actions, which {own} has not")
    return seat % count


class Game:
    """A game in progress and what keys do to it; knows no window.

    A game that goes on by itself waits for the first key of each episode.

    Where keys play one agent of several, `seat` or the one that the game's keys mean, `partner`
    plays the others: at random, unless it is given. Raises `ValueError` for a partner in a game
    where keys play everybody.
    """

    def __init__(
        self,
        env: Env[Any, Any],
        seed: int = 0,
        seat: int | None = None,
        partner: Partner | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.env = env
        self._options = dict(options or {})  # of the picture
        check_options(env, self._options)
        self.controls = controls_of(env)
        self.seat = seat_of(env, seat)
        if partner is not None and self.seat is None:
            hint = "choose yours by the seat" if env.agents else "the game has one agent"
            raise ValueError(f"partner: the keys play everybody here; {hint}")
        self._has_partner = partner is not None
        self._partner = partner or Partner(episode.random_policy(env))
        self._others = episode.actor(env, *self._partner)
        self.state: Any = None  # before `start`
        self._obs: Any = None
        self._memory: Any = None
        self.ready = False  # whether it can be stepped
        self.begun = False  # whether the clock runs: from the first key of an episode on
        self.steps = 0
        self.score: Any = self._nothing()  # sum of rewards; one per agent where there are several
        self.ending = ""  # how the episode ended, or empty
        self.paused = False
        self.slow = False
        self._key = jax.random.key(seed)
        self._reset, self._step = jax.jit(env.reset), jax.jit(env.step)
        self._pending: list[str] = []  # keys pressed since the last step
        self._due = 0.0  # steps owed to the clock
        self._held_for = 0.0  # seconds
        self._shown = (1, 1)  # width and height of the last picture, the strip under it apart

    def start(self) -> None:
        """Makes the first state, then compiles the step; slow, and safe in another thread."""
        self.restart()
        action = jax.tree.map(np.asarray, self.env.action_space().sample(self._next_key()))
        if self.seat is not None:
            self._others(self._key, self._obs, self.state, self._memory)
        jax.block_until_ready(self._step(self._key, self.state, action))
        self.ready = True

    def restart(self) -> None:
        """Starts a new episode."""
        self._obs, self.state = self._reset(self._next_key())
        self._memory = self._partner.memory
        self.steps, self.score, self.ending = 0, self._nothing(), ""
        self.begun = not self.controls.idle  # others wait for every key as it is
        self._pending, self._due, self._held_for = [], 0.0, 0.0

    def handle(self, keys: Keys, seconds: float) -> bool:
        """Does what was pressed within the last `seconds`; returns whether to go on."""
        for name in keys.pressed:
            if name == PAUSE:
                self.paused = not self.paused
            elif name == SLOW:
                self.slow = not self.slow
            elif name == RESTART and self.ready:
                self.restart()
        if self.ready and not self.paused and not self.ending:
            for place in keys.clicked:
                self._point(*place)
            mine = [name for name in keys.pressed if name in self.controls.keys]
            held = [name for name in keys.held if name in self.controls.keys]
            if held or any(name not in COMMAND_KEYS for name in keys.pressed):
                self.begun = True
            run = self._run if self.controls.idle else self._turn
            if self.begun:
                run(mine, held, seconds / (SLOWNESS if self.slow else 1))
        return not (keys.closed or QUIT in keys.pressed)

    @property
    def total(self) -> str:
        """The score as text, one number per agent."""
        return panel.score(self.score)

    def picture(self, size: int) -> np.ndarray:
        """The game with the score and the keys under it, uint8 `[H, size, 3]`."""
        marks = [self.ending, "paused" * self.paused, "slow" * self.slow]
        marks += ["" if self.ready else "compiling..."]
        left = "   ".join([f"step {self.steps}", *(mark for mark in marks if mark)])
        picture = frame(self.env, self.state, size=size, **self._options)
        self._shown = picture.shape[1], picture.shape[0]
        if self.ready and not self.begun:
            keys = ", ".join(self._first_keys())
            picture = panel.banner(picture, f"press a key to start: {keys}")
        notes = (*self._who(), *key_lines(self.controls), COMMANDS)
        theme = self._options.get("theme", "light")
        return panel.below(picture, left, f"score {self.total}", notes, theme)

    def _run(self, pressed: list[str], held: list[str], seconds: float) -> None:
        """A game that goes on by itself: as many steps as the clock asks for."""
        self._pending += pressed
        self._due = min(self._due + seconds * self.controls.rate, 3.0)  # never a burst
        while self._due >= 1 and not self.ending:
            self._due -= 1
            self._play(held or self._pending)
            self._pending = []

    def _turn(self, pressed: list[str], held: list[str], seconds: float) -> None:
        """A game that waits: a step per press, and more while a key stays down."""
        for name in pressed:
            if not self.ending:
                self._play([name])
        self._held_for = self._held_for + seconds if held and not pressed else 0.0
        self._due = self._due + seconds * self.controls.rate if held else 0.0
        if self._held_for > REPEAT_AFTER and self._due >= 1 and not self.ending:
            self._due = 0.0
            self._play(held)

    def _point(self, x: int, y: int) -> None:
        """A click on the picture, in its pixels."""
        width, height = self._shown
        if self.controls.pointer is None or y >= height or self.ending:
            return
        action = self.controls.pointer[0](self.env.unwrapped, x / width, y / height)
        if action is not None:
            self._take(np.asarray(action))

    def _play(self, names: list[str]) -> None:
        action = self.controls.action(names, self.env.action_space(), self.steps)
        if self.seat is not None:
            if self.controls.seat is None:  # the keys know everybody's action
                action = action[self.seat]
            own = self._spaces[self.seat]
            if isinstance(own, spaces.Discrete) and action >= own.n:
                return  # in this form of the game there is no such action
            action = self._joined(action)
        self._take(action)

    @property
    def _spaces(self) -> list[spaces.Space]:
        """The actions of each agent."""
        assert has_agents(self.env)
        return list(self.env.action_spaces().values())

    def _joined(self, own: Any) -> np.ndarray:
        """Everybody's actions, of which the one by hand is `own`."""
        key = self._next_key()
        others, self._memory = self._others(key, self._obs, self.state, self._memory)
        actions = np.array(others)
        actions[self.seat] = own
        return actions

    def _who(self) -> tuple[str, ...]:
        """A line that says who plays whom, where agents are several."""
        if not self.env.agents:
            return ()
        if self.seat is None:
            return (f"you play all {len(self.env.agents)} agents",)
        others = "by a policy" if self._has_partner else "at random"
        return (f"you are {self.env.agents[self.seat]}, the others play {others}",)

    def _first_keys(self) -> list[str]:
        """The first few keys of the game, as they are written."""
        keys = [SYMBOLS.get(key, key) for key in self.controls.keys]
        return keys if len(keys) <= 4 else [*keys[:4], "..."]

    def _nothing(self) -> Any:
        """The score at the start of an episode."""
        return np.zeros(len(self.env.agents)) if self.env.agents else 0.0

    def _take(self, action: Any) -> None:
        t = self._step(self._next_key(), self.state, action)
        self._obs, self.state = t.obs, t.state
        self.steps += 1
        self.score = self.score + np.asarray(t.reward)
        if np.all(t.terminated | t.truncated):
            how = "over" if np.any(t.terminated) else "time is up"
            if np.ndim(solved := t.info.get("success", False)) == 0 and solved:
                how = "solved"
            self.ending = f"{how}: press backspace to play again"

    def _next_key(self) -> jax.Array:
        self._key, key = jax.random.split(self._key)
        return key


def play(
    env: Env[Any, Any],
    title: str,
    seed: int = 0,
    size: int = 640,
    seconds: float | None = None,
    *,
    seat: int | None = None,
    partner: Partner | None = None,
    **options: Any,
) -> Game:
    """Opens a window and plays until it is closed, or for so many seconds; returns the game.

    `seat` and `partner` as of `Game`; `options` are those of the game's picture, as of `frame`.
    Raises `ValueError` where the game has no picture, no keys, no such option or no such agent.
    """
    game = Game(env, seed, seat, partner, options)
    with Window(title, size, size) as window, concurrent.futures.ThreadPoolExecutor(1) as pool:
        window.show(panel.message(f"{title} is starting...", size, size))
        starting = pool.submit(game.start)
        began = last = time.monotonic()
        going, shown = True, None
        while going and (seconds is None or last - began < seconds):
            window.wait(FRAMES_PER_SECOND)
            now = time.monotonic()
            going = game.handle(window.keys(), now - last)
            last = now
            if starting.done():
                starting.result()  # raises what went wrong
            drawn = (id(game.state), game.ready, game.begun, game.paused, game.slow)
            if game.state is not None and drawn != shown:
                window.show(game.picture(size))
                shown = drawn
    return game


def key_lines(controls: Controls, width: int = 66) -> tuple[str, ...]:
    """What the keys do, in lines of at most `width` letters."""
    parts = [f"{SYMBOLS.get(key, key)} {does}" for key, (_, does) in controls.keys.items()]
    parts += [f"click {controls.pointer[1]}"] if controls.pointer else []
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} · {part}"
        if len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return tuple(lines)
