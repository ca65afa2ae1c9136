"""CountRecall: say how many cards of a kind have been dealt so far.

Source: popgym's `envs/count_recall.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: info does not give the hidden counts away; there is no `error_clamp`, which
popgym takes and ignores.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame

VALUE, QUERY = range(2)


class State(core.State):
    """Two decks of the same cards: one that is dealt, one that says what to count."""

    left: jax.Array  # (2, num_kinds) uint16, cards in either deck by kind
    shown: jax.Array  # (2,) uint8, the kind dealt and the kind asked for


class CountRecall(CardGame[State]):
    """Actions: a count. Observation: the kind of the card dealt, and the kind to be counted.

    Reward: 1 / (number of cards - 1) for the number of cards of that kind dealt so far, the one in
    view included, the same with a minus for any other. Ends with the last card of the decks.
    """

    deck_type: cards.Feature = "colors"
    """What makes two cards of one kind: colors (2), suits (4) or ranks (13)."""

    @property
    def num_kinds(self) -> int:
        """Kinds of cards."""
        return cards.NUM_KINDS[self.deck_type]

    @property
    def most(self) -> int:
        """Cards of each kind."""
        return self.num_cards // self.num_kinds

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        deck = cards.full_deck(self.num_decks, self.deck_type)
        shown, left = deal(key, jnp.stack([deck, deck]))
        return State(time=jnp.int32(0), left=left, shown=shown)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        scale = np.float32(1 / (self.num_cards - 1))
        seen = self.most - cards.count_of(state.left[VALUE], state.shown[QUERY])
        reward = jnp.where(action == seen, scale, -scale)
        shown, left = deal(key, state.left)
        return state.replace(left=left, shown=shown), reward, ~left[VALUE].any(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.shown.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        del params
        return spaces.MultiDiscrete([self.num_kinds] * 2)

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.most + 1)


def deal(key: jax.Array, left: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A card from each deck, `(2,)` uint8, and what is left of them; the key is consumed."""
    return jax.vmap(cards.draw_card)(jax.random.bits(key, (2,), jnp.uint32), left)
