"""Every number and word of every config and of the options is refused by name outside its range."""

import dataclasses
import math
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from jaxenvs import ranges
from jaxenvs.baselines.runs import algorithms, limits, run
from jaxenvs.baselines.runs.options import Options, RunError

RECORDS = {name: algorithms.default_config(name) for name in algorithms.ALGORITHMS}
RECORDS["options"] = Options()
FREE = {
    # any finite number; checked otherwise
    "options": {"stop_return", "coordinator", "out", "init_from"},
    **{name: {"env", "drift"} for name in algorithms.ALGORITHMS},  # names, with their own checks
}


def kinds(annotation: Any) -> Iterator[Any]:
    """The types under unions and tuples of an annotation, with their ranges."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, tuple):
        for inner in typing.get_args(annotation):
            yield from kinds(inner)
    elif annotation not in (types.NoneType, Ellipsis):
        yield annotation


def outside(annotation: Any) -> Iterator[Any]:
    """Values that are just outside of what an annotation allows, and values of other kinds."""
    origin = typing.get_origin(annotation)
    if origin is Literal:
        yield from ("nonsense", 3, None)
    elif origin is tuple:
        yield 64
        for inner in kinds(annotation):
            yield from ((value,) for value in outside(inner))
    elif origin in (typing.Union, types.UnionType):
        for inner in kinds(annotation):
            yield from (value for value in outside(inner) if value is not None)
    elif annotation is bool:
        yield from ("no", 1, None)
    elif (range_ := ranges.range_of(annotation)) is not None:
        whole = typing.get_args(annotation)[0] is int
        step = 1 if whole else 1e-6
        yield from (
            range_.low if range_.above else range_.low - step,
            math.nan,
            math.inf,
            -math.inf,
        )
        yield from ("3", True, None, [1])
        yield range_.high + step if range_.high < math.inf else 2**31 if whole else 1e39
        if whole:
            yield from (range_.low + 0.5, 2**63, 10**30)


@pytest.mark.parametrize("name", RECORDS)
def test_every_number_and_every_word_declares_what_it_may_be(name: str) -> None:
    for field, annotation in ranges.annotations(type(RECORDS[name])).items():
        for kind in kinds(annotation):
            loose = kind in (int, float, str)
            assert not loose or field in FREE[name], f"{field} declares no range"


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_outside_is_refused_by_name(name: str) -> None:
    record = RECORDS[name]
    record.check()
    tried = 0
    for field, annotation in ranges.annotations(type(record)).items():
        for value in outside(annotation):
            changed = dataclasses.replace(record, **{field: value})
            with pytest.raises(
                (ValueError, TypeError), match=rf"^{field}(\[0\])?: expected"
            ) as error:
                changed.check()
            assert "\n" not in str(error.value)
            tried += 1
    assert tried > 50


@pytest.mark.parametrize("name", algorithms.ALGORITHMS)
def test_swept_values_have_the_ranges_of_their_fields(name: str) -> None:
    config = algorithms.default_config(name)
    for field, annotation in config.sweepable.items():
        for value in outside(annotation):
            options = Options(sweep={field: (getattr(config, field, 0.5), value)})
            with pytest.raises(RunError, match=rf"^sweep\.{field}: expected"):
                limits.check(name, config, options)


def test_a_swept_value_has_to_go_with_the_other_settings() -> None:
    config = algorithms.default_config("dqn")
    limits.check("dqn", config, Options(sweep={"trace_lambda": (0.0,)}))
    with pytest.raises(RunError, match=r"^sweep\.trace_lambda: expected 0 without sequences"):
        limits.check("dqn", config, Options(sweep={"trace_lambda": (0.0, 0.5)}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 2**32 - 1, "seeds": 2}, "seeds: expected seed . seeds of at most 4,294,967,296"),
        ({"stop_return": math.nan}, "stop_return: expected a number, finite"),
        ({"stop_return": "5"}, "stop_return: expected a number"),
        ({"process_id": 2}, "process_id: expected less than num_processes = 1, got 2"),
        ({"num_processes": 2}, "num_processes: needs a coordinator"),
        ({"coordinator": "abc"}, "coordinator: expected HOST:PORT .*, got 'abc'"),
        ({"coordinator": "host:0"}, "coordinator: expected HOST:PORT"),
        ({"coordinator": "host:65536"}, "coordinator: expected HOST:PORT"),
        ({"coordinator": ":80"}, "coordinator: expected HOST:PORT"),
        ({"sweep": [1]}, "sweep: expected a Mapping"),
        ({"sweep": {"lr": ()}}, r"sweep\.lr: expected at least one value"),
        ({"sweep": {"lr": "ab"}}, r"sweep\.lr: expected at least one value"),
        ({"sweep": {"lrr": (1.0,)}}, "sweep: expected one of lr, .*; got 'lrr'"),
        (
            {"sweep": dict.fromkeys(("lr", "gamma", "clip", "ent_coef"), (0.1,) * 40)},
            "sweep: expected at most 10,000 combinations of values, got 2,560,000",
        ),
        ({"sweep": {"lr": (0.1, 0.2)}, "seeds": 10**6}, "seeds: expected at most 1,000,000 learn"),
        ({"out": 3}, "out: expected a Path, got 3"),
    ],
)
def test_options_that_do_not_go_together(changes: dict[str, Any], said: str, tmp_path) -> None:
    options = Options(**{"out": tmp_path / "run", **changes})
    with pytest.raises(RunError, match=f"^{said}"):
        run.train("ppo", algorithms.default_config("ppo"), options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"num_envs": 2**31 - 1}, "num_envs", "of at most 2,147,483,647, got"),
        ({"num_envs": 1, "num_steps": 4, "total_steps": 10**12}, "total_steps", "updates"),
    ],
)
def test_counts_stay_countable(changes: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field}: expected .*{said}"):
        dataclasses.replace(algorithms.default_config("ppo"), **changes).check()


@pytest.mark.parametrize(
    ("changes", "seeds", "blamed"),
    [
        ({"num_envs": 2**22, "total_steps": 10**10}, 1, "num_envs"),
        ({"eval_episodes": 10**8}, 1, "eval_episodes"),
        ({"hidden": (10**6, 10**6)}, 1, "hidden"),
        ({}, 100_000, "seeds"),
    ],
)
def test_what_does_not_fit_into_memory_is_refused_by_name(
    changes: dict[str, Any], seeds: int, blamed: str, monkeypatch
) -> None:
    monkeypatch.setattr(limits, "_memory", lambda: 2**30)
    config = dataclasses.replace(algorithms.default_config("ppo"), **changes)
    config.check()
    with pytest.raises(RunError, match=rf"^{blamed}: expected a run that fits into the 1 GiB"):
        limits.check_memory("ppo", config, Options(seeds=seeds))


def test_what_fits_into_memory_passes(monkeypatch) -> None:
    monkeypatch.setattr(limits, "_memory", lambda: 2**30)
    changes: dict[str, Any] = {"num_envs": 2**12, "num_steps": 256, "total_steps": 10**8}
    config = dataclasses.replace(algorithms.default_config("ppo"), **changes)
    limits.check_memory("ppo", config, Options())
    monkeypatch.setattr(limits, "_memory", lambda: None)  # it does not tell
    limits.check_memory("ppo", dataclasses.replace(config, hidden=(10**6,)), Options())
