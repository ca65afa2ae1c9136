"""Blackjack: take cards, get closer to 21 than the dealer, and never over it.

Source: Gymnasium's `envs/toy_text/blackjack.py`; Sutton & Barto, "Reinforcement Learning: An
Introduction", 2nd edition, example 5.1.
Differs from it in: a player who is over 21 gets no more cards.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces

STICK, HIT = range(2)
# The longest hands that the rules allow, all cards but the last ones being aces and small.
PLAYER_CARDS, DEALER_CARDS = 22, 12
_DEALER_STANDS = 17


class State(core.State):
    """The hands, cards in the order they were dealt: 1 ace, 2 to 10, 0 no card."""

    player: jax.Array  # (22,) uint8
    dealer: jax.Array  # (12,) uint8, the first one lies face up
    stuck: jax.Array  # () bool, whether the player has stopped and the dealer has played


class Params(core.Params):
    """Which of the published rules hold."""

    natural: bool = False  # a win with ace and ten at once gives 1.5; ignored where `sab` is true
    sab: bool = False  # as in the book: such a hand wins outright, unless the dealer has one too
    max_steps: int = 0


class Blackjack(core.Env[State, Params]):
    """Actions: 0 stick, 1 hit. Observation: the player's sum, the dealer's card, a usable ace.

    Reward at the end: 1 for a win, -1 for a loss, 0 for a draw. Ends when the player goes over 21,
    or sticks, whereupon the dealer takes cards up to 17. Cards are drawn from an endless deck.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        cards = draw_cards(key, 4)
        return State(
            time=jnp.int32(0),
            player=jnp.pad(cards[2:], (0, PLAYER_CARDS - 2)),
            dealer=jnp.pad(cards[:2], (0, DEALER_CARDS - 2)),
            stuck=jnp.bool_(False),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        cards = draw_cards(key, DEALER_CARDS - 2)
        hits = action == HIT
        player = jnp.where(hits, with_card(state.player, cards[0]), state.player)
        dealer = play_dealer(state.dealer, cards)
        dealer = jnp.where(hits | state.stuck, state.dealer, dealer)
        busts = total(player) > 21
        reward = jnp.where(hits, -busts.astype(jnp.float32), payoff(player, dealer, params))
        moved = state.replace(player=player, dealer=dealer, stuck=state.stuck | ~hits)
        return moved, reward, ~hits | busts, {}

    def observe(self, state: State, params: Params) -> tuple[jax.Array, jax.Array, jax.Array]:
        del params
        ace = usable_ace(state.player).astype(jnp.int32)
        return total(state.player), state.dealer[0].astype(jnp.int32), ace

    def observation_space(self, params: Params | None = None) -> spaces.Tuple:
        del params
        return spaces.Tuple([spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2)])

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)


def draw_cards(key: jax.Array, count: int) -> jax.Array:
    """`(count,)` uint8 cards; tens are four times as likely as any other, for the court cards."""
    # The remainder favours some cards by less than one in 10^8.
    ranks = jax.random.bits(key, (count,), jnp.uint32) % np.uint32(13)
    return jnp.minimum(ranks + np.uint32(1), np.uint32(10)).astype(jnp.uint8)


def usable_ace(hand: jax.Array) -> jax.Array:
    """Whether an ace counts 11 without going over 21, () bool."""
    return (hand == 1).any() & (hand.sum(dtype=jnp.int32) <= 11)


def total(hand: jax.Array) -> jax.Array:
    """What the hand counts, () int32."""
    return hand.sum(dtype=jnp.int32) + 10 * usable_ace(hand).astype(jnp.int32)


def is_natural(hand: jax.Array) -> jax.Array:
    """Whether the hand is an ace and a ten alone, () bool."""
    return usable_ace(hand) & (total(hand) == 21) & (hand[2] == 0)


def with_card(hand: jax.Array, card: jax.Array) -> jax.Array:
    """The hand and one more card, unless it counts more than 21."""
    place = (hand > 0).sum(dtype=jnp.int32)
    taken = (np.arange(hand.shape[0], dtype=np.int32) == place) & (total(hand) <= 21)
    return jnp.where(taken, card, hand)


def play_dealer(hand: jax.Array, cards: jax.Array) -> jax.Array:
    """A hand of two cards once it counts 17 or more; `cards`, `(10,)` uint8, come in order."""
    both = jnp.concatenate([hand[:2], cards])
    sums = jnp.cumsum(both, dtype=jnp.int32)
    has_ace = jnp.cumsum(both == 1, dtype=jnp.int32) > 0
    totals = sums + 10 * (has_ace & (sums <= 11)).astype(jnp.int32)
    # A card is taken where no hand before it, of two cards or more, was enough.
    enough = jnp.cumsum((totals >= _DEALER_STANDS)[1:-1], dtype=jnp.int32) > 0
    return jnp.concatenate([hand[:2], jnp.where(enough, jnp.uint8(0), cards)])


def payoff(player: jax.Array, dealer: jax.Array, params: Params) -> jax.Array:
    """The reward for sticking, () float32."""
    player_score, dealer_score = _score(player), _score(dealer)
    won = player_score > dealer_score
    reward = won.astype(jnp.float32) - (player_score < dealer_score).astype(jnp.float32)
    natural = is_natural(player)
    bonus = ~params.sab & params.natural & natural & won
    outright = params.sab & natural & ~is_natural(dealer)
    return jnp.where(outright, np.float32(1), jnp.where(bonus, np.float32(1.5), reward))


def _score(hand: jax.Array) -> jax.Array:
    """What the hand counts, or 0 over 21."""
    count = total(hand)
    return jnp.where(count > 21, 0, count)
