"""DiscountingChain: the first action picks when the reward comes, soon or late.

Source: bsuite's `environments/discounting_chain.py`; Osband et al., "Behaviour suite for
reinforcement learning" (2020).
Differs from it in: the first chain has the bonus, where bsuite takes the clock.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Count, Whole


class State(core.State):
    """The chain that was picked."""

    context: jax.Array  # () int32, the first action; -1 before it


class Params(core.Params):
    """bsuite's constants."""

    reward_timestep: tuple[int, int, int, int, int] = (1, 3, 10, 30, 100)  # of each chain
    mapping_seed: Whole = 0  # modulo 5: the chain that pays more
    bonus: float = 0.1  # by how much
    episode_length: Count = 100  # steps until the episode ends
    max_steps: int = 0


class DiscountingChain(core.Env[State, Params]):
    """Actions: the five chains, of which the first choice counts.

    Observation `(1, 2)`: the chain, -1 before the choice, and time from 0 to 1. Reward: 1 at the
    chain's step (1, 3, 10, 30 or 100), on one chain 1.1. Ends after 100 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del key, params
        return State(time=jnp.int32(0), context=jnp.int32(-1))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key  # deterministic
        chain = jnp.where(state.time == 0, action, state.context)
        time = state.time + 1
        due = jnp.int32(0)
        for i, step in enumerate(params.reward_timestep):
            due = jnp.where(chain == i, step, due)  # unlike a lookup, this fuses
        extra = jnp.where(chain == params.mapping_seed % 5, params.bonus, np.float32(0))
        reward = jnp.where(time == due, 1 + extra, np.float32(0))
        return state.replace(context=chain), reward, time >= params.episode_length, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        elapsed = state.time.astype(jnp.float32) / jnp.float32(params.episode_length)
        return jnp.stack([state.context.astype(jnp.float32), elapsed])[None]

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(np.array([[-1, 0]]), np.array([[4, 1]]))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(5)
