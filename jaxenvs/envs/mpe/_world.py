"""The particle world: round bodies on a plane without walls, which push each other where they meet.

Every body is a row of an array. `Mover`s accelerate by themselves, `Landmark`s stay where they are;
both come in kinds, whose numbers are spread over the rows by `rows`.

Source: mpe2's `_mpe_utils/core.py`; Lowe et al., "Multi-agent actor-critic for mixed
cooperative-competitive environments" (2017).
Differs from it in: bodies at the very same place do not push each other, where the original gives
NaN.
"""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.ranges import Positive, Range, Share

Bodies = Annotated[int, Range(1, 100)]
"""How many bodies there are of a kind that the game needs."""
MaybeBodies = Annotated[int, Range(0, 100)]
"""How many bodies there are of a kind that the game can do without."""


class Mover(NamedTuple):
    """A kind of body that accelerates by itself."""

    name: str  # its agents are `name_0`, `name_1`, ...
    number: int
    radius: Any  # () float32
    solid: bool = False  # whether it pushes and is pushed
    movable: bool = True
    vocabulary: int = 0  # symbols that it can say; 0: it is silent
    acceleration: Any = 5.0  # () float32, at full push
    max_speed: Any = None  # () float32; None: no limit
    mass: Any = 1.0  # () float32
    scripted: bool = False  # whether the game moves it, so that it is no agent; such kinds are last


class Landmark(NamedTuple):
    """A kind of body that stays where it is."""

    name: str
    number: int
    radius: Any  # () float32
    solid: bool = False  # whether solid movers are pushed by it; such kinds are first
    reach: float = 1.0  # it lies between minus and plus this along each axis


class State(core.State):
    """Where everything is."""

    position: jax.Array  # (num_movers, 2) float32, x to the right, y up
    velocity: jax.Array  # (num_movers, 2) float32, per second
    landmarks: jax.Array  # (num_landmarks, 2) float32


class MotionParams(core.Params):
    """The physics where nothing collides."""

    dt: Positive = 0.1  # seconds of a step
    damping: Share = 0.25  # the share of its velocity that a body loses in a step
    max_steps: int = 25


class Params(MotionParams):
    """The physics."""

    contact_force: float = 100.0  # per unit of overlap
    contact_margin: Positive = 0.001  # over which contact sets in


def rows(kinds: Sequence[Mover] | Sequence[Landmark], field: str) -> jax.Array:
    """`(num_bodies,)` float32: one field of each body's kind."""
    parts = [jnp.broadcast_to(jnp.float32(getattr(k, field)), (k.number,)) for k in kinds]
    return jnp.concatenate(parts) if parts else jnp.zeros(0, jnp.float32)


def flags(kinds: Sequence[Mover], field: str) -> np.ndarray:
    """`(num_bodies,)` bool: whether a static field of each body's kind is set."""
    return np.repeat([bool(getattr(k, field)) for k in kinds], [k.number for k in kinds])


def total(kinds: Sequence[Mover] | Sequence[Landmark]) -> int:
    """How many bodies there are."""
    return sum(kind.number for kind in kinds)


def way(start: jax.Array, end: jax.Array) -> jax.Array:
    """`(n, m, 2)`: from each of `start` `(n, 2)` to each of `end` `(m, 2)`."""
    return end[None] - start[:, None]


def distance(start: jax.Array, end: jax.Array) -> jax.Array:
    """`(n, m)`: from each of `start` `(n, 2)` to each of `end` `(m, 2)`."""
    x, y = _parts(start, end)
    return jnp.sqrt(x * x + y * y)


def length(vectors: jax.Array) -> jax.Array:
    """`(...)`: of vectors `(..., 2)`."""
    return jnp.sqrt(squared_length(vectors))


def squared_length(vectors: jax.Array) -> jax.Array:
    """`(...)`: of vectors `(..., 2)`."""
    x, y = vectors[..., 0], vectors[..., 1]
    return x * x + y * y


def move(
    state: State,
    force: jax.Array,
    movers: Sequence[Mover],
    landmarks: Sequence[Landmark],
    params: Any,
    *,
    velocity_first: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Positions and velocities after a step under the movers' own forces, `(num_movers, 2)`.

    Positions move by the old velocity; with `velocity_first`, by the new one.
    """
    if any(kind.solid for kind in movers):
        force = force + contact_forces(state, movers, landmarks, params)
    if any(not isinstance(kind.mass, float) or kind.mass != 1 for kind in movers):
        force = force / rows(movers, "mass")[:, None]
    velocity = state.velocity * (1 - params.damping) + force * params.dt
    if any(kind.max_speed is not None for kind in movers):
        velocity = _limit(velocity, movers)
    by = velocity if velocity_first else state.velocity
    return state.position + by * params.dt, velocity


def contact_forces(
    state: State, movers: Sequence[Mover], landmarks: Sequence[Landmark], params: Any
) -> jax.Array:
    """`(num_movers, 2)`: how solid bodies push each other, more the deeper they overlap."""
    walls = [kind for kind in landmarks if kind.solid]
    solid = jnp.concatenate([state.position, state.landmarks[: total(walls)]])
    radius = rows(movers, "radius")
    apart = radius[:, None] + jnp.concatenate([radius, rows(walls, "radius")])[None]
    # Coordinate by coordinate, because loops over pairs vectorize and loops over the two do not.
    x, y = (-part for part in _parts(state.position, solid))
    gap = jnp.sqrt(x * x + y * y)
    depth = (apart - gap) / params.contact_margin
    overlap = params.contact_margin * _softplus(depth)
    # Nobody pushes itself, and bodies at one place, which have no direction, do not push either.
    size = params.contact_force * overlap / jnp.maximum(gap, np.float32(1e-12))
    size = jnp.where(np.eye(*gap.shape, dtype=np.bool_), np.float32(0), size)
    return jnp.stack([(x * size).sum(axis=1), (y * size).sum(axis=1)], axis=1)


def _parts(start: jax.Array, end: jax.Array) -> tuple[jax.Array, jax.Array]:
    """`(n, m)` each: the way from each of `start` to each of `end` along x and along y."""
    return end[None, :, 0] - start[:, None, 0], end[None, :, 1] - start[:, None, 1]


def _softplus(x: jax.Array) -> jax.Array:
    """`log(1 + exp(x))`; right to 1e-7, which is as much as contacts need."""
    return jnp.maximum(x, 0) + jnp.log(1 + jnp.exp(-jnp.abs(x)))


def _limit(velocity: jax.Array, movers: Sequence[Mover]) -> jax.Array:
    """Velocities cut to each mover's top speed."""
    limited = [k._replace(max_speed=np.inf if k.max_speed is None else k.max_speed) for k in movers]
    most, speed = rows(limited, "max_speed"), length(velocity)
    scale = jnp.where(speed > most, most / jnp.maximum(speed, np.float32(1e-12)), np.float32(1))
    return velocity * scale[:, None]
