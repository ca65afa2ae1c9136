"""What players see: a table that says which bit of the game each number of a view shows.

The game is packed into words once; every player's view, in the order of HLE's canonical encoder, is
then a look-up of word and bit.
"""

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.hanabi._rules import DISCARD, NOTHING, PLAY, TELL_COLOR, TELL_RANK, Rules
from jaxenvs.envs.hanabi._state import State, move_of, set_of

_WORD = 32
_PLACES = np.arange(_WORD, dtype=np.uint32)


def size(rules: Rules, knowledge: str) -> int:
    """The length of a view."""
    return _views(rules, "none" if knowledge == "none" else "binary").shape[1]


def observe(state: State, rules: Rules, knowledge: str) -> jax.Array:
    """`(num_players, size)` float32, every player's view."""
    if knowledge != "belief":
        return _unpack(_pack(state, rules), _views(rules, knowledge))
    bits = _unpack(_pack(state, rules), _views(rules, "none"))
    cards = jnp.concatenate([_belief(state, rules), _told(state, rules)], axis=2)
    seats = jnp.stack([jnp.roll(cards, -viewer, axis=0) for viewer in range(rules.num_players)])
    return jnp.concatenate([bits, seats.reshape(rules.num_players, -1)], axis=1)


def observe_all(state: State, rules: Rules) -> jax.Array:
    """`(n,)` float32: who is on turn, the first player's cards, then what she sees."""
    return _unpack(_pack(state, rules), _whole(rules))


# -- words ---------------------------------------------------------------------------------------


def _layout(rules: Rules) -> dict[str, int]:
    """How many words each part of the game takes."""
    cards = rules.num_players * rules.hand_size
    return {
        "cards": cards,
        "missing": 1,
        "deck": -(-rules.deck_size // _WORD),
        "fireworks": 1,
        "information": 1,
        "lives": 1,
        "discards": rules.num_colors,
        "actor": 1,
        "deed": 1,
        "target": 1,
        "named": 1,
        "touched": 1,
        "slot": 1,
        "card": 1,
        "outcome": 1,
        "possible": cards,
        "told": cards,
        "player": 1,
    }


def _pack(state: State, rules: Rules) -> jax.Array:
    """The game as `(num_words,)` uint32, in the order of `_layout`."""
    last = state.last
    deed, slot, offset, _, told = move_of(last.action, rules)
    target = jax.lax.rem(last.player + offset, np.uint8(rules.num_players))
    left = rules.deck_size - state.num_drawn.astype(jnp.int32)
    starts = np.concatenate([[0], np.cumsum(rules.copies)[:-1]]).astype(np.uint32)
    discards = _first(state.discards.reshape(rules.num_colors, rules.num_ranks)) << starts
    lowest = (np.arange(rules.num_colors) * rules.num_ranks).astype(np.uint32)
    heights = _first(state.fireworks) - (_first(state.fireworks) >> np.uint32(1))  # the highest one
    lacks = (state.hands == rules.num_kinds).any(axis=1)
    players = _PLACES[: rules.num_players]
    is_hint = (deed == TELL_COLOR) | (deed == TELL_RANK)
    words = {
        "cards": set_of(state.hands, rules),
        "missing": jnp.where(lacks, np.uint32(1) << players, np.uint32(0)).sum(dtype=jnp.uint32),
        "deck": _first(left - np.arange(_layout(rules)["deck"], dtype=np.int32) * _WORD),
        "fireworks": (heights << lowest).sum(dtype=jnp.uint32),
        "information": _first(state.information),
        "lives": _first(state.lives),
        "discards": discards.sum(axis=1, dtype=jnp.uint32),
        "actor": jnp.where(deed == NOTHING, np.uint32(0), _one(last.player)),
        "deed": _one(deed),
        "target": jnp.where(is_hint, _one(target), np.uint32(0)),
        "named": told,
        "touched": last.touched,
        "slot": _one(slot),
        "card": set_of(last.card, rules),
        "outcome": last.scored.astype(jnp.uint32) + last.token.astype(jnp.uint32) * np.uint32(2),
        "possible": state.possible,
        "told": state.told,
        "player": _one(state.player),
    }
    assert tuple(words) == tuple(_layout(rules))
    return jnp.concatenate([word.reshape(-1).astype(jnp.uint32) for word in words.values()])


def _one(place: jax.Array) -> jax.Array:
    """The word with one bit."""
    return np.uint32(1) << place.astype(jnp.uint32)


def _first(count: jax.Array) -> jax.Array:
    """The word whose first `count` bits, 0 to 32, are set; less is none, more is all."""
    count = jnp.clip(count.astype(jnp.int32), 0, _WORD)
    some = (np.uint32(1) << jnp.minimum(count, _WORD - 1).astype(jnp.uint32)) - np.uint32(1)
    return jnp.where(count == _WORD, np.uint32(2**_WORD - 1), some)


def _unpack(words: jax.Array, table: np.ndarray) -> jax.Array:
    """Bits by their numbers, as float32; `table`, any shape, holds `32 * word + bit`."""
    word, bit = np.divmod(table, _WORD)
    found = words.at[word].get(mode="promise_in_bounds") >> bit.astype(np.uint32)
    return (found & np.uint32(1)).astype(jnp.float32)


# -- the tables ----------------------------------------------------------------------------------


@functools.cache
def _views(rules: Rules, knowledge: str) -> np.ndarray:
    """`(num_players, size)`: the bits that each player sees."""
    players = range(rules.num_players)
    return np.stack([_view(rules, viewer, knowledge == "binary") for viewer in players])


@functools.cache
def _whole(rules: Rules) -> np.ndarray:
    """`(n,)`: the bits of the global state."""
    first = _hand(rules, "cards", 0, rules.num_kinds)
    return np.concatenate([_bits(rules, "player", rules.num_players), first, _view(rules, 0, True)])


def _view(rules: Rules, viewer: int, with_knowledge: bool) -> np.ndarray:
    seats = [(viewer + i) % rules.num_players for i in range(rules.num_players)]
    colors, ranks, kinds = rules.num_colors, rules.num_ranks, rules.num_kinds
    told = colors + ranks
    parts = [_hand(rules, "cards", seat, kinds) for seat in seats[1:]]
    parts += [
        _bits(rules, "missing", seats),
        _bits(rules, "deck", rules.deck_size - rules.num_dealt),
        _bits(rules, "fireworks", kinds),
        _bits(rules, "information", rules.information_tokens),
        _bits(rules, "lives", rules.life_tokens),
        *(_bits(rules, "discards", int(rules.copies.sum()), i) for i in range(colors)),
        _bits(rules, "actor", seats),
        _bits(rules, "deed", [PLAY, DISCARD, TELL_COLOR, TELL_RANK]),
        _bits(rules, "target", seats),
        _bits(rules, "named", told),
        _bits(rules, "touched", rules.hand_size),
        _bits(rules, "slot", rules.hand_size),
        _bits(rules, "card", kinds),
        _bits(rules, "outcome", 2),
    ]
    for seat in seats if with_knowledge else ():
        possible, hints = _hand(rules, "possible", seat, kinds), _hand(rules, "told", seat, told)
        by_card = [part.reshape(rules.hand_size, -1) for part in (possible, hints)]
        parts.append(np.concatenate(by_card, axis=1).reshape(-1))
    return np.concatenate(parts)


def _bits(rules: Rules, part: str, bits: int | Sequence[int], word: int = 0) -> np.ndarray:
    """The numbers of some bits of a part, or of its first ones; `word` is where they begin."""
    layout = _layout(rules)
    names = list(layout)
    before = sum(layout[name] for name in names[: names.index(part)])
    return _WORD * (before + word) + np.asarray(range(bits) if isinstance(bits, int) else bits, int)


def _hand(rules: Rules, part: str, seat: int, num_bits: int) -> np.ndarray:
    """The first bits of each card of a hand."""
    words = [seat * rules.hand_size + slot for slot in range(rules.hand_size)]
    return np.concatenate([_bits(rules, part, num_bits, word) for word in words])


# -- beliefs -------------------------------------------------------------------------------------


def _belief(state: State, rules: Rules) -> jax.Array:
    """`(num_players, hand_size, num_kinds)`: how likely a card is of each kind.

    By what hints have left possible and by how many cards of each kind have been neither played nor
    discarded; not by whose hands they are seen in.
    """
    ranks = np.arange(rules.num_ranks, dtype=np.uint8)
    played = (ranks < state.fireworks[:, None]).reshape(-1).astype(jnp.uint8)
    left = np.tile(rules.copies, rules.num_colors) - state.discards - played
    possible = (state.possible[:, :, None] >> _PLACES[: rules.num_kinds]) & np.uint32(1)
    weight = possible.astype(jnp.float32) * left.astype(jnp.float32)
    return weight / jnp.maximum(weight.sum(axis=2, keepdims=True), np.float32(1))


def _told(state: State, rules: Rules) -> jax.Array:
    """`(num_players, hand_size, num_colors + num_ranks)`: what was told of each card."""
    places = np.arange(rules.num_colors + rules.num_ranks, dtype=np.uint16)
    return ((state.told[:, :, None] >> places) & np.uint16(1)).astype(jnp.float32)
