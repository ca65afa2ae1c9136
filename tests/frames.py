"""What the tests of all families' pictures share."""

from typing import Any

import jax
import numpy as np

from jaxenvs.core import Env
from jaxenvs.render import draw


def drawn(env: Env[Any, Any], size: int = 128, **changes: Any) -> np.ndarray:
    """The picture of a start with some fields of the state changed."""
    _, state = env.reset(jax.random.key(0))
    return draw(env, state.replace(**changes), size=size)


def check_picture(picture: np.ndarray, size: int) -> None:
    """An rgb image of that size with something on it."""
    assert picture.dtype == np.uint8
    assert max(picture.shape[:2]) == size
    assert picture.shape[2] == 3
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 5
