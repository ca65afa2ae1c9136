"""Whole games against OpenSpiel, which plays by the code of the Hanabi Learning Environment."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout

pyspiel = pytest.importorskip("pyspiel", reason="open-spiel is not installed")

SMALL = {"num_ranks": 5, "hand_size": 2, "information_tokens": 3, "life_tokens": 1}
VARIANTS = [
    ("Hanabi-Full-2p-v0", {}),
    ("Hanabi-Full-3p-v0", {}),
    ("Hanabi-Full-4p-v0", {}),
    ("Hanabi-Full-5p-v0", {}),
    ("Hanabi-Small-2p-v0", {}),
    ("Hanabi-VerySmall-2p-v0", {}),
    ("Hanabi-Small-2p-v0", {"num_players": 5}),
    ("Hanabi-VerySmall-2p-v0", {"num_players": 4}),
    ("Hanabi-Full-3p-v0", {"num_colors": 3, "num_ranks": 4, "hand_size": 6}),
    ("Hanabi-Full-2p-v0", {"num_ranks": 1, "hand_size": 2, "information_tokens": 1}),
    ("Hanabi-Full-2p-v0", {"knowledge": "none"}),
]
BY_DEFAULT = (0, 3, 4, 6)
NUM_ENVS = 8


def skilled(env):
    """Legal moves, mostly good ones, for games that last and are sometimes won."""

    def policy(key: jax.Array, state: Any) -> jax.Array:
        sizes = env.rules
        mine = state.hands[state.player.astype(jnp.int32)].astype(jnp.int32)
        heights = state.fireworks.astype(jnp.int32)
        following = jnp.arange(sizes.num_colors, dtype=jnp.int32) * sizes.num_ranks + heights
        following = jnp.where(heights < sizes.num_ranks, following, -1)
        good = (mine[:, None] == following).any(axis=1)
        weight = jnp.ones(sizes.num_moves + 1, jnp.float32)
        plays = jnp.where(good, np.float32(20), np.float32(0.1))
        weight = weight.at[sizes.hand_size : 2 * sizes.hand_size].set(plays)
        mask = env.action_mask(state)
        logits = jnp.where(mask, jnp.log(weight), np.float32(-np.inf))
        return jax.random.categorical(key, logits).astype(jnp.int32)

    return policy


def original(env):
    sizes = env.rules
    observed = "minimal" if env.knowledge == "none" else "card_knowledge"
    return pyspiel.load_game(
        "hanabi",
        {
            "players": sizes.num_players,
            "colors": sizes.num_colors,
            "ranks": sizes.num_ranks,
            "hand_size": sizes.hand_size,
            "max_information_tokens": sizes.information_tokens,
            "max_life_tokens": sizes.life_tokens,
            "observation_type": observed,
        },
    )


def before_the_draw(env, state):
    """A state as it was before the last card was drawn: OpenSpiel deals none once all is over."""
    last = state.last.player.astype(jnp.int32)
    newest = env.rules.hand_size - 1
    nothing = env.rules.num_kinds
    drew = (state.last.card < nothing) & (state.hands[last, newest] < nothing)
    undrawn = state.replace(
        num_drawn=state.num_drawn - np.uint8(1),
        hands=state.hands.at[last, newest].set(np.uint8(nothing)),
        possible=state.possible.at[last, newest].set(np.uint32(0)),
        told=state.told.at[last, newest].set(np.uint16(0)),
    )
    return jax.tree.map(lambda a, b: jnp.where(drew, a, b), undrawn, state)


def sorted_discards(text: str) -> str:
    """HLE's text with the discards in our order, not in that of their fall."""
    head, _, cards = text.partition("Discards:")
    return head + "Discards:" + "".join(f" {card}" for card in sorted(cards.split(), key=_place))


def _place(card: str) -> tuple[int, str]:
    return "RYGWB".index(card[0]), card[1]


def seen(theirs, num_players):
    return np.array([theirs.observation_tensor(player) for player in range(num_players)])


def follow(env, game, ours) -> float:
    """Plays our games again in the original, and asserts that all is the same."""
    everywhere = jax.jit(jax.vmap(jax.vmap(env.action_mask)))
    masks = np.asarray(everywhere(ours.state))
    ends = jax.jit(
        jax.vmap(jax.vmap(lambda s: env.observe(before_the_draw(env, s), env.default_params)))
    )
    last_obs = np.asarray(ends(ours.step.state))
    players = env.num_agents
    for copy in range(ours.start.shape[1]):
        starts = [*np.flatnonzero(ours.start[:, copy]), len(ours.start)]
        for begin, end in itertools.pairwise(starts):
            theirs, score = game.new_initial_state(), 0.0
            deck = iter(ours.state.deck[begin, copy].tolist())
            for now in range(begin, end):
                while theirs.is_chance_node():
                    theirs.apply_action(next(deck))
                player = theirs.current_player()
                np.testing.assert_array_equal(seen(theirs, players), ours.obs[now, copy])
                legal = np.zeros((players, env.rules.num_moves + 1), bool)
                legal[:, -1] = np.arange(players) != player
                legal[player, theirs.legal_actions()] = True
                np.testing.assert_array_equal(masks[now, copy], legal)
                if now % 16 == 0:
                    state = jax.tree.map(lambda leaf: leaf[now, copy], ours.state)  # noqa: B023
                    assert env.text(state) == sorted_discards(str(theirs))
                theirs.apply_action(int(ours.action[now, copy, player]))
                reward, score = theirs.returns()[0] - score, theirs.returns()[0]
                assert (ours.step.reward[now, copy] == reward).all()
                assert (ours.step.terminated[now, copy] == theirs.is_terminal()).all()
            if theirs.is_terminal():
                np.testing.assert_array_equal(seen(theirs, players), last_obs[end - 1, copy])
    return float(ours.step.reward.max())


def compare(env_id, fields, num_steps, seeds):
    env: Any = jaxenvs.make(env_id, **fields)
    game = original(env)
    assert game.num_distinct_actions() == env.rules.num_moves
    assert tuple(game.observation_tensor_shape()) == env.observation_space().shape[1:]
    for seed in seeds:
        ours = rollout.play(env, NUM_ENVS, num_steps, policy=skilled(env), seed=seed)
        assert ours.step.terminated.any()
        follow(env, game, ours)
        variant = ", ".join(f"{name}={value!r}" for name, value in fields.items())
        report.record(env_id, "open-spiel", NUM_ENVS * num_steps, 0.0, variant=variant)


@pytest.mark.parametrize("case", BY_DEFAULT)
def test_games_are_the_original_s(case):
    compare(*VARIANTS[case], num_steps=100, seeds=[0])


@pytest.mark.slow
@pytest.mark.parametrize(("env_id", "fields"), VARIANTS)
def test_many_games_are_the_original_s(env_id, fields):
    compare(env_id, fields, num_steps=200, seeds=range(1, 8))
