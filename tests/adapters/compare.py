"""Whether two things that Gymnasium's interface returned are the same, and how both are made."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv

MODES = list(AutoresetMode)
NUM_ENVS = 5


def assert_same(ours, theirs, rounding=0.0, where="result"):
    """Same structure, types, dtypes, shapes and values; floats may differ by `rounding`."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), where
        assert set(ours) == set(theirs), where
        for name in theirs:
            assert_same(ours[name], theirs[name], rounding, f"{where}[{name!r}]")
    elif isinstance(theirs, tuple):
        assert isinstance(ours, tuple), where
        for i, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(our, their, rounding, f"{where}[{i}]")
    elif isinstance(theirs, np.ndarray) and theirs.dtype == object:
        assert ours.dtype == object, where
        for i, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(our, their, rounding, f"{where}[{i}]")
    else:
        assert type(ours) is type(theirs), f"{where}: {type(ours)} and {type(theirs)}"
        if not (rounding and isinstance(theirs, np.ndarray) and theirs.dtype.kind == "f"):
            np.testing.assert_array_equal(ours, theirs, where, strict=True)
            return
        close = {"rtol": rounding, "atol": rounding, "err_msg": where, "strict": True}
        np.testing.assert_allclose(ours, theirs, **close)


def make(name, **kwargs) -> Any:
    return gym.make(name, **kwargs)


def pair(game, mode, num_envs=NUM_ENVS):
    """Our vector environment, and Gymnasium's over single ones."""
    ours = GymnasiumVectorEnv(game, num_envs, autoreset_mode=mode)
    return ours, SyncVectorEnv([lambda: GymnasiumEnv(game)] * num_envs, autoreset_mode=mode)


def make_vec(name, num_envs, **kwargs) -> Any:
    return gym.make_vec(name, num_envs, **kwargs)
