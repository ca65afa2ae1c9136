"""What the configs of all algorithms share."""

import dataclasses
import functools
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxenvs import ranges
from jaxenvs.baselines.parts import checks
from jaxenvs.struct import PyTree

HyperParams = Any
"""The traced numbers of a config: a pytree of float32 scalars, a field for each `swept` one."""


def swept(default: float) -> Any:
    """A field of a config whose number is traced: it may differ between the learners of a program.

    All other fields are fixed when compiling.
    """
    return dataclasses.field(default=default, metadata={"swept": True})


class RunConfig:
    """Base of a config: a frozen dataclass with these fields."""

    total_steps: int
    num_envs: int
    num_steps: int

    def check(self) -> None:
        """Raises `ValueError` or `TypeError` that names the field that does not fit.

        Ranges are checked first, as the annotations declare them, then what spans fields.
        """
        ranges.check(self)
        checks.countable(self)
        checks.one_update(self)

    @property
    def hyper_params(self) -> HyperParams:
        """The `swept` fields, in their order, as float32 scalars."""
        names = tuple(self.sweepable)
        return _record(names)(**{name: np.float32(getattr(self, name)) for name in names})

    @property
    def sweepable(self) -> Mapping[str, Any]:
        """The annotation of every `swept` field, in their order."""
        declared = ranges.annotations(type(self))
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {f.name: declared[f.name] for f in fields if f.metadata.get("swept")}

    @property
    def batch_size(self) -> int:
        """Environment steps per update."""
        return self.num_envs * self.num_steps

    @property
    def num_updates(self) -> int:
        """Updates per run; steps beyond the last whole one are not taken."""
        return self.total_steps // self.batch_size


@functools.cache
def _record(names: tuple[str, ...]) -> type[Any]:
    """A pytree class with these fields, the same one for the same names."""
    fields = {"__annotations__": dict.fromkeys(names, Any), "__module__": __name__}
    return types.new_class("HyperParams", (PyTree,), exec_body=lambda ns: ns.update(fields))
