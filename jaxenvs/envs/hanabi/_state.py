"""What a game in progress remembers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, struct
from jaxenvs.envs.hanabi._rules import Moves, Rules, moves


class LastMove(struct.PyTree):
    """The last move made; before the first one `action` is the one that does nothing."""

    player: jax.Array  # () uint8, whose it was
    action: jax.Array  # () uint8
    touched: jax.Array  # () uint8, bit by bit the cards of the hand that a hint pointed at
    card: jax.Array  # () uint8, the kind that left the hand; else the number of kinds
    scored: jax.Array  # () bool, whether a card was played well
    token: jax.Array  # () bool, whether that completed a color and brought a token back


class State(core.State):
    """A game; cards lie in a hand from the oldest to the newest, without gaps."""

    player: jax.Array  # () uint8, who is on turn
    deck: jax.Array  # [deck_size] uint8 kinds, in the order in which they are dealt
    num_drawn: jax.Array  # () uint8, how many of them have been
    hands: jax.Array  # [num_players, hand_size] uint8 kinds; the number of kinds: no card
    possible: jax.Array  # [num_players, hand_size] uint32, kinds a card may be by all hints
    told: jax.Array  # [num_players, hand_size] uint16, bits of the colors, then ranks it was told
    fireworks: jax.Array  # [num_colors] uint8, how high each is
    discards: jax.Array  # [num_kinds] uint8, how many of each
    information: jax.Array  # () uint8, tokens left
    lives: jax.Array  # () uint8, tokens left
    turns_left: jax.Array  # () uint8, counted from when the deck is empty
    last: LastMove


def deal(deck: jax.Array, rules: Rules, nothing: int) -> State:
    """The start of a game with a deck of kinds; `nothing` is the action that does nothing."""
    hands = rules.num_players, rules.hand_size
    return State(
        time=jnp.int32(0),
        player=jnp.uint8(0),
        deck=deck,
        num_drawn=jnp.uint8(rules.num_dealt),
        hands=deck[: rules.num_dealt].reshape(hands),
        possible=jnp.full(hands, rules.all_kinds),
        told=jnp.zeros(hands, jnp.uint16),
        fireworks=jnp.zeros(rules.num_colors, jnp.uint8),
        discards=jnp.zeros(rules.num_kinds, jnp.uint8),
        information=jnp.uint8(rules.information_tokens),
        lives=jnp.uint8(rules.life_tokens),
        turns_left=jnp.uint8(rules.num_players),
        last=LastMove(
            player=jnp.uint8(0),
            action=jnp.uint8(nothing),
            touched=jnp.uint8(0),
            card=jnp.uint8(rules.num_kinds),
            scored=jnp.bool_(False),
            token=jnp.bool_(False),
        ),
    )


def score(state: State) -> jax.Array:
    """`()` float32: the cards played well, 0 once all lives are lost."""
    played = state.fireworks.sum(dtype=jnp.uint8)
    return jnp.where(state.lives > 0, played, np.uint8(0)).astype(jnp.float32)


def is_over(state: State, rules: Rules) -> jax.Array:
    """`()` bool: lives, cards to play or turns have run out."""
    complete = (state.fireworks == rules.num_ranks).all()
    return (state.lives == 0) | complete | (state.turns_left == 0)


def set_of(kinds: jax.Array, rules: Rules) -> jax.Array:
    """Kinds of cards as sets of one, uint32; the lack of a card as the empty set."""
    return (np.uint32(1) << kinds.astype(jnp.uint32)) & rules.all_kinds


def move_of(action: jax.Array, rules: Rules) -> Moves:
    """The table's row of an action, `()` of any integer type."""
    columns = moves(rules)
    # One look-up of all columns: each by itself takes as long to compile.
    table = jnp.asarray(np.stack([column.astype(np.uint32) for column in columns], axis=1))
    row = table.at[action.astype(jnp.int32)].get(mode="promise_in_bounds")
    return Moves(*(row[i].astype(column.dtype) for i, column in enumerate(columns)))


def on_turn(state: State, rules: Rules) -> Any:
    """`(num_players,)` bool."""
    return np.arange(rules.num_players, dtype=np.uint8) == state.player
