"""RepeatFirst: say the suit of the first card, again and again, while other cards go by.

Source: popgym 1.0.7 `envs/repeat_first.py`; Morad et al., "POPGym: Benchmarking partially
observable reinforcement learning" (ICLR 2023).
Differs from it in: nothing known.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame


class State(core.State):
    """The deck, and the two cards that matter."""

    left: jax.Array  # (4,) uint16, cards in the deck by suit
    first: jax.Array  # () uint8, the suit to remember
    card: jax.Array  # () uint8, the suit that is shown


class RepeatFirst(CardGame[State]):
    """Actions and observation: a suit, 0 spades, 1 diamonds, 2 clubs, 3 hearts.

    Reward: 1 / (number of cards - 1) for naming the suit of the episode's first card, the same with
    a minus for any other. Ends with the last card of the decks.
    """

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        card, left = self.first_card(key, "suits")
        return State(time=jnp.int32(0), left=left, first=card, card=card)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        scale = np.float32(1 / (self.num_cards - 1))
        reward = jnp.where(action == state.first.astype(jnp.int32), scale, -scale)
        card, left = cards.draw_card(jax.random.bits(key, (), jnp.uint32), state.left)
        return state.replace(left=left, card=card), reward, ~left.any(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.card.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["suits"])

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["suits"])
