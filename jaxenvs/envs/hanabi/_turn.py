"""Which moves are legal, and what they do."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.hanabi._rules import DISCARD, NOTHING, PLAY, TELL_COLOR, Moves, Rules, moves
from jaxenvs.envs.hanabi._state import LastMove, State, is_over, move_of, on_turn, set_of


def legal_moves(state: State, rules: Rules) -> jax.Array:
    """What the player on turn may do, `(num_moves,)` bool; nothing when the game is over."""
    table = moves(rules)
    sets = set_of(state.hands, rules)
    held = jax.lax.reduce(sets, np.uint32(0), jax.lax.bitwise_or, (1,))
    seats = jax.lax.rem(state.player + table.offset, np.uint8(rules.num_players))
    size = jnp.where(on_turn(state, rules)[:, None] & (sets > 0), np.uint8(1), np.uint8(0))
    may_discard = state.information < rules.information_tokens
    has_card = (table.slot < size.sum(dtype=jnp.uint8)) & ((table.deed == PLAY) | may_discard)
    named = held.at[seats].get(mode="promise_in_bounds") & table.kinds
    may_tell = (state.information > 0) & (named > 0)
    legal = jnp.where(table.deed <= PLAY, has_card, may_tell)
    return legal[: rules.num_moves] & ~is_over(state, rules)


def play(state: State, action: jax.Array, rules: Rules) -> State:
    """The state after a legal move, or after the one that does nothing; `action` is () int32."""
    move = move_of(action, rules)
    state, touched = _tell(state, move, rules)
    mine = on_turn(state, rules)[:, None]
    places = np.arange(rules.hand_size, dtype=np.uint8)
    leaves = move.deed <= PLAY
    card = jnp.where(mine & (places == move.slot), state.hands, np.uint8(0)).sum(dtype=jnp.uint8)
    card = jnp.where(leaves, card, np.uint8(rules.num_kinds))
    lowest = (np.arange(rules.num_colors) * rules.num_ranks).astype(np.uint8)
    is_next = (lowest + state.fireworks == card) & (state.fireworks < rules.num_ranks)
    fits = (move.deed == PLAY) & is_next
    fireworks = state.fireworks + fits.astype(jnp.uint8)
    scored, completed = fits.any(), (fits & (fireworks == rules.num_ranks)).any()
    gains = (move.deed == DISCARD) | completed
    gains = gains & (state.information < rules.information_tokens)
    lost = jnp.where(scored, np.uint8(rules.num_kinds), card)
    dumped = np.arange(rules.num_kinds, dtype=np.uint8) == lost
    fails = (move.deed == PLAY) & ~scored
    made = move.deed != NOTHING
    spends = move.deed >= TELL_COLOR
    deck_is_empty = state.num_drawn == rules.deck_size
    last = LastMove(
        player=state.player,
        action=action.astype(jnp.uint8),
        touched=touched,
        card=card,
        scored=scored,
        token=gains & completed,
    )
    state = _close_up(state, mine & leaves & (places >= move.slot), rules)
    return state.replace(
        player=jax.lax.rem(state.player + made.astype(jnp.uint8), np.uint8(rules.num_players)),
        num_drawn=state.num_drawn + (leaves & ~deck_is_empty).astype(jnp.uint8),
        fireworks=fireworks,
        discards=state.discards + dumped.astype(jnp.uint8),
        information=state.information + gains.astype(jnp.uint8) - spends.astype(jnp.uint8),
        lives=state.lives - fails.astype(jnp.uint8),
        turns_left=state.turns_left - (deck_is_empty & made).astype(jnp.uint8),
        last=jax.tree.map(lambda new, old: jnp.where(made, new, old), last, state.last),
    )


def _tell(state: State, move: Moves, rules: Rules) -> tuple[State, jax.Array]:
    """What all know after a hint, and the cards that it pointed at, as bits, `()` uint8."""
    seat = jax.lax.rem(state.player + move.offset, np.uint8(rules.num_players))
    row = (np.arange(rules.num_players, dtype=np.uint8) == seat)[:, None]
    row = row & (move.deed >= TELL_COLOR)
    touched = row & (set_of(state.hands, rules) & move.kinds > 0)
    named = jnp.where(touched, move.kinds, ~move.kinds)
    places = (1 << np.arange(rules.hand_size)).astype(np.uint8)
    state = state.replace(
        possible=jnp.where(row, state.possible & named, state.possible),
        told=jnp.where(touched, state.told | move.told, state.told),
    )
    return state, jnp.where(touched, places, np.uint8(0)).sum(dtype=jnp.uint8)


def _close_up(state: State, moves_up: jax.Array, rules: Rules) -> State:
    """Newer cards take the places in `moves_up`, and a card is drawn if there is one left."""
    is_left = state.num_drawn < rules.deck_size
    top = jnp.minimum(state.num_drawn, np.uint8(rules.deck_size - 1)).astype(jnp.int32)
    card = state.deck.at[top].get(mode="promise_in_bounds")

    def shift(cards: jax.Array, new: jax.Array) -> jax.Array:
        column = jnp.broadcast_to(new, (rules.num_players, 1))
        return jnp.where(moves_up, jnp.concatenate([cards[:, 1:], column], axis=1), cards)

    return state.replace(
        hands=shift(state.hands, jnp.where(is_left, card, np.uint8(rules.num_kinds))),
        possible=shift(state.possible, jnp.where(is_left, rules.all_kinds, np.uint32(0))),
        told=shift(state.told, jnp.uint16(0)),
    )
