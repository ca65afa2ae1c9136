"""What a person presses to play a game."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from jaxenvs import spaces
from jaxenvs.core import Env

Pointer = Callable[[Env[Any, Any], float, float], Any]
"""From a game and a place in its picture to an action, or None where there is nothing.

Places are shares of the picture's width and height, from the left and from the top.
"""


@dataclasses.dataclass(frozen=True)
class Controls:
    """The keys of one game.

    Actions are written as the game's own, except in a `Box`: there -1 and 1 stand for the lowest
    and the highest action of each coordinate, 0 for the middle, and the keys held add up.
    """

    keys: Mapping[str, tuple[Any, str]]
    """From pygame's name of a key to the action and what it does, in a word or two."""

    idle: tuple[Any, ...] = ()
    """Actions taken in turn while no key is held; none: the game waits for a key."""

    rate: float = 8.0
    """Steps per second that look right; in a game that waits, while a key is held down."""

    seat: int | None = None
    """Of several agents, the one that the keys play, counted from the end if it is negative.

    Actions are then that agent's alone, and the others play by themselves; None: keys play all.
    """

    pointer: tuple[Pointer, str] | None = None
    """Where a mouse plays the game: what a click means and does, the latter in a word or two."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """The action for the keys held, the latest last, or None where the game waits.

        `time` is the step counter, by which idle actions take their turns.
        """
        chosen = [self.keys[name][0] for name in held if name in self.keys]
        if not chosen and self.idle:
            chosen = [self.idle[time % len(self.idle)]]
        if not chosen:
            return None
        if isinstance(space, spaces.Box):
            lean = np.clip(np.sum(np.asarray(chosen, np.float32), axis=0), -1.0, 1.0)
            middle, reach = (space.high + space.low) / 2, (space.high - space.low) / 2
            return np.broadcast_to(middle + reach * lean, space.shape).astype(space.dtype)
        return np.asarray(chosen[-1])


@dataclasses.dataclass(frozen=True)
class AmountControls(Controls):
    """Each key stands for an amount, where an action is an amount of anything from 0."""

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """`(1,)` float32, the amount of the latest key, or None where no key is held."""
        chosen = [self.keys[name][0] for name in held if name in self.keys]
        return np.array(chosen[-1:], np.float32) if chosen else None


@dataclasses.dataclass(frozen=True)
class WordControls(Controls):
    """Some keys move and some speak: they stand for `(move, None)` or `(None, word)`.

    An action is the move plus five times the word, of the latest key of each kind, else 0.
    """

    def action(self, held: Iterable[str], space: spaces.Space, time: int) -> Any:
        """() int: a move and a word at once."""
        move, word = 0, 0
        for name in held:
            to, said = self.keys.get(name, ((None, None), ""))[0]
            move, word = move if to is None else to, word if said is None else said
        return np.asarray(move + 5 * word)
