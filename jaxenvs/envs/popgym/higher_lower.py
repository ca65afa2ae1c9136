"""HigherLower: guess whether the next card is higher or lower than the one in view.

Source: popgym 1.0.7 `envs/higher_lower.py`; Morad et al., "POPGym: Benchmarking partially
observable reinforcement learning" (ICLR 2023).
Differs from it in: no `info["card"]` with the suit of the first card.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame

HIGHER, LOWER = range(2)


class State(core.State):
    """The deck and the card in view."""

    left: jax.Array  # (13,) uint16, cards in the deck by rank
    card: jax.Array  # () uint8, the rank in view, 0 ace to 12 king


class HigherLower(CardGame[State]):
    """Actions: 0 higher, 1 lower. Observation: the rank of the card, 0 ace to 12 king.

    Reward: 1 / number of cards where the next card is as guessed, the same with a minus where it is
    not, 0 where the ranks are equal. Ends with the last card of the decks. Counting the cards that
    have gone by makes the guesses better.
    """

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        card, left = self.first_card(key, "ranks")
        return State(time=jnp.int32(0), left=left, card=card)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        card, left = cards.draw_card(jax.random.bits(key, (), jnp.uint32), state.left)
        scale = np.float32(1 / self.num_cards)
        right = (card > state.card) == (action == HIGHER)
        reward = jnp.where(right, scale, -scale)
        reward = jnp.where(card == state.card, np.float32(0), reward)
        return state.replace(left=left, card=card), reward, ~left.any(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.card.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["ranks"])

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)
