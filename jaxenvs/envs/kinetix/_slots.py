"""A level in more slots than it was made for."""

from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.kinetix._level import Level, Size


def widened(level: Level, size: Size) -> Level:
    """The same level in a size with as many slots of each kind or more; the new ones hold zeros.

    In numpy where the level is, so that no backend has to start for a file.
    """
    own = level.size
    more = Size(*(new - old for new, old in zip(size, own, strict=True)))
    xp: ModuleType = jnp if isinstance(level.bodies.active, jax.Array) else np

    def at_end(column: Any, count: int) -> Any:
        return xp.pad(column, [(0, count), *[(0, 0)] * (column.ndim - 1)])

    def of_bodies(column: Any) -> Any:
        polygons, circles = column[: own.polygons], column[own.polygons :]
        return xp.concatenate([at_end(polygons, more.polygons), at_end(circles, more.circles)])

    def moved(index: Any) -> Any:
        """Numbers of bodies: circles come after more polygons."""
        return xp.where(index >= own.polygons, index + np.int32(more.polygons), index)

    bodies, joints, thrusters = level.bodies, level.joints, level.thrusters
    counts = {"num_vertices": more.polygons, "vertices": more.polygons, "radius": more.circles}
    special = {name: at_end(getattr(bodies, name), count) for name, count in counts.items()}
    common = {name: of_bodies(x) for name, x in vars(bodies).items() if name not in special}
    joints = joints.replace(a_index=moved(joints.a_index), b_index=moved(joints.b_index))
    thrusters = thrusters.replace(body_index=moved(thrusters.body_index))
    return level.replace(
        bodies=bodies.replace(**common, **special),
        joints=jax.tree.map(lambda column: at_end(column, more.joints), joints),
        thrusters=jax.tree.map(lambda column: at_end(column, more.thrusters), thrusters),
    )
