"""The transformer of Kinetix's agents, over the bodies of an observation of entities."""

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs import spaces
from jaxenvs.baselines.parts.entities import (
    EncoderKind,
    Layout,
    SetEncoder,
    chosen,
    gathered,
    layout_of,
    pooled,
)
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Activation, orthogonal
from jaxenvs.baselines.parts.pixels import PixelEncoder, picture_of


class Transformer(nn.Module):
    """Attention among bodies, with a message to each body from its joints and thrusters per layer.

    Every mask of the observation has an equal share of the heads: all bodies, those of the same
    mechanism, those on the same joint, and those in contact. One more token, of ones, sees
    everything and is seen by everything in every head. The outcome is the mean over it and all
    bodies that are there.

    Source: Matthews, Beukman et al., "Kinetix: investigating the training of general agents
    through open-ended physics-based control tasks" (ICLR 2025), with the numbers of its published
    configs (FLAIROx/Kinetix, configs/model/model-transformer.yaml); the layers are those of
    Parisotto et al., "Stabilizing transformers for reinforcement learning" (2020).
    """

    layout: Layout
    width: int = 128
    num_layers: int = 2
    num_heads: int = 8
    attention_width: int = 16  # of queries, keys and values, over all heads
    activation: Activation = "tanh"

    @nn.compact
    def __call__(self, vector: jax.Array) -> jax.Array:
        """`(..., num_features)` float32 to `(..., width)` float32."""
        scene = self.layout.read(vector)
        assert scene.attention is not None
        shape = vector.shape[:-1]
        bodies = jnp.concatenate(
            [
                jnp.ones((*shape, 1, self.width), jnp.float32),
                _marked(self._embed("polygons", scene.polygons, self.width - 1), 1.0),
                _marked(self._embed("circles", scene.circles, self.width - 1), 0.0),
            ],
            axis=-2,
        )
        there = jnp.concatenate([jnp.ones((*shape, 1), jnp.bool_), scene.there], axis=-1)
        joints = self._embed("joints", scene.joints, self.width)
        thrusters = self._embed("thrusters", scene.thrusters, self.width)
        near, far, pushed = (_shifted(x) for x in (scene.near, scene.far, scene.pushed))
        mask = jnp.repeat(with_token(scene.attention, there), self._heads_per_mask, axis=-3)
        for i in range(self.num_layers):
            layer = Layer(self.num_heads, self.attention_width, name=f"layer_{i}")
            bodies = layer(bodies, mask)
            about = [chosen(bodies, near), chosen(bodies, far), joints]
            from_joints = nn.Dense(self.width, name=f"joints_{i}")(jnp.concatenate(about, axis=-1))
            about = [chosen(bodies, pushed), thrusters]
            pushes = nn.Dense(self.width, name=f"thrusters_{i}")(jnp.concatenate(about, axis=-1))
            # One-hot rows of what is not there are 0, and so are its messages.
            bodies = bodies + gathered(from_joints, near) + gathered(pushes, pushed)
        return pooled(bodies, there)[0]

    @property
    def _heads_per_mask(self) -> int:
        return self.num_heads // self.layout.num_kinds

    def _embed(self, name: str, x: jax.Array, width: int) -> jax.Array:
        layer = nn.Dense(width, kernel_init=orthogonal(2**0.5), name=name)
        return ACTIVATIONS[self.activation](layer(x))


class Layer(nn.Module):
    """Attention, then a dense layer, each after a normalization and behind a gate."""

    num_heads: int
    attention_width: int

    @nn.compact
    def __call__(self, x: jax.Array, mask: jax.Array) -> jax.Array:
        """`(..., n, width)` to the same; `mask`, `(..., num_heads, n, n)`: row sees column."""
        width = x.shape[-1]
        attend = nn.MultiHeadDotProductAttention(
            num_heads=self.num_heads,
            qkv_features=self.attention_width,
            out_features=width,
            name="attention",
        )
        seen = attend(nn.LayerNorm(name="norm_1")(x), mask=mask)
        x = Gate(name="gate_1")(x, jax.nn.relu(seen))
        dense = nn.Dense(width, name="dense")(nn.LayerNorm(name="norm_2")(x))
        return Gate(name="gate_2")(x, jax.nn.relu(dense))


class Gate(nn.Module):
    """How much of `y` takes the place of `x`: the gate of a gated recurrent unit."""

    @nn.compact
    def __call__(self, x: jax.Array, y: jax.Array) -> jax.Array:
        """Both `(..., width)`, and so is the outcome."""
        width = x.shape[-1]
        of_y = nn.Dense(3 * width, use_bias=False, name="of_y")(y)
        of_x = nn.Dense(2 * width, use_bias=False, name="of_x")(x)
        bias = self.param("bias", nn.initializers.zeros, (width,), jnp.float32)
        reset_y, update_y, fresh_y = jnp.split(of_y, 3, axis=-1)
        reset_x, update_x = jnp.split(of_x, 2, axis=-1)
        reset = jax.nn.sigmoid(reset_y + reset_x)
        update = jax.nn.sigmoid(update_y + update_x - bias)
        fresh = jnp.tanh(fresh_y + nn.Dense(width, use_bias=False, name="of_rest")(reset * x))
        return (1 - update) * x + update * fresh


def with_token(attention: jax.Array, there: jax.Array) -> jax.Array:
    """Masks `(..., K, n, n)` with a token before the bodies, `(..., K, 1 + n, 1 + n)`.

    The token sees all that is `there`, `(..., 1 + n)` bool, and is seen by it.
    """
    pads = [(0, 0)] * (attention.ndim - 2) + [(1, 0), (1, 0)]
    pairs = there[..., None, :, None] & there[..., None, None, :]
    return jnp.pad(attention, pads, constant_values=True) & pairs


def encoder_of(
    space: spaces.Space, kind: EncoderKind, width: int, activation: Activation
) -> SetEncoder | Transformer | PixelEncoder | None:
    """The encoder for flattened observations of a space; None for `mlp`.

    Raises `ValueError` for observations, or a width, that the encoder cannot take.
    """
    if kind == "mlp":
        return None
    if kind == "pixels":
        return PixelEncoder(picture_of(space))
    layout = layout_of(space, kind)
    if kind == "sets":
        return SetEncoder(layout, width, activation)
    encoder = Transformer(layout, width, activation=activation)
    if width < 2:
        raise ValueError(f"entity_width: expected at least 2 for the transformer, got {width}")
    if not layout.num_kinds or encoder.num_heads % layout.num_kinds:
        raise ValueError(
            f"encoder: transformer expects attention masks whose number divides its "
            f"{encoder.num_heads} heads, got {layout.num_kinds}"
        )
    return encoder


def _marked(embedded: jax.Array, kind: float) -> jax.Array:
    """What a body is made from, with a last number that says which kind of body it is."""
    mark = jnp.full((*embedded.shape[:-1], 1), kind, jnp.float32)
    return jnp.concatenate([embedded, mark], axis=-1)


def _shifted(one_hot: jax.Array) -> jax.Array:
    """One-hot rows over bodies, `(..., n)`, as rows over the token and the bodies."""
    return jnp.pad(one_hot, [(0, 0)] * (one_hot.ndim - 1) + [(1, 0)])
