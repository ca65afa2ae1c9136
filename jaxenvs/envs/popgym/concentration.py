"""Concentration: turn over two cards at a time and find all pairs.

Source: popgym's `envs/concentration.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: suits make pairs too, if there is an even number of decks.
"""

import math
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame
from jaxenvs.ranges import Range


class State(core.State):
    """The table, and the cards in hand."""

    kinds: jax.Array  # (num_cards,) uint8, what is on each card
    paired: jax.Array  # (num_cards,) bool, the cards that lie face up for good
    turned: jax.Array  # (2,) int16, the cards turned over last; -1 where there is none
    waits: jax.Array  # () bool, whether the first of them still waits for a second one


class Concentration(CardGame[State]):
    """Actions: the card to turn over. Observation: each card's kind, or `num_kinds` face down.

    Two cards of one kind stay face up, others are turned back after they were shown. Reward: 1 /
    (number of pairs) for a pair; -1 / `episode_length` for each card turned over in vain, also for
    turning over one that lies face up, or the same one twice; 0 for the first card of a try. Ends
    when all cards lie face up; truncated after `episode_length` steps.
    """

    num_decks: Annotated[int, Range(1, 50)] = 1
    """Decks of 52 cards, shuffled together."""

    deck_type: cards.Feature = "ranks"
    """What makes a pair: colors (2), suits (4) or ranks (13)."""

    reset_cost = "expensive"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_cards // self.num_kinds % 2:
            raise ValueError(
                f"deck_type: an odd number of cards of each kind in {self.num_decks} decks of"
                f" {self.deck_type} cannot be paired"
            )

    @property
    def num_kinds(self) -> int:
        """Kinds of cards."""
        return cards.NUM_KINDS[self.deck_type]

    @property
    def episode_length(self) -> int:
        """The number of moves that popgym deems enough for so many cards."""
        return math.ceil(2 * self.num_cards - self.num_cards / (2 * self.num_cards - 1))

    def original_params(self) -> core.Params:
        return core.Params(max_steps=self.episode_length)

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        kinds = cards.permutation(key, self.num_cards) % self.num_kinds
        return State(
            time=jnp.int32(0),
            kinds=kinds.astype(jnp.uint8),
            paired=jnp.zeros(self.num_cards, jnp.bool_),
            turned=jnp.full(2, -1, jnp.int16),
            waits=jnp.bool_(False),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params  # deterministic
        card = action.astype(jnp.int16)
        first = state.turned[0]
        second = jnp.stack([first, card])
        turned = jnp.where(state.waits, second, jnp.stack([card, jnp.int16(-1)]))

        places = np.arange(self.num_cards, dtype=np.int16)
        here, there = places == card, places == first
        face_up = (state.paired & here).any()
        alike = _kind(state, here) == _kind(state, there)
        pair = state.waits & ~face_up & alike & (card != first)
        paired = state.paired | (pair & (here | there))

        loss = np.float32(-1 / self.episode_length)
        in_vain = jnp.where(state.waits, 2 * loss, loss)
        reward = jnp.where(state.waits | face_up, in_vain, np.float32(0))
        reward = jnp.where(pair, np.float32(2 / self.num_cards), reward)
        waits = ~state.waits & ~face_up
        state = state.replace(paired=paired, turned=turned, waits=waits)
        return state, reward, paired.all(), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        places = np.arange(self.num_cards, dtype=np.int16)
        turned = (places == state.turned[0]) | (places == state.turned[1])
        face_down = jnp.int32(self.num_kinds)
        return jnp.where(state.paired | turned, state.kinds.astype(jnp.int32), face_down)

    def observation_space(self, params: core.Params | None = None) -> spaces.MultiDiscrete:
        del params
        return spaces.MultiDiscrete([self.num_kinds + 1] * self.num_cards)

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_cards)


def _kind(state: State, here: jax.Array) -> jax.Array:
    """What is on the one card of the mask, () uint8; 0 where the mask is empty."""
    return jnp.where(here, state.kinds, jnp.uint8(0)).max()
