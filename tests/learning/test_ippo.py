"""IPPO's presets reach their targets: greedy returns of several seeds, trained in one program."""

import dataclasses
import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines.parts.evaluate import play_episodes
from jaxenvs.baselines.runs.algorithms import make_train, preset
from tests.learning.judge import greedy_returns

pytestmark = pytest.mark.slow


def trainer_of(env_id, **changes: Any):
    return make_train("ippo", dataclasses.replace(preset("ippo", env_id), **changes))


def theft_share(trainer, carry, key):
    """Which share of the coins that are taken is of the other's color."""

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


def test_predators_learn_to_catch_and_prey_to_escape():
    """Trained and untrained predators and prey against each other."""
    trainer = trainer_of("MPE-SimpleTag-v3")
    is_prey = np.array([name.startswith("agent") for name in trainer.env.unwrapped.agents])

    def act(weights, obs, mask, past):
        predators, prey = (trainer.act(own, obs, mask, past) for own in weights)
        return jnp.where(is_prey, prey[0], predators[0]), predators[1]

    def judge(carry, key):
        """Returns of a predator and the prey, `[predators, prey, 2]`, untrained ones first."""
        teams = (
            trainer.policy(trainer.init(jax.random.key(77), trainer.hp)),
            trainer.policy(carry),
        )
        returns = jnp.stack(
            [
                play_episodes(trainer.env, act, pair, key, 256, memory=trainer.memory)[0]
                for pair in itertools.product(teams, teams)
            ]
        )
        return {"return": returns.mean(axis=1)[:, np.array([0, 3])].reshape(2, 2, 2)}

    returns = greedy_returns(dataclasses.replace(trainer, evaluate=judge), 2).mean(axis=0)
    assert returns[1, 1, 0] > 4 * returns[0, 1, 0]  # ten for each time that the prey is caught
    assert returns[1, 1, 1] > returns[1, 0, 1] + 20  # who does not know how runs out of the world
