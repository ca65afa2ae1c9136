"""Baird's counterexample: who diverges, and what is written about it."""

import numpy as np
import pytest

from jaxenvs.baselines.studies import td_stability


@pytest.fixture(scope="module")
def study():
    return td_stability.run(num_steps=20_000, num_seeds=3, widths=(16, 64, 256))


def final(study, name):
    return np.nan_to_num(np.median(study.errors[name][:, -1]), nan=np.inf)


@pytest.mark.slow
def test_linear_and_plain_networks_diverge_and_layer_norm_does_not(study):
    assert final(study, "linear") > 1e3
    assert final(study, "linear + l2") > 1e3
    assert final(study, "MLP, linear units") > 1e3
    assert np.nanmax(study.errors["layer norm, linear units"]) < 1e3
    for name in ("layer norm, linear units", "layer norm, tanh", "layer norm, tanh + l2"):
        assert final(study, name) < 10


@pytest.mark.slow
def test_instability_of_hidden_weights_falls_at_least_as_the_root_of_the_width(study):
    power = td_stability.slope(study.widths, study.instability["layer norm"])
    assert power <= -0.45
    assert power < td_stability.slope(study.widths, study.instability["MLP"]) - 0.3


def test_table_and_figure(tmp_path):
    study = td_stability.run(num_steps=2_000, num_seeds=1, widths=(4, 8))
    lines = td_stability.table(study).splitlines()
    assert lines[0] == "| values | 100 updates | 500 updates | 2,000 updates |"
    assert len(lines) == 2 + 10 + 1 + 2 + 2
    td_stability.figure(study, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
