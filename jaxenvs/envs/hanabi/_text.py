"""A game in letters, as the Hanabi Learning Environment writes it."""

from typing import Any

import numpy as np

from jaxenvs.envs.hanabi._rules import COLORS, Rules
from jaxenvs.envs.hanabi._state import State, is_over


def describe(state: State, rules: Rules, viewer: int | None = None) -> str:
    """The whole table in lines, where a card is its color's letter and its rank.

    Each card of a hand is followed by what its holder was told of it, and by the colors and ranks
    that it may have. `viewer` does not see the cards in her own hand; None sees all.
    """
    fireworks = [f"{COLORS[c]}{height}" for c, height in enumerate(np.asarray(state.fireworks))]
    lines = [
        f"Life tokens: {state.lives}",
        f"Info tokens: {state.information}",
        f"Fireworks: {' '.join(fireworks)} ",
        "Hands:",
    ]
    playing = not bool(is_over(state, rules))
    for player in range(rules.num_players):
        lines += ["-----"] if player else []
        lines += ["Cur player"] if playing and player == int(state.player) else []
        lines += _hand(state, rules, player, player != viewer)
    left = rules.deck_size - int(state.num_drawn)
    counts = enumerate(np.asarray(state.discards).tolist())
    discards = "".join(f" {card(kind, rules)}" * count for kind, count in counts)
    return "\n".join([*lines, f"Deck size: {left}", f"Discards:{discards}"])


def card(kind: Any, rules: Rules) -> str:
    """A kind of card in two letters."""
    color, rank = divmod(int(kind), rules.num_ranks)
    return f"{COLORS[color]}{rank + 1}"


def _hand(state: State, rules: Rules, player: int, seen: bool) -> list[str]:
    rows = (np.asarray(part)[player].tolist() for part in (state.hands, state.possible, state.told))
    lines = []
    for kind, possible, told in zip(*rows, strict=True):
        if kind < rules.num_kinds:
            face = card(kind, rules) if seen else "XX"
            lines.append(f"{face} || {_known(possible, told, rules)}")
    return lines


def _known(possible: int, told: int, rules: Rules) -> str:
    """What was told, and the colors and the ranks that are possible."""
    ranks = rules.num_ranks
    kinds = [kind for kind in range(rules.num_kinds) if possible >> kind & 1]
    letters = [COLORS[color] for color in range(rules.num_colors)]
    digits = [str(rank + 1) for rank in range(ranks)]
    signs = [sign for bit, sign in enumerate(letters + digits) if told >> bit & 1]
    color = next((sign for sign in signs if sign in letters), "X")
    rank = next((sign for sign in signs if sign in digits), "X")
    colors = sorted({kind // ranks for kind in kinds})
    left = sorted({kind % ranks for kind in kinds})
    possible_signs = [letters[i] for i in colors] + [digits[i] for i in left]
    return f"{color}{rank}|{''.join(possible_signs)}"
