"""Runs that share their compiled programs, and runs that end where they would compile."""

import pytest

from jaxenvs.baselines.runs import loop, run
from tests.baselines.runs.stops import Compiling


@pytest.fixture(scope="module")
def compiled_once():
    """Runs of a module with the same config and size share trainer and programs."""
    trainers, programs = {}, {}
    make, compile_programs = run.make_train, loop.compile_programs

    def make_once(name, config):
        key = name, repr(config)
        if key not in trainers:
            trainers[key] = make(name, config)
        return trainers[key]

    def compile_once(trainer, *size):
        key = id(trainer), size
        if key not in programs:
            programs[key] = compile_programs(trainer, *size)
        return programs[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "make_train", make_once)
        patch.setattr(loop, "compile_programs", compile_once)
        yield


@pytest.fixture
def no_compiling(monkeypatch):
    """The trainers that would have been compiled; compiling itself ends the run."""
    trainers = []

    def compile_programs(trainer, *rest):
        trainers.append(trainer)
        raise Compiling

    monkeypatch.setattr(loop, "compile_programs", compile_programs)
    return trainers
