"""Runs that end where they would compile."""

import pytest

from jaxenvs.baselines.runs import loop
from tests.baselines.runs.stops import Compiling


@pytest.fixture
def no_compiling(monkeypatch):
    """The trainers that would have been compiled; compiling itself ends the run."""
    trainers = []

    def compile_programs(trainer, *rest):
        trainers.append(trainer)
        raise Compiling

    monkeypatch.setattr(loop, "compile_programs", compile_programs)
    return trainers
