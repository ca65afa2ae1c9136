"""The noise and scale experiments of bsuite: five of its games with other rewards.

Source: bsuite's `experiments/*_noise` and `experiments/*_scale`.

For other constructor fields of a game, wrap it yourself:
`RewardNoise(env=jaxenvs.make("bsuite-Catch-v0", rows=20))`.
"""

from typing import Any

from jaxenvs.core import Env
from jaxenvs.envs.bsuite.bandit import SimpleBandit
from jaxenvs.envs.bsuite.cartpole import Cartpole
from jaxenvs.envs.bsuite.catch import Catch
from jaxenvs.envs.bsuite.mnist import MNISTBandit
from jaxenvs.envs.bsuite.mountain_car import MountainCar
from jaxenvs.wrappers import RewardNoise, RewardScale


class BanditNoise(RewardNoise):
    """SimpleBandit with noisy rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.bandit` lists.
    """

    env: Env[Any, Any] = SimpleBandit()


class BanditScale(RewardScale):
    """SimpleBandit with scaled rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.bandit` lists.
    """

    env: Env[Any, Any] = SimpleBandit()


class CartpoleNoise(RewardNoise):
    """Cartpole with noisy rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.cartpole` lists.
    """

    env: Env[Any, Any] = Cartpole()


class CartpoleScale(RewardScale):
    """Cartpole with scaled rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.cartpole` lists.
    """

    env: Env[Any, Any] = Cartpole()


class CatchNoise(RewardNoise):
    """Catch with noisy rewards.

    Differs from bsuite in nothing.
    """

    env: Env[Any, Any] = Catch()


class CatchScale(RewardScale):
    """Catch with scaled rewards.

    Differs from bsuite in nothing.
    """

    env: Env[Any, Any] = Catch()


class MNISTNoise(RewardNoise):
    """MNISTBandit with noisy rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.mnist` lists.
    """

    env: Env[Any, Any] = MNISTBandit()


class MNISTScale(RewardScale):
    """MNISTBandit with scaled rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.mnist` lists.
    """

    env: Env[Any, Any] = MNISTBandit()


class MountainCarNoise(RewardNoise):
    """MountainCar with noisy rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.mountain_car` lists.
    """

    env: Env[Any, Any] = MountainCar()


class MountainCarScale(RewardScale):
    """MountainCar with scaled rewards.

    Differs from bsuite in: what `jaxenvs.envs.bsuite.mountain_car` lists.
    """

    env: Env[Any, Any] = MountainCar()
