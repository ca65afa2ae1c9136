import pytest

from jaxenvs.envs.bsuite import experiments
from jaxenvs.wrappers import RewardNoise, RewardScale


def test_every_setting_of_every_experiment_can_be_made():
    assert len(experiments.EXPERIMENTS) == 23
    for name, experiment in experiments.EXPERIMENTS.items():
        for i in range(len(experiment.settings)):
            experiments.load(f"{name}/{i}")


def test_load_gives_settings_and_wrappers():
    assert experiments.load("deep_sea/1").size == 12  # type: ignore
    assert experiments.load("memory_len/3").default_params.memory_length == 4
    noisy = experiments.load("bandit_noise/6")
    assert isinstance(noisy, RewardNoise)
    assert (noisy.noise_scale, noisy.env.mapping_seed) == (0.3, 2)  # type: ignore
    scaled = experiments.load("catch_scale/19")
    assert isinstance(scaled, RewardScale)
    assert scaled.reward_scale == 1000.0


@pytest.mark.parametrize("bsuite_id", ["pong/0", "catch", "catch/20", "catch/-1", "catch/x"])
def test_unknown_experiments_are_refused(bsuite_id):
    with pytest.raises(ValueError, match="bsuite_id"):
        experiments.load(bsuite_id)
