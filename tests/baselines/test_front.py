"""`jaxenvs.baselines.train` and `load_policy`, the doors from Python."""

import pathlib

import pytest

from jaxenvs import baselines
from jaxenvs.baselines.runs import run
from jaxenvs.baselines.runs.options import Options


@pytest.fixture
def asked(monkeypatch):
    """What a training is asked for, without training."""
    calls = []
    monkeypatch.setattr(run, "train", lambda *call: calls.append(call))
    return calls


def test_settings_go_to_the_config_and_to_the_run(asked):
    sweep = {"lr": [1e-3, 3e-4]}
    baselines.train("ppo", "Acrobot-v1", out="a", seeds=3, hidden=[8], gamma=0.9, sweep=sweep)
    ((algorithm, config, options),) = asked
    assert algorithm == "ppo"
    assert (config.env, config.hidden, config.gamma) == ("Acrobot-v1", (8,), 0.9)
    assert config.total_steps == run.preset("ppo", "Acrobot-v1").total_steps
    assert options == Options(out=pathlib.Path("a"), seeds=3, sweep=sweep)


def test_the_default_environment_is_the_algorithm_s(asked):
    baselines.train("mappo")
    assert asked[0][1] == run.preset("mappo", run.default_config("mappo").env)
    assert asked[0][2] == Options()


def test_mistakes_are_named_before_anything_compiles(asked, tmp_path):
    with pytest.raises(TypeError, match=r"'learning_rate' is no setting of ppo and no option"):
        baselines.train("ppo", learning_rate=1e-3)
    with pytest.raises(TypeError, match="did you mean 'seeds'"):
        baselines.train("ppo", sedes=3)
    with pytest.raises(ValueError, match="algorithm: expected one of ppo"):
        baselines.train("pppo")
    with pytest.raises(ValueError, match="num_minibatches"):
        baselines.train("ppo", num_minibatches=3)
    assert not asked
    with pytest.raises(ValueError, match="expected a run's folder"):
        baselines.load_policy(tmp_path)
