"""PPO's preset drives a unicycle of Kinetix to its goal, by entities."""

import dataclasses

import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.runs.algorithms import preset
from tests.learning.judge import greedy_returns


@pytest.mark.slow
@pytest.mark.parametrize("encoder", ["sets", "transformer"])
def test_unicycle(encoder):
    config = preset("ppo", "Kinetix-S-Entity-MultiDiscrete-v0")
    config = dataclasses.replace(
        config,
        env_kwargs=config.env_kwargs | {"level": "h6_unicycle_right"},
        total_steps=60_000,
        encoder=encoder,
        eval_episodes=2,
    )
    # 1 for the goal, and what is left of the dense reward; chance gets a third of the episodes.
    assert greedy_returns(ppo.make_train(config), 3).min() >= 1
