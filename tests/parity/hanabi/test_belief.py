"""The V0 belief against JaxMARL, which observes it."""

from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout

jaxmarl = pytest.importorskip("jaxmarl", reason="jaxmarl is in no extra of ours")


@pytest.mark.parametrize("num_players", [2, 5])
def test_beliefs_are_jaxmarl_s(num_players):
    """Observations along games with the same cards, until an action of ours does nothing."""
    env_id = f"Hanabi-Full-{num_players}p-v0"
    env: Any = jaxenvs.make(env_id, knowledge="belief")

    def policy(key, state):
        logits = jax.numpy.where(env.action_mask(state), 0.0, -np.inf)
        return jax.random.categorical(key, logits).astype(np.int32)

    with jax.numpy_dtype_promotion("standard"):
        theirs = jaxmarl.make("hanabi", num_agents=num_players)
        ours = rollout.play(env, 4, 100, policy=policy)
        step = jax.jit(theirs.step_env)
        error, state = 0.0, None
        for copy in range(4):
            for now in range(100):
                if ours.start[now, copy]:
                    deck = ours.state.deck[now, copy].astype(int)
                    pairs = np.stack([deck // 5, deck % 5], axis=1)
                    obs, state = theirs.reset_from_deck_of_pairs(pairs)
                    first = np.stack([obs[agent] for agent in theirs.agents])
                    np.testing.assert_allclose(first, ours.obs[now, copy], atol=1e-6)
                actions = dict(zip(theirs.agents, ours.action[now, copy], strict=True))
                obs, state, _, done, _ = step(jax.random.key(0), state, actions)
                if not done["__all__"]:  # ours draws a card even then, as HLE does
                    seen = np.stack([obs[agent] for agent in theirs.agents])
                    error = max(error, np.abs(seen - ours.step.obs[now, copy]).max())
    assert error < 1e-6
    report.record(env_id, "jaxmarl", 400, error, variant="knowledge='belief'")
