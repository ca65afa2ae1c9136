"""What follows from a game's sizes: cards, how many there are of each, and the table of actions.

A kind of card is a number, color by color: `color * num_ranks + rank`. Sets of kinds are words of
32 bits.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import numpy as np

DISCARD, PLAY, NOTHING, TELL_COLOR, TELL_RANK = range(5)

COLORS = "RYGWBM"  # red, yellow, green, white, blue; magenta where there are six
MOST_RANKS, MOST_IN_HAND = 5, 8


@dataclasses.dataclass(frozen=True)
class Rules:
    """The sizes of a game; hashable, so that tables are made once for each."""

    num_players: int
    num_colors: int
    num_ranks: int
    hand_size: int
    information_tokens: int
    life_tokens: int

    @property
    def num_kinds(self) -> int:
        """How many kinds of cards there are; as a kind, it stands for no card."""
        return self.num_colors * self.num_ranks

    @property
    def all_kinds(self) -> np.uint32:
        """The set of all kinds."""
        return np.uint32(2**self.num_kinds - 1)

    @property
    def copies(self) -> np.ndarray:
        """`(num_ranks,)` uint8, how many cards of one color there are of each rank."""
        copies = np.full(self.num_ranks, 2, np.uint8)
        copies[-1] = 1
        copies[0] = 3
        return copies

    @property
    def sorted_deck(self) -> np.ndarray:
        """`(deck_size,)` uint8, the kinds of all cards."""
        kinds = np.arange(self.num_kinds, dtype=np.uint8)
        return np.repeat(kinds, np.tile(self.copies, self.num_colors))

    @property
    def deck_size(self) -> int:
        """How many cards there are."""
        return self.num_colors * int(self.copies.sum())

    @property
    def num_dealt(self) -> int:
        """How many cards are in hands when the game begins."""
        return self.num_players * self.hand_size

    @property
    def num_moves(self) -> int:
        """How many actions there are, but for the one that does nothing, whose number it is."""
        hints = self.num_colors + self.num_ranks
        return 2 * self.hand_size + (self.num_players - 1) * hints

    def check(self) -> None:
        """Raises `ValueError` where there are too few cards for all hands."""
        if self.num_dealt > self.deck_size:
            hands = f"{self.num_players} hands of {self.hand_size}"
            raise ValueError(f"hand_size: {hands} are more than the {self.deck_size} cards")


class Moves(NamedTuple):
    """What an action does, or, leading with the actions, what each does; the last does nothing."""

    deed: Any  # uint8, DISCARD to TELL_RANK
    slot: Any  # uint8, of the card that leaves the hand; else the size of a hand
    offset: Any  # uint8, how many seats on sits who is told; else 0
    kinds: Any  # uint32, the cards that are named; else none
    told: Any  # uint16, the bit of what is told, colors first; else 0


@functools.cache
def moves(rules: Rules) -> Moves:
    """The table of actions, in the original's order: discard, play, tell a color, tell a rank."""
    colors, ranks, hand = rules.num_colors, rules.num_ranks, rules.hand_size
    kinds = np.arange(rules.num_kinds)
    of_color = [_set(kinds // ranks == color) for color in range(colors)]
    of_rank = [_set(kinds % ranks == rank) for rank in range(ranks)]
    # deed, slot, offset, kinds, told
    rows = [(deed, slot, 0, 0, 0) for deed in (DISCARD, PLAY) for slot in range(hand)]
    for deed, sets, first in ((TELL_COLOR, of_color, 0), (TELL_RANK, of_rank, colors)):
        for offset in range(1, rules.num_players):
            rows += [(deed, hand, offset, named, 1 << first + i) for i, named in enumerate(sets)]
    rows.append((NOTHING, hand, 0, 0, 0))
    types = (np.uint8, np.uint8, np.uint8, np.uint32, np.uint16)
    columns = zip(*rows, strict=True)
    return Moves(*(np.array(column, t) for column, t in zip(columns, types, strict=True)))


def _set(members: np.ndarray) -> int:
    """The word with the bits of the kinds for which `members` is true."""
    return int((members * 2 ** np.arange(len(members))).sum())
