"""What the configs of all algorithms share."""

import dataclasses
from typing import Any, ClassVar

import numpy as np


class RunConfig:
    """Base of a config: a frozen dataclass with these fields, and one for each traced number."""

    traced: ClassVar[type[Any]]
    """The class of the numbers that a sweep may vary; its fields are fields of the config."""

    total_steps: int
    num_envs: int
    num_steps: int

    @property
    def hyper_params(self) -> Any:
        """The sweepable fields, in the class `traced`, as float32 scalars."""
        names = [field.name for field in dataclasses.fields(self.traced)]
        return self.traced(**{name: np.float32(getattr(self, name)) for name in names})

    @property
    def batch_size(self) -> int:
        """Environment steps per update."""
        return self.num_envs * self.num_steps

    @property
    def num_updates(self) -> int:
        """Updates per run; steps beyond the last whole one are not taken."""
        return self.total_steps // self.batch_size
