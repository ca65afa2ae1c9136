"""UmbrellaChain: the first action decides whether the umbrella is there when it is needed.

Source: bsuite's `environments/umbrella_chain.py`; Osband et al., "Behaviour suite for reinforcement
learning" (2020).
Differs from it in nothing.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Count, Range


class State(core.State):
    """The weather, the umbrella, and what only distracts."""

    need_umbrella: jax.Array  # () bool
    has_umbrella: jax.Array  # () bool, random before the first action
    distractors: jax.Array  # (n_distractor,) bool, drawn anew at every step


class Params(core.Params):
    """How long."""

    chain_length: Count = 20  # steps of an episode
    max_steps: int = 0


class UmbrellaChain(core.Env[State, Params]):
    """Actions: 0 go without, 1 take the umbrella; only the first one counts.

    Observation `(1, 3 + n_distractor)`: whether it will rain, whether the umbrella is there, time
    to go from 1 to 0, and random bits. Reward: -1 or 1 at random, and at the end 1 if the umbrella
    is there just when it rains, else -1. Ends after `chain_length` steps. `info["regret"]`: 1 minus
    that last reward.
    """

    n_distractor: Annotated[int, Range(0, 1000)] = 0
    """How many random bits are shown."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        flips = coins(key, 2 + self.n_distractor)
        return State(
            time=jnp.int32(0),
            need_umbrella=flips[0],
            has_umbrella=flips[1],
            distractors=flips[2:],
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        flips = coins(key, 1 + self.n_distractor)
        has_umbrella = jnp.where(state.time == 0, action == 1, state.has_umbrella)
        over = state.time + 1 >= params.chain_length
        good = jnp.where(over, has_umbrella == state.need_umbrella, flips[0])
        reward = jnp.where(good, np.float32(1), np.float32(-1))
        regret = jnp.where(over, 1 - reward, np.float32(0))
        moved = state.replace(has_umbrella=has_umbrella, distractors=flips[1:])
        return moved, reward, over, {"regret": regret}

    def observe(self, state: State, params: Params) -> jax.Array:
        to_go = 1 - state.time.astype(jnp.float32) / jnp.float32(params.chain_length)
        weather = jnp.stack([state.need_umbrella, state.has_umbrella]).astype(jnp.float32)
        bits = state.distractors.astype(jnp.float32)
        return jnp.concatenate([weather, jnp.maximum(to_go, 0)[None], bits])[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(0, 1, (1, 3 + self.n_distractor))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)


def coins(key: jax.Array, count: int) -> jax.Array:
    """`(count,)` bool, each true half of the time."""
    return jax.random.bits(key, (count,), jnp.uint32) < np.uint32(2**31)
