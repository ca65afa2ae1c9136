"""SimpleBandit: one of eleven arms, each of which always pays the same.

Source: bsuite's `environments/bandit.py`; Osband et al., "Behaviour suite for reinforcement
learning" (2020).
Differs from it in: the arms' rewards are drawn with seed 0, where bsuite takes the clock.
"""

import functools
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Range
from jaxenvs.struct import array

_NUM_ACTIONS, _SEED = 11, 0


class State(core.State):
    """Nothing is remembered."""


class Params(core.Params):
    """What the arms pay, by default those of the usual bandit."""

    rewards: jax.Array | np.ndarray = array(
        default_factory=lambda: arm_rewards(_SEED, _NUM_ACTIONS)
    )
    """(num_actions,) float32; at most 1"""
    max_steps: int = 0


class SimpleBandit(core.Env[State, Params]):
    """Actions: the arms. Observation `(1, 1)`: always 1.

    Rewards: 0 to 1 in even steps, dealt to the arms once for all. Ends after one step.
    `info["regret"]`: what the best arm would have paid more.
    """

    num_actions: Annotated[int, Range(2, 10_000)] = _NUM_ACTIONS
    """How many arms there are."""

    mapping_seed: Annotated[int, Range(0, 2**32 - 1)] = _SEED
    """How the default rewards are dealt to the arms, as in bsuite for the same seed."""

    def original_params(self) -> Params:
        return Params(rewards=arm_rewards(self.mapping_seed, self.num_actions))

    def initial(self, key: jax.Array, params: Params) -> State:
        del key, params
        return State(time=jnp.int32(0))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key
        rewards = jnp.asarray(params.rewards)
        reward = rewards[action]
        return state, reward, jnp.bool_(True), {"regret": rewards.max() - reward}

    def observe(self, state: State, params: Params) -> jax.Array:
        del state, params
        return jnp.ones((1, 1), jnp.float32)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        return spaces.Box(0, 1, (1, 1))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_actions)


@functools.lru_cache(maxsize=64)
def arm_rewards(mapping_seed: int, num_actions: int) -> np.ndarray:
    """The rewards that bsuite deals with this seed, `(num_actions,)` float32."""
    random = np.random.RandomState(mapping_seed)
    order = random.choice(range(num_actions), size=num_actions, replace=False)
    return np.linspace(0, 1, num_actions, dtype=np.float32)[order]
