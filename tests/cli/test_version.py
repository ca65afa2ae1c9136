import importlib.metadata
import os
import platform

import jax
import numpy as np

import jaxenvs
from jaxenvs.cli import main, version


def facts(capsys) -> dict[str, str]:
    assert main(["--version", "--verbose"]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {name: value for name, _, value in (line.partition("  ") for line in lines)}


def test_verbose_says_what_a_report_has_to(capsys, monkeypatch):
    monkeypatch.setenv("JAX_SOME_FLAG", "1")
    monkeypatch.setenv("SECRET", "42")
    shown = {name: value.strip() for name, value in facts(capsys).items()}
    assert shown["jaxenvs"] == jaxenvs.__version__
    assert shown["Python"] == platform.python_version()
    assert shown["jax"] == jax.__version__
    assert shown["numpy"] == np.__version__
    assert shown["gymnasium"] == importlib.metadata.version("gymnasium")
    assert shown["platform"].endswith(f", {os.cpu_count()} CPUs")
    assert shown["devices"].startswith(f"{jax.default_backend()}, {len(jax.devices())} x ")
    assert "JAX_SOME_FLAG=1" in shown["flags"]
    assert "SECRET" not in shown["flags"]
    assert shown["cache"] == os.environ["JAX_COMPILATION_CACHE_DIR"]


def test_a_machine_without_a_backend_says_why(monkeypatch):
    def broken():
        raise RuntimeError("Unable to initialize backend 'cuda': no GPU\nmore")

    monkeypatch.setattr(jax, "devices", broken)
    assert version.devices() == "none: Unable to initialize backend 'cuda': no GPU"


def test_extras_are_told_by_their_packages(monkeypatch):
    required = [
        "numpy",
        "flax; extra == 'baselines'",
        'optax>=1; extra == "baselines"',
        "pygame-ce; extra == 'render'",
        "jaxenvs[baselines,render]; extra == 'all'",
    ]
    assert version.packages_by_extra(required) == {
        "baselines": ["flax", "optax"],
        "render": ["pygame-ce"],
    }
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: required)
    installed = {"flax": "0.9"}
    monkeypatch.setattr(version, "version_of", lambda name: installed.get(name, ""))
    assert version.extras() == [("[baselines]", "flax 0.9, optax missing")]
    installed.clear()
    assert version.extras() == [("extras", "none")]


def test_a_checkout_that_is_not_installed_says_so(monkeypatch):
    def absent(_):
        raise importlib.metadata.PackageNotFoundError("jaxenvs")

    monkeypatch.setattr(importlib.metadata, "requires", absent)
    ((_, said),) = version.extras()
    assert said.startswith("unknown")
