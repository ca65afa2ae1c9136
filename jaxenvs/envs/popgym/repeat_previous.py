"""RepeatPrevious: say the suit of the card that was shown some steps ago.

Source: popgym's `envs/repeat_previous.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: k = 0 is refused, where popgym asks for the first card.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame
from jaxenvs.ranges import Count


class State(core.State):
    """The deck, and the cards that matter."""

    left: jax.Array  # (4,) uint16, cards in the deck by suit
    recent: jax.Array  # (k,) uint8, the suits shown last, the newest at the end; 0 before them


class RepeatPrevious(CardGame[State]):
    """Actions and observation: a suit, 0 spades, 1 diamonds, 2 clubs, 3 hearts.

    The suit to name is that of the card shown `k` - 1 steps before the one in view: k = 1 asks for
    the card in view. Reward: 1 / (number of cards - k) where it is right, the same with a minus
    where it is not, 0 as long as there is no such card. Ends with the last card of the decks.
    """

    k: Count = 4
    """Which card to name, counted back from the one in view, which is 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k >= self.num_cards:
            raise ValueError(f"k: expected 1 to {self.num_cards - 1}, got {self.k}")

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        card, left = self.first_card(key, "suits")
        nothing = jnp.zeros(self.k - 1, jnp.uint8)
        return State(time=jnp.int32(0), left=left, recent=jnp.append(nothing, card))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        scale = np.float32(1 / (self.num_cards - self.k))
        reward = jnp.where(action == state.recent[0].astype(jnp.int32), scale, -scale)
        reward = jnp.where(state.time >= self.k - 1, reward, np.float32(0))
        card, left = cards.draw_card(jax.random.bits(key, (), jnp.uint32), state.left)
        recent = jnp.append(state.recent[1:], card)
        return state.replace(left=left, recent=recent), reward, ~left.any(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.recent[-1].astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["suits"])

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["suits"])
