"""Autoencode: watch a deck of cards go by, then name their suits from the last to the first.

Source: popgym 1.0.7 `envs/autoencode.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023).
Differs from it in: nothing known.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.popgym import _cards as cards
from jaxenvs.envs.popgym._card_game import CardGame

PLAY, WATCH = range(2)


class State(core.State):
    """The deck, and the cards in the order they were shown.

    At time `t` of watching the card in view is `shown[t]`.
    """

    left: jax.Array  # (4,) uint16, cards in the deck by suit
    shown: jax.Array  # (num_cards,) uint8 suits, 0 for those to come


class Autoencode(CardGame[State]):
    """Actions: a suit, 0 spades, 1 diamonds, 2 clubs, 3 hearts. Observation: mode and suit.

    In mode 1, watch, actions mean nothing and the suit is that of the next card. Mode 0, play,
    begins as the last card is shown; from the next step on the suit shown is 0. Then the cards have
    to be named backwards, one at each step, the last one first. Reward: 1 / number of cards where
    that is right, the same with a minus where it is not. Ends when all cards have been named.
    """

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        card, left = self.first_card(key, "suits")
        nothing = jnp.zeros(self.num_cards - 1, jnp.uint8)
        return State(time=jnp.int32(0), left=left, shown=jnp.append(card, nothing))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        last = self.num_cards - 1
        watches = state.time < last
        card, left = cards.draw_card(jax.random.bits(key, (), jnp.uint32), state.left)
        comes_next = np.arange(self.num_cards, dtype=np.int32) == state.time + 1
        shown = jnp.where(comes_next, card, state.shown)
        asked = jnp.clip(2 * last - state.time, 0, last)
        scale = np.float32(1 / self.num_cards)
        reward = jnp.where(action == state.shown[asked].astype(jnp.int32), scale, -scale)
        reward = jnp.where(watches, np.float32(0), reward)
        return state.replace(left=left, shown=shown), reward, asked == 0, {}

    def observe(self, state: State, params: core.Params) -> tuple[jax.Array, jax.Array]:
        del params
        last = self.num_cards - 1
        mode = jnp.where(state.time < last, jnp.int32(WATCH), jnp.int32(PLAY))
        card = state.shown[jnp.minimum(state.time, last)].astype(jnp.int32)
        return mode, jnp.where(state.time <= last, card, 0)

    def observation_space(self, params: core.Params | None = None) -> spaces.Tuple:
        del params
        return spaces.Tuple([spaces.Discrete(2), spaces.Discrete(cards.NUM_KINDS["suits"])])

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(cards.NUM_KINDS["suits"])
