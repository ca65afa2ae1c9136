"""The ranges that annotations declare, and the check that reads them."""

import dataclasses
import math
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from jaxenvs import ranges
from jaxenvs.ranges import Count, NonNegative, Positive, Range, Share, Whole


@dataclasses.dataclass(frozen=True)
class Record:
    count: Count = 4
    whole: Whole = 0
    share: Share = 0.5
    positive: Positive = 1.0
    cost: NonNegative = 0.0
    seed: Annotated[int, Range(0, 2**32 - 1)] = 0
    plain: int = -3
    number: float = -1.5
    mode: Literal["tanh", "relu"] = "tanh"
    flag: bool = False
    name: str = "x"
    size: Count | None = None
    shape: tuple[Count, ...] = (64, 64)
    place: tuple[int, int] | None = None
    anything: Any = None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


def test_what_fits_passes() -> None:
    ranges.check(Record())
    ranges.check(Record(share=1, size=3, shape=(), place=(1, -2), anything=object()))
    scalars: dict[str, Any] = {"count": np.int64(2), "positive": np.float32(2)}
    ranges.check(Record(**scalars | {"flag": np.bool_(True), "seed": 2**32 - 1}))


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"count": 0}, ValueError, "count: expected a whole number of at least 1, got 0"),
        ({"count": 2.0}, TypeError, "count: expected a whole number of at least 1, got 2.0"),
        ({"count": True}, TypeError, "count: expected a whole number of at least 1, got True"),
        ({"whole": -1}, ValueError, "whole: expected a whole number of at least 0, got -1"),
        ({"share": 1.5}, ValueError, "share: expected a number from 0 to 1, got 1.5"),
        ({"share": "1"}, TypeError, "share: expected a number from 0 to 1, got '1'"),
        ({"share": math.nan}, ValueError, "share: expected a number from 0 to 1, got nan"),
        ({"positive": 0}, ValueError, "positive: expected a number above 0, got 0"),
        (
            {"cost": math.inf},
            ValueError,
            "cost: expected a number of at least 0, finite, got inf",
        ),
        ({"seed": 2**32}, ValueError, "seed: expected a whole number from 0 to 4,294,967,295"),
        ({"plain": 2**31}, ValueError, "plain: expected a whole number that 32 bits hold"),
        ({"count": 2**63}, ValueError, "count: expected a whole number of at least 1 that 32 bits"),
        ({"positive": 1e39}, ValueError, "positive: expected a number above 0 that 32 bits hold"),
        ({"number": -(10**400)}, ValueError, "number: expected a number that 32 bits hold"),
        ({"share": 10**400}, ValueError, "share: expected a number from 0 to 1, got 1000"),
        ({"mode": "tahn"}, ValueError, "mode: expected 'tanh' or 'relu', got 'tahn'"),
        ({"mode": 3}, ValueError, "mode: expected 'tanh' or 'relu', got 3"),
        ({"flag": "no"}, TypeError, "flag: expected True or False, got 'no'"),
        ({"flag": 1}, TypeError, "flag: expected True or False, got 1"),
        ({"name": 3}, TypeError, "name: expected a str, got 3"),
        ({"size": 0}, ValueError, "size: expected a whole number of at least 1, got 0"),
        ({"size": "a"}, TypeError, "size: expected a whole number of at least 1, got 'a'"),
        ({"shape": 64}, TypeError, "shape: expected a tuple, got 64"),
        ({"shape": (3, 0)}, ValueError, r"shape\[1\]: expected a whole number of at least 1"),
        ({"place": (1,)}, ValueError, r"place: expected 2 values, got \(1,\)"),
        ({"options": [1]}, TypeError, r"options: expected a dict, got \[1\]"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    changes: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=f"^{message}"):
        ranges.check(Record(**changes))


def test_ranges_are_found_and_read_as_words() -> None:
    assert ranges.range_of(ranges.annotations(Record)["share"]) == Range(0, 1)
    assert ranges.range_of(ranges.annotations(Record)["number"]) is None
    assert str(Range(0, 1, above=True)) == "above 0, 1 at most"
    assert str(Range()) == ""
