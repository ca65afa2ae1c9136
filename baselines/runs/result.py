"""The result of a run."""

import dataclasses

import numpy as np

from jaxenvs.baselines.runs.log import Row

_SCORES = ("return", "return_std", "return_min", "return_max", "length")


@dataclasses.dataclass(frozen=True)
class Result:
    """Greedy returns of all learners, and what the run took."""

    out: str  # the run's folder
    algorithm: str
    env: str
    updates: int
    env_steps: int  # of each learner
    agents: list[
        Row
    ]  # a row per learner: seed, swept numbers, greedy return and its spread over episodes
    train_seconds: float  # of this process, without compiling
    compile_seconds: float
    steps_per_second: float  # of all learners together, without compiling
    num_devices: int
    versions: dict[str, str]

    @property
    def returns(self) -> np.ndarray:
        """Mean greedy return of each learner."""
        return np.array([agent["return"] for agent in self.agents])

    def table(self) -> str:
        """The greedy returns as text, one line per learner, and two lines about the whole."""
        named = [name for name in self.agents[0] if name not in _SCORES]
        header = [*named, "greedy return", "std", "worst", "length"]
        shown = ("return", "return_std", "return_min", "length")
        body = [
            [f"{agent[name]:g}" for name in named] + [f"{agent[name]:.1f}" for name in shown]
            for agent in self.agents
        ]
        widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
        rule = ["-" * width for width in widths]
        lines = [
            "  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True))
            for line in [header, rule, *body]
        ]
        lines.append(
            f"mean {self.returns.mean():.1f}, worst agent {self.returns.min():.1f}, "
            f"after {self.env_steps:,} steps each"
        )
        lines.append(
            f"compiled in {self.compile_seconds:.1f} s, trained in {self.train_seconds:.1f} s, "
            f"{self.steps_per_second:,.0f} steps/s on {self.num_devices} device(s)"
        )
        return "\n".join(lines)
