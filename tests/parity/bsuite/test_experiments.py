"""The list of experiments against bsuite's own."""

import pytest

from jaxenvs.envs.bsuite import experiments

sweep = pytest.importorskip("bsuite.sweep", reason="bsuite is not installed")


def test_all_settings_are_bsuite_s():
    theirs = {
        bsuite_id: {name: value for name, value in settings.items() if name != "seed"}
        for bsuite_id, settings in sweep.SETTINGS.items()
    }
    ours = {
        f"{name}/{i}": settings
        for name, experiment in experiments.EXPERIMENTS.items()
        for i, settings in enumerate(experiment.settings)
    }
    assert ours == theirs
    for bsuite_id, num_episodes in sweep.EPISODES.items():
        name = bsuite_id.partition("/")[0]
        assert experiments.EXPERIMENTS[name].num_episodes == num_episodes
