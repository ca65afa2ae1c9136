"""Kinds of numbers that fields of configs hold, beside those of `jaxenvs.ranges`."""

from typing import Annotated

from jaxenvs.ranges import Range

TotalSteps = Annotated[int, Range(1, 10**12)]
"""Environment steps of a run."""
LogDeviation = Annotated[float, Range(-20, 20)]
"""The logarithm of a deviation."""
Width = Annotated[int, Range(1, 10**6)]
"""Of a layer or a memory."""
Filters = Annotated[int, Range(0, 10**6)]
"""Of a convolution; 0: there is none."""
PositiveShare = Annotated[float, Range(0, 1, above=True)]
"""Above 0, 1 at most."""
