"""Pendulum, partly seen: swing up a rod without being told how fast it turns.

Source: popgym 1.0.7 `envs/position_only_pendulum.py` and `noisy_position_only_pendulum.py`; Morad
et al., "POPGym: Benchmarking partially observable reinforcement learning" (ICLR 2023). popjaxrl
says "Stateless" for "position only".
Differs from it in: float32 throughout.
"""

import dataclasses
from typing import Any, ClassVar

import jax
import numpy as np

from jaxenvs import core
from jaxenvs.envs.popgym import _control as control
from jaxenvs.registry import make

COS, SIN, SPEED = range(3)
WORST = -16.2736044  # the game's least reward, of a rod that hangs and turns as fast as it can


def _pendulum() -> core.Env[Any, Any]:
    return make("Pendulum-v1")


def _pendulum_params() -> Any:
    return control.endless_params(_pendulum())


class Params(control.Params):
    """Pendulum's numbers."""

    game: Any = dataclasses.field(default_factory=_pendulum_params)


class NoisyParams(control.NoisyParams):
    """Pendulum's numbers and those of the noise."""

    game: Any = dataclasses.field(default_factory=_pendulum_params)


class PositionOnlyPendulum(control.PartlySeen):
    """Pendulum with the observation `(2,)`: cosine and sine of the angle from upright.

    Action `(1,)`: torque (N m), counterclockwise is positive. Reward: the game's own, scaled from
    -16.27..0 to -1..1 and divided by `episode_length`. Never terminates; truncated after
    `episode_length` steps.
    """

    game: core.Env[Any, Any] = dataclasses.field(default_factory=_pendulum)
    """The game underneath: Pendulum with any options."""

    seen: ClassVar[tuple[int, ...]] = (COS, SIN)
    params_class: ClassVar[type[control.Params]] = Params

    def scale(self, reward: jax.Array) -> jax.Array:
        half = -WORST / 2
        return (reward + np.float32(half)) * np.float32(1 / half / self.episode_length)


class NoisyPositionOnlyPendulum(PositionOnlyPendulum, control.NoisilySeen):
    """Pendulum with the observation `(2,)`: cosine and sine of the angle, and noise on both.

    Action `(1,)`: torque (N m), counterclockwise is positive. Reward: the game's own, scaled from
    -16.27..0 to -1..1 and divided by `episode_length`. Never terminates; truncated after
    `episode_length` steps. Noisy observations are clipped to -1..1.
    """

    params_class: ClassVar[type[control.Params]] = NoisyParams

    def bound(self, params: control.Params) -> np.ndarray:
        del params
        return np.ones(2, np.float32)
