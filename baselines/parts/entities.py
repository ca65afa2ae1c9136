"""Encoders for observations of entities: what the order of bodies and joints must not change.

Such an observation is a `Dict` with the entries of `PARTS`: features of `P` polygons, `C` circles,
`2J` ends of joints and `T` thrusters, which of them are there, and who is joined to whom. A body is
numbered by its polygon, or by `P` plus its circle. Networks get it as one vector, which `Layout`
takes apart again. An entity that is not there changes nothing, whatever its features are.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Activation, orthogonal

EncoderKind = Literal["mlp", "sets", "transformer", "pixels"]
"""How a network takes an observation: as a vector, as entities in two ways, or as a picture."""

PARTS = (
    "polygons",  # [P, n]
    "circles",  # [C, n]
    "joints",  # [2J, n], every joint from both of its ends
    "thrusters",  # [T, n]
    "polygon_mask",  # [P], which are there; the same for the others
    "circle_mask",
    "joint_mask",
    "thruster_mask",
    "joint_indexes",  # [2J, 2], the bodies of the near end and of the far one
    "thruster_indexes",  # [T], the body that is pushed
    "attention_mask",  # [K, P + C, P + C], pairs of bodies that have to do with each other
)


class Scene(NamedTuple):
    """The entities of an observation; leading axes as of the vector. What is not there is 0."""

    polygons: jax.Array  # (P, n) float32
    circles: jax.Array  # (C, n) float32
    joints: jax.Array  # (2J, n) float32
    thrusters: jax.Array  # (T, n) float32
    there: jax.Array  # (P + C,) bool, the bodies
    joints_there: jax.Array  # (2J,) bool
    thrusters_there: jax.Array  # (T,) bool
    near: jax.Array  # (2J, P + C) float32, one-hot, the body at the near end of each joint
    far: jax.Array  # (2J, P + C) float32, the one at the far end
    pushed: jax.Array  # (T, P + C) float32, one-hot, the body of each thruster
    attention: jax.Array | None  # (K, P + C, P + C) bool; None: it is not asked for


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where the parts of an observation lie in its vector."""

    space: spaces.Dict

    @property
    def num_bodies(self) -> int:
        """Polygons and circles, those that are not there included."""
        return self._shape("polygons")[0] + self._shape("circles")[0]

    @property
    def num_kinds(self) -> int:
        """Masks of attention; 0: the observation has none."""
        return self._shape("attention_mask")[0] if "attention_mask" in self.space.spaces else 0

    def read(self, vector: jax.Array) -> Scene:
        """The entities of observations `(..., num_features)` float32."""
        part = self._parts(vector)
        masks = {name: part[f"{name}_mask"] > 0.5 for name in _KINDS}
        kept = {
            f"{name}s": jnp.where(mask[..., None], part[f"{name}s"], 0.0)
            for name, mask in masks.items()
        }
        there = jnp.concatenate([masks["polygon"], masks["circle"]], axis=-1)
        joints, thrusters = masks["joint"], masks["thruster"]
        ends = self._one_hot("joint_indexes", part["joint_indexes"], joints[..., None])
        attention = None
        if "attention_mask" in part:
            pairs = there[..., None, :, None] & there[..., None, None, :]
            attention = (part["attention_mask"] > 0.5) & pairs
        return Scene(
            **kept,
            there=there,
            joints_there=joints,
            thrusters_there=thrusters,
            near=ends[..., 0, :],
            far=ends[..., 1, :],
            pushed=self._one_hot("thruster_indexes", part["thruster_indexes"], thrusters),
            attention=attention,
        )

    def _parts(self, vector: jax.Array) -> dict[str, jax.Array]:
        """The parts by name, in their own shapes; a number that was made one-hot is a last axis."""
        shapes = {name: (*self._shape(name), *self._digits(name)) for name in self.space.spaces}
        sizes = [math.prod(shape) for shape in shapes.values()]
        pieces = jnp.split(vector, np.cumsum(sizes)[:-1].tolist(), axis=-1)
        named = zip(shapes.items(), pieces, strict=True)
        return {name: x.reshape(*vector.shape[:-1], *shape) for (name, shape), x in named}

    def _one_hot(self, name: str, index: jax.Array, there: jax.Array) -> jax.Array:
        """Which bodies are meant, `(..., num_bodies)` float32; all 0 for what is not `there`."""
        if not self._digits(name):
            bodies = np.arange(self.num_bodies, dtype=np.float32)
            index = (index[..., None] == bodies).astype(jnp.float32)
        return jnp.where(there[..., None], index, 0.0)

    def _shape(self, name: str) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.space.spaces[name].shape  # type: ignore[attr-defined]
        return shape

    def _digits(self, name: str) -> tuple[int, ...]:
        """How long a number is in the vector, where it was made one-hot."""
        part = self.space.spaces[name]
        return (self.num_bodies,) if isinstance(part, spaces.MultiDiscrete) else ()


_KINDS = ("polygon", "circle", "joint", "thruster")


def layout_of(space: spaces.Space, encoder: EncoderKind) -> Layout:
    """The layout of an observation space; raises `ValueError` for one without entities."""
    wanted = f"encoder: {encoder} expects observations of entities"
    if not isinstance(space, spaces.Dict):
        raise ValueError(f"{wanted}, a Dict with {', '.join(PARTS)}; got {space}")
    for name in PARTS:
        if name not in space.spaces and (name != "attention_mask" or encoder == "transformer"):
            raise ValueError(f"{wanted} with {name}, got {', '.join(space.spaces)}")
    for name, part in space.spaces.items():
        kinds = spaces.Box | spaces.MultiBinary | spaces.MultiDiscrete
        if name not in PARTS or not isinstance(part, kinds):
            raise ValueError(f"{wanted} alone, got {name}: {part}")
    layout = Layout(space)
    for name, part in space.spaces.items():
        if isinstance(part, spaces.MultiDiscrete) and (part.num_values != layout.num_bodies).any():
            raise ValueError(f"{wanted}, {name} below {layout.num_bodies}, got {part}")
    return layout


def used_parts(space: spaces.Space, encoder: EncoderKind) -> spaces.Space:
    """The part of an observation space that an encoder looks at: only that is kept in a rollout."""
    if encoder != "sets" or not isinstance(space, spaces.Dict):
        return space
    return spaces.Dict({k: part for k, part in space.spaces.items() if k != "attention_mask"})


class SetEncoder(nn.Module):
    """A dense layer on each entity with what it is joined to, then means and maxima over all.

    A joint sees the bodies at its ends, a thruster the body that it pushes; a body then sees its
    own joints and thrusters. The outcome does not depend on the order of entities of a kind.
    Features are squashed first: one over the inertia of a small body is 10^4, with which the first
    policy would be no longer random.

    Source: Zaheer et al., "Deep sets" (2017), with one round of messages between entities (Gilmer
    et al., "Neural message passing for quantum chemistry", 2017).
    """

    layout: Layout
    width: int
    activation: Activation = "tanh"

    @nn.compact
    def __call__(self, vector: jax.Array) -> jax.Array:
        """`(..., num_features)` float32 to `(..., 6 * width)` float32."""
        scene = self.layout.read(vector)
        bodies = jnp.concatenate(
            [
                self._dense("polygons", [symlog(scene.polygons)]),
                self._dense("circles", [symlog(scene.circles)]),
            ],
            axis=-2,
        )
        ends = [chosen(bodies, scene.near), chosen(bodies, scene.far)]
        joints = self._dense("joints", [symlog(scene.joints), *ends])
        target = chosen(bodies, scene.pushed)
        thrusters = self._dense("thrusters", [symlog(scene.thrusters), target])
        told = [gathered(joints, scene.near), gathered(thrusters, scene.pushed)]
        bodies = self._dense("bodies", [bodies + told[0] + told[1]])
        return jnp.concatenate(
            [
                *pooled(bodies, scene.there),
                *pooled(joints, scene.joints_there),
                *pooled(thrusters, scene.thrusters_there),
            ],
            axis=-1,
        )

    def _dense(self, name: str, parts: Sequence[jax.Array]) -> jax.Array:
        x = jnp.concatenate(parts, axis=-1)
        layer = nn.Dense(self.width, kernel_init=orthogonal(2**0.5), name=name)
        return ACTIVATIONS[self.activation](layer(x))


def symlog(x: jax.Array) -> jax.Array:
    """Nearly `x` where that is small, its logarithm where it is large (Hafner et al., 2023)."""
    return jnp.sign(x) * jnp.log1p(jnp.abs(x))


def chosen(bodies: jax.Array, one_hot: jax.Array) -> jax.Array:
    """The rows `(..., m, width)` of `bodies`, `(..., n, width)`, that `(..., m, n)` points at.

    Small products of matrices: with sums over the few bodies written out, a step forward is as
    fast on a CPU, but its gradient takes twice as long.
    """
    return jnp.einsum("...mn,...nd->...md", one_hot, bodies)


def gathered(messages: jax.Array, one_hot: jax.Array) -> jax.Array:
    """For each body the sum of its messages, `(..., n, width)`, of `(..., m, width)`.

    `one_hot`, `(..., m, n)`, says whose each is.
    """
    return jnp.einsum("...mn,...md->...nd", one_hot, messages)


def pooled(rows: jax.Array, there: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean and maximum, `(..., width)`, of the rows `(..., m, width)` that are `there`.

    Both are 0 where none is.
    """
    there = there[..., None]
    count = jnp.sum(there.astype(jnp.float32), axis=-2)
    total = jnp.sum(jnp.where(there, rows, 0.0), axis=-2)
    low = np.float32(np.finfo(np.float32).min)
    highest = jnp.max(jnp.where(there, rows, low), axis=-2, initial=low)
    return total / jnp.maximum(count, 1.0), jnp.where(count > 0, highest, 0.0)
