"""CartPole, partly seen: balance a pole without being told how fast it falls, or where it is.

Source: popgym 1.0.7 `envs/position_only_cartpole.py`, `velocity_only_cartpole.py` and
`noisy_position_only_cartpole.py`; Morad et al., "POPGym: Benchmarking partially observable
reinforcement learning" (ICLR 2023). popjaxrl says "Stateless" for "position only".
Differs from it in: VelocityOnlyCartPole begins with the velocities, where popgym's first
observation has the positions; float32 throughout.
"""

import dataclasses
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.popgym import _control as control
from jaxenvs.registry import make

X, X_DOT, THETA, THETA_DOT = range(4)


def _cartpole() -> core.Env[Any, Any]:
    return make("CartPole-v1")


def _cartpole_params() -> Any:
    return control.endless_params(_cartpole())


class Params(control.Params):
    """CartPole's numbers."""

    game: Any = dataclasses.field(default_factory=_cartpole_params)


class NoisyParams(control.NoisyParams):
    """CartPole's numbers and those of the noise."""

    game: Any = dataclasses.field(default_factory=_cartpole_params)


class PositionOnlyCartPole(control.PartlySeen):
    """CartPole with the observation `(2,)`: position of the cart (m), angle of the pole (rad).

    Actions: 0 push left, 1 push right. Reward: 1 / `episode_length` for every step. Ends when the
    cart leaves +-2.4 m or the pole leaves +-12 degrees; truncated after `episode_length` steps.
    """

    game: core.Env[Any, Any] = dataclasses.field(default_factory=_cartpole)
    """The game underneath: CartPole with any options."""

    seen: ClassVar[tuple[int, ...]] = (X, THETA)
    params_class: ClassVar[type[control.Params]] = Params

    def scale(self, reward: jax.Array) -> jax.Array:
        # The game gives 0 for pushing what has fallen already.
        alive = np.float32(1 / self.episode_length)
        return jnp.where(jnp.abs(reward) < 1e-9, np.float32(-1), alive)


class VelocityOnlyCartPole(PositionOnlyCartPole):
    """CartPole with the observation `(2,)`: velocity of the cart (m/s), of the pole (rad/s).

    Actions: 0 push left, 1 push right. Reward: 1 / `episode_length` for every step. Ends when the
    cart leaves +-2.4 m or the pole leaves +-12 degrees; truncated after `episode_length` steps.
    """

    seen: ClassVar[tuple[int, ...]] = (X_DOT, THETA_DOT)


class NoisyPositionOnlyCartPole(PositionOnlyCartPole, control.NoisilySeen):
    """CartPole with the observation `(2,)`: position and angle, and normal noise on both.

    Actions: 0 push left, 1 push right. Reward: 1 / `episode_length` for every step. Ends when the
    cart leaves +-2.4 m or the pole leaves +-12 degrees; truncated after `episode_length` steps.
    Noisy observations are clipped to twice these limits.
    """

    params_class: ClassVar[type[control.Params]] = NoisyParams

    def bound(self, params: control.Params) -> jax.Array:
        return jnp.stack([2 * params.game.x_limit, 2 * params.game.theta_limit])
