"""Classic control, drawn and played as the game underneath is."""

from collections.abc import Callable
from typing import Any

import numpy as np

from jaxenvs.envs.popgym.cartpole import (
    NoisyPositionOnlyCartPole,
    PositionOnlyCartPole,
    VelocityOnlyCartPole,
)
from jaxenvs.envs.popgym.pendulum import NoisyPositionOnlyPendulum, PositionOnlyPendulum
from jaxenvs.registry import make
from jaxenvs.render.picture import Picture, Pictures, picture_of


def _picture(env_id: str, observed: Callable[..., dict[str, float]]) -> Picture:
    """That of the game underneath, and pale beside it where the noise puts it.

    `observed` turns an observation's numbers into the game's coordinates.
    """

    def draw(env: Any, state: Any, params: Any, size: int) -> np.ndarray:
        draw_game = picture_of(env.game).draw
        truth = draw_game(env.game, state.game, params.game, size)
        if not hasattr(state, "noise"):
            return truth
        numbers = np.asarray(env.observe(state, params)).tolist()
        noisy = state.game.replace(**observed(*numbers))
        ghost = draw_game(env.game, noisy, params.game, size)
        return (0.72 * truth + 0.28 * ghost).round().astype(np.uint8)

    return Picture(draw, picture_of(make(env_id)).controls)


_CART = _picture("CartPole-v1", lambda x, theta: {"x": x, "theta": theta})
_ROD = _picture("Pendulum-v1", lambda cos, sin: {"theta": float(np.arctan2(sin, cos))})

PICTURES: Pictures = {
    PositionOnlyCartPole: _CART,
    VelocityOnlyCartPole: _CART,
    NoisyPositionOnlyCartPole: _CART,
    PositionOnlyPendulum: _ROD,
    NoisyPositionOnlyPendulum: _ROD,
}
