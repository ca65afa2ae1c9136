"""MemoryChain: repeat a bit of what was shown at the start.

Source: bsuite's `environments/memory_chain.py`; Osband et al., "Behaviour suite for reinforcement
learning" (2020).
Differs from it in nothing: the bits are shown twice, at the reset and at the first step, as in
bsuite, which observes before it moves its clock.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, prng, spaces
from jaxenvs.ranges import Count, Range


class State(core.State):
    """What has to be remembered."""

    context: jax.Array  # (num_bits,) bool
    query: jax.Array  # () int32, the bit that will be asked for


class Params(core.Params):
    """How long."""

    memory_length: Count = 10  # steps between the bits and the question
    max_steps: int = 0


class MemoryChain(core.Env[State, Params]):
    """Actions: 0 or 1, of which the last one counts.

    Observation `(1, 2 + num_bits)`: time to go, from 1 to 0; which bit is asked for, shown just
    before the answer is due; the bits as -1 and 1, shown at the start; else 0. Reward: for the last
    action 1 if it is the bit, else -1. Ends after `memory_length + 1` steps. `info["regret"]`: 1
    minus that reward.
    """

    num_bits: Annotated[int, Range(1, 1000)] = 1
    """How many bits are shown, of which one is asked for."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        words = jax.random.bits(key, (self.num_bits + 1,), jnp.uint32)
        query = (prng.unit(words[-1]) * np.float32(self.num_bits)).astype(jnp.int32)
        return State(
            time=jnp.int32(0),
            context=words[:-1] < np.uint32(2**31),
            query=jnp.minimum(query, self.num_bits - 1),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        over = state.time >= params.memory_length
        right = (action == 1) == state.context[state.query]
        outcome = jnp.where(right, np.float32(1), np.float32(-1))
        reward = jnp.where(over, outcome, np.float32(0))
        return state, reward, over, {"regret": jnp.where(over, 1 - outcome, np.float32(0))}

    def observe(self, state: State, params: Params) -> jax.Array:
        shown = jnp.maximum(state.time - 1, 0)  # bsuite's clock, which lags by one step
        to_go = 1 - shown.astype(jnp.float32) / jnp.float32(params.memory_length)
        asked = jnp.where(shown == params.memory_length - 1, state.query, 0).astype(jnp.float32)
        bits = jnp.where(state.context, np.float32(1), np.float32(-1))
        bits = jnp.where(shown == 0, bits, np.float32(0))
        return jnp.concatenate([jnp.maximum(to_go, 0)[None], asked[None], bits])[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        last = max(self.num_bits - 1, 1)  # Gymnasium warns of coordinates with a single value
        low = np.array([[0, 0] + [-1] * self.num_bits])
        return spaces.Box(low, np.array([[1, last] + [1] * self.num_bits]))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)
