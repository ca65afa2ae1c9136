"""IPPO's presets reach their targets: greedy returns of several seeds, trained in one program."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from jaxenvs.baselines import ippo
from jaxenvs.baselines.common.evaluate import play_episodes
from tests.learning.judge import greedy_returns

pytestmark = pytest.mark.slow


def trainer_of(env_id, **changes: Any):
    return ippo.make_train(dataclasses.replace(ippo.PRESETS[env_id], **changes))


def theft_share(trainer, carry, key):
    """Which share of the coins that are taken is of the other's colour."""

    def total(env):
        policy = trainer.policy(carry)
        returns, _ = play_episodes(env, trainer.act, policy, key, 128, memory=trainer.memory)
        return returns.sum()

    # A coin pays 1, and a theft costs the other 2: the same episodes without that count coins.
    coins = total(trainer.env.with_params(theft_penalty=0.0))
    return (coins - total(trainer.env)) / (2 * coins)


def test_cooks_serve():
    assert greedy_returns(trainer_of("Overcooked-CrampedRoom-v0"), 2).min() >= 180


def test_a_team_spreads():
    assert greedy_returns(trainer_of("MPE-SimpleSpread-v3"), 2).mean() >= -15


def test_independent_players_steal_and_a_team_does_not():
    def thefts(trainer):
        def judge(carry, key):
            return {"return": theft_share(trainer, carry, key)}

        return greedy_returns(dataclasses.replace(trainer, evaluate=judge), 2)

    alone = trainer_of("Social-CoinGame-v1")
    team = trainer_of("Social-CoinGame-v1", env_kwargs={"shared_rewards": True})
    assert thefts(alone).mean() >= 0.4
    assert thefts(team).mean() <= 0.2


def test_prisoners_defect():
    returns = greedy_returns(trainer_of("Social-MatrixGame-v1"), 2)
    np.testing.assert_allclose(returns, -200)  # both defect at all 100 steps
