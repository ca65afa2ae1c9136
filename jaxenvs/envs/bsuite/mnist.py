"""MNISTBandit: name the digit in an image; one guess, one reward.

Source: bsuite's `environments/mnist.py`; Osband et al., "Behaviour suite for reinforcement
learning" (2020).
Differs from it in: the digits are drawn ones that come with this package, and `data` takes others,
such as MNIST itself; pixels are 0 to 1, where bsuite reads bytes of 128 and more as negative
numbers, as does `signed_pixels`.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.bsuite import _digits as digits
from jaxenvs.ranges import Share


class State(core.State):
    """Which image is shown."""

    image_id: jax.Array  # () int32
    answered: jax.Array  # () bool


class Params(core.Params):
    """How much of the data is used."""

    fraction: Share = 1.0  # images come from this share of the data, the first ones
    max_steps: int = 0


class MNISTBandit(core.Env[State, Params]):
    """Actions: the digits. Observation: the image, after the guess all 0.

    Reward: 1 for the right digit, else -1. Ends after one step. `info["regret"]`: 1 minus the
    reward.
    """

    data: str = ""
    """An npz file with `images` (uint8, `[n, 28, 28]`) and `labels`; "" is the shipped one."""

    signed_pixels: bool = False
    """Reads bytes of 128 and more as negative numbers, as bsuite does."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        _, labels = digits.load(self.data)
        num_data = jnp.int32(jnp.float32(params.fraction) * len(labels))
        image_id = jax.random.randint(key, (), 0, jnp.maximum(num_data, 1), dtype=jnp.int32)
        return State(time=jnp.int32(0), image_id=image_id, answered=jnp.bool_(False))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key, params
        _, labels = digits.load(self.data)
        right = action == jnp.asarray(labels)[state.image_id]
        reward = jnp.where(right, np.float32(1), np.float32(-1))
        answered = state.replace(answered=jnp.bool_(True))
        return answered, reward, jnp.bool_(True), {"regret": 1 - reward}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        images, _ = digits.load(self.data)
        pixels = jnp.asarray(images.view(np.int8) if self.signed_pixels else images)
        image = pixels[state.image_id].astype(jnp.float32) / np.float32(255)
        return jnp.where(state.answered, np.float32(0), image)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        shape = digits.load(self.data)[0].shape[1:]
        low, high = (-128 / 255, 127 / 255) if self.signed_pixels else (0, 1)
        return spaces.Box(low, high, shape)

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(10)
