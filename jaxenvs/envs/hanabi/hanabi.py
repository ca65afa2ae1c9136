"""Hanabi: a team builds fireworks of cards that their holders cannot see.

Source: Bard et al., "The Hanabi Challenge: A New Frontier for AI Research", Artificial Intelligence
280, 2020, and its Hanabi Learning Environment (HLE). The belief that may stand in the place of
knowledge is that of Hu & Foerster, "Simplified Action Decoder for Deep Multi-Agent Reinforcement
Learning", ICLR 2020, which JaxMARL observes.
Differs from it in: all act at every step, and those who are not on turn have one action, which does
nothing; an illegal action does nothing, and the turn stays where it is.
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.hanabi import _state as table
from jaxenvs.envs.hanabi import _turn as turn
from jaxenvs.envs.hanabi import _views as views
from jaxenvs.envs.hanabi._rules import COLORS, MOST_IN_HAND, MOST_RANKS, Rules
from jaxenvs.envs.hanabi._state import State
from jaxenvs.envs.hanabi._text import describe
from jaxenvs.multi import MultiAgentEnv
from jaxenvs.ranges import Range

Knowledge = Literal["binary", "belief", "none"]


class Params(core.Params):
    """Who begins, and a time limit, of which the game itself has none."""

    random_start_player: bool = False  # whether chance says who begins, rather than the first


class Hanabi(MultiAgentEnv[State, Params]):
    """Each player in turn discards a card, plays one, or tells another of a color or a rank.

    Actions: discard, then play, each by the card's place in the hand, oldest first; then for each
    other player, the next one first, the colors that can be told, and likewise the ranks; last, the
    action that does nothing, the only one of those who are not on turn. An illegal action does
    nothing too. Observation: 0 and 1, in the order of HLE's canonical encoder: the others' hands,
    the board, the discards, the last move, and what all know of each card. Reward, for all: the
    change of the score, which is the number of cards played well, or 0 once all lives are lost. The
    game is over then, with the last firework, or one round after the last card was drawn.
    """

    reset_cost = "expensive"

    num_players: Annotated[int, Range(2, 5)] = 2
    """2 to 5."""

    num_colors: Annotated[int, Range(1, len(COLORS))] = 5
    """1 to 6."""

    num_ranks: Annotated[int, Range(1, MOST_RANKS)] = 5
    """1 to 5. A color has three cards of the lowest rank, one of the highest, two of each other."""

    hand_size: Annotated[int, Range(1, MOST_IN_HAND)] | None = None
    """Cards in a hand, up to 8; None: 5, and 4 for four or five players."""

    information_tokens: Annotated[int, Range(0, 32)] = 8
    """How often the team can tell before it has to discard, and the most tokens there can be."""

    life_tokens: Annotated[int, Range(1, 32)] = 3
    """How many cards may be played badly; with the last token the game is lost."""

    knowledge: Knowledge = "binary"
    """What is seen of common knowledge: `binary`, which kinds each card may be; `belief`, the V0
    belief, how likely each kind is by what has been played and discarded; `none`, nothing, as in
    HLE's minimal observation."""

    def __post_init__(self) -> None:
        self.rules.check()

    @property
    def rules(self) -> Rules:
        """The sizes in one record."""
        usual = 5 if self.num_players < 4 else 4
        return Rules(
            num_players=self.num_players,
            num_colors=self.num_colors,
            num_ranks=self.num_ranks,
            hand_size=usual if self.hand_size is None else self.hand_size,
            information_tokens=self.information_tokens,
            life_tokens=self.life_tokens,
        )

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"player_{i}" for i in range(self.num_players))

    def original_params(self) -> Params:
        return Params()

    def observation_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        del params
        size = views.size(self.rules, self.knowledge)
        return dict.fromkeys(self.agents, spaces.Box(0, 1, (size,)))

    def action_spaces(self, params: Params | None = None) -> dict[str, spaces.Space]:
        del params
        return dict.fromkeys(self.agents, spaces.Discrete(self.rules.num_moves + 1))

    def initial(self, key: jax.Array, params: Params) -> State:
        deck_key, player_key = jax.random.split(key)
        order = _permutation(deck_key, self.rules.deck_size)
        state = self.deal(jnp.asarray(self.rules.sorted_deck)[order])
        chosen = jax.random.randint(player_key, (), 0, self.num_players, jnp.int32)
        first = jnp.where(params.random_start_player, chosen, np.int32(0))
        return state.replace(player=first.astype(jnp.uint8))

    def deal(self, deck: Any) -> State:
        """The start of a game with a given deck.

        Args:
          deck: `(deck_size,)` integers, kinds of cards, `color * num_ranks + rank`, in the order in
            which they are dealt: the first player's hand, oldest card first, then the next one's,
            then what is drawn.

        Raises `ValueError` for another number of cards. Which cards they are is not looked at.
        """
        deck = jnp.asarray(deck).astype(jnp.uint8)
        if deck.shape != (self.rules.deck_size,):
            raise ValueError(f"deck: expected {self.rules.deck_size} cards, got {deck.shape}")
        return table.deal(deck, self.rules, nothing=self.rules.num_moves)

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params
        on_turn = table.on_turn(state, self.rules)
        chosen = jnp.where(on_turn, action, np.int32(0)).sum(dtype=jnp.int32)
        moves = np.arange(self.rules.num_moves, dtype=np.int32)
        is_legal = (self.legal_moves(state) & (moves == chosen)).any()
        # Selecting the old state here instead would take LLVM ten seconds to compile.
        nothing = np.int32(self.rules.num_moves)
        after = turn.play(state, jnp.where(is_legal, chosen, nothing), self.rules)
        reward = table.score(after) - table.score(state)
        over = table.is_over(after, self.rules)
        everyone = (self.num_players,)
        return after, jnp.broadcast_to(reward, everyone), jnp.broadcast_to(over, everyone), {}

    def legal_moves(self, state: State) -> jax.Array:
        """What the player on turn may do, `(num_actions - 1,)` bool; nothing when all is over."""
        return turn.legal_moves(state, self.rules)

    def text(self, state: State, viewer: int | None = None) -> str:
        """The table in letters, as HLE writes it; `viewer` does not see her own cards."""
        return describe(state, self.rules, viewer)

    def action_mask(self, state: State, params: Params | None = None) -> jax.Array:
        del params
        mine = table.on_turn(state, self.rules)[:, None] & self.legal_moves(state)
        return jnp.concatenate([mine, ~mine.any(axis=1, keepdims=True)], axis=1)

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        return views.observe(state, self.rules, self.knowledge)

    def global_state(self, state: State, params: Params) -> jax.Array:
        """`(n,)` float32: who is on turn, the first player's cards, then what she observes."""
        del params
        return views.observe_all(state, self.rules)


def _permutation(key: jax.Array, size: int) -> jax.Array:
    """The numbers from 0 to `size` - 1 in random order, int32; the key is consumed."""
    bits = jax.random.bits(key, (size,), jnp.uint32)
    # The rank of each among all: many comparisons, but XLA sorts short arrays far more slowly.
    earlier = np.tri(size, k=-1, dtype=np.bool_)  # the first of two equals comes first
    smaller = (bits < bits[:, None]) | ((bits == bits[:, None]) & earlier)
    # Counted in 16 bits, which XLA does in one pass where it would store 32.
    return smaller.sum(axis=1, dtype=jnp.uint16).astype(jnp.int32)
