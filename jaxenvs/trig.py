"""Sines, cosines and angles in float32, much faster than `jax.numpy`'s on a CPU.

There XLA spends more time on `jnp.sin` and `jnp.cos` than on all the rest of a small game. Written
as polynomials that share their work, the two together take an eighth of the time.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np

# A quarter turn and a whole one as sums of float32s. Those of the quarter have few digits, so that
# products with a whole number are exact and subtracting them loses nothing.
_QUARTER = (np.float32(1.5703125), np.float32(0.0004837512969970703), np.float32(7.5497894e-08))
_TURN = (np.float32(2 * math.pi), np.float32(2 * math.pi - float(np.float32(2 * math.pi))))

# Minimax polynomials in the square of an angle of at most pi/4, with errors of 4e-9 (relative, of
# sin x / x = 1 + z * SIN(z)) and 1e-10 (of cos x = 1 - z / 2 + z^2 * COS(z)).
_SIN = (np.float32(-1.6666655e-01), np.float32(8.3321722e-03), np.float32(-1.9516467e-04))
_COS = (np.float32(4.1666647e-02), np.float32(-1.3887360e-03), np.float32(2.4437533e-05))


def sincos(angle: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Sine and cosine of an angle in rad, float32 of any shape.

    The error is below 1e-7 up to 10,000 rad and grows with the angle beyond. Results are never
    outside -1 to 1; infinities give NaN.
    """
    quarters = jnp.round(angle * np.float32(2 / math.pi))
    rest = angle - quarters * _QUARTER[0] - quarters * _QUARTER[1] - quarters * _QUARTER[2]
    rest = jnp.clip(rest, np.float32(-0.8), np.float32(0.8))  # only beyond all precision
    z = rest * rest
    sin = rest + rest * (z * (_SIN[0] + z * (_SIN[1] + z * _SIN[2])))
    cos = np.float32(1) + z * (np.float32(-0.5) + z * (_COS[0] + z * (_COS[1] + z * _COS[2])))
    quadrant = quarters - np.float32(4) * jnp.floor(quarters * np.float32(0.25))
    is_odd = (quadrant == 1) | (quadrant == 3)
    sin, cos = jnp.where(is_odd, cos, sin), jnp.where(is_odd, sin, cos)
    sin = jnp.where(quadrant >= 2, -sin, sin)
    cos = jnp.where((quadrant == 1) | (quadrant == 2), -cos, cos)
    return sin, cos


def wrap(angle: jax.Array) -> jax.Array:
    """The same angle between -pi and pi, float32; one that lies there already is not touched."""
    turns = jnp.round(angle * np.float32(1 / (2 * math.pi)))
    return angle - turns * _TURN[0] - turns * _TURN[1]
