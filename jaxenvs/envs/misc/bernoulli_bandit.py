"""BernoulliBandit: find out which of two arms pays more often, and keep pulling it.

Source: gymnax's `environments/misc/bernoulli_bandit.py`; Wang et al., "Learning to reinforcement
learn" (2016).
Differs from it in: the clock is scaled by the time limit, where gymnax's is by 100 steps; rewards
are floats, where gymnax's are integers.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.misc import _clock as clock
from jaxenvs.ranges import Share


class State(core.State):
    """The arms and what was seen last."""

    chances: jax.Array  # (2,) float32, how often each arm pays
    last_action: jax.Array  # () int32, 0 at the start
    last_reward: jax.Array  # () float32, 0 at the start


class Params(clock.Params):
    """gymnax's numbers."""

    reward_prob: Share = 0.1  # how often one arm pays; the other one pays as often as this does not
    max_steps: int = 100


class BernoulliBandit(core.Env[State, Params]):
    """Actions: arm 0 or 1. Observation `(4,)`: last reward, last action (one-hot), clock.

    An episode decides at random which arm pays with chance `reward_prob` and which with 1 -
    `reward_prob`. Reward: 1 where the arm pays. Never terminates; truncated after 100 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        rare = jax.random.bernoulli(key, 0.5)
        chances = jnp.stack([jnp.asarray(params.reward_prob), jnp.asarray(1 - params.reward_prob)])
        return State(
            time=jnp.int32(0),
            chances=jnp.where(rare, chances, chances[::-1]),
            last_action=jnp.int32(0),
            last_reward=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        chance = jnp.where(action == 0, state.chances[0], state.chances[1])
        reward = (jax.random.uniform(key, (), jnp.float32) < chance).astype(jnp.float32)
        return state.replace(last_action=action, last_reward=reward), reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        pulled = state.last_action == np.arange(2, dtype=np.int32)
        ends = state.last_reward[None], clock.shown_time(state.time, params)[None]
        return jnp.concatenate([ends[0], pulled.astype(jnp.float32), ends[1]])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        early, late = clock.bounds(self.canonical_params(params))
        return spaces.Box([0, 0, 0, early], [1, 1, 1, late])

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)
