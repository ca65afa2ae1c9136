"""What the tasks with playing cards share: some decks, shuffled together."""

from typing import Annotated, Generic

import jax
import jax.numpy as jnp

from jaxenvs import core
from jaxenvs.core import StateT
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.ranges import Range


class CardGame(core.Env[StateT, core.Params], Generic[StateT]):
    """A game with `num_cards` cards, 52 of each deck."""

    num_decks: Annotated[int, Range(1, 1000)] = 1
    """Decks of 52 cards, shuffled together."""

    @property
    def num_cards(self) -> int:
        """Cards in all decks together."""
        return cards.DECK_SIZE * self.num_decks

    def original_params(self) -> core.Params:
        return core.Params()

    def first_card(self, key: jax.Array, feature: cards.Feature) -> tuple[jax.Array, jax.Array]:
        """The kind of a card from full decks, () uint8, and what is left, `(num_kinds,)` uint16."""
        bits = jax.random.bits(key, (), jnp.uint32)
        return cards.draw_card(bits, cards.full_deck(self.num_decks, feature))
