"""bsuite's runner and its logging to csv files, read again by its analysis."""

from typing import Any

import numpy as np
import pytest
from bsuite.baselines import experiment
from bsuite.baselines.random import agent as random_agent
from bsuite.logging import csv_load, csv_logging

from jaxenvs.adapters.dm_env import DmEnv

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_run_is_written_and_read(tmp_path):
    game: Any = DmEnv("bsuite-Catch-v0", seed=0)
    env: Any = csv_logging.wrap_environment(game, "catch/0", str(tmp_path))
    player = random_agent.default_agent(env.observation_spec(), env.action_spec(), seed=0)
    experiment.run(player, env, num_episodes=20)
    rows, _ = csv_load.load_bsuite(str(tmp_path))
    assert rows.episode.max() == 20
    last = rows[rows.episode == 20].iloc[0]
    assert last.steps == 20 * 9
    assert last.total_regret == 20 - last.total_return
    assert set(np.unique(rows.episode_return)) <= {-1.0, 1.0}
