"""MultiarmedBandit: find the arm that pays most often, anew in every episode.

Source: popgym's `envs/multiarmed_bandit.py`; Morad et al., "POPGym: Benchmarking partially
observable reinforcement learning" (ICLR 2023).
Differs from it in: info does not give the hidden chances away.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Range


class State(core.State):
    """The arms, and what the last pull gave."""

    chances: jax.Array  # (num_bandits,) float32, how often each arm pays, 0 to 1
    paid: jax.Array  # () bool


class MultiarmedBandit(core.Env[State, core.Params]):
    """Actions: the arm to pull. Observation: 1 if the last pull paid, else 0.

    An arm pays with a chance of its own, uniform between 0 and 1 and new in each episode. Reward: 1
    / `episode_length` where it pays, the same with a minus where it does not. Never ends; truncated
    after `episode_length` steps. The action has to be remembered too, it is not shown.
    """

    num_bandits: Annotated[int, Range(1, 10_000)] = 10
    """Arms to choose from."""

    episode_length: Annotated[int, Range(1, 2**31 - 1)] = 200
    """Pulls in an episode, by which rewards are scaled."""

    reset_cost = "expensive"

    def original_params(self) -> core.Params:
        return core.Params(max_steps=self.episode_length)

    def initial(self, key: jax.Array, params: core.Params) -> State:
        del params
        chances = jax.random.uniform(key, (self.num_bandits,), jnp.float32)
        return State(time=jnp.int32(0), chances=chances, paid=jnp.bool_(False))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: core.Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del params
        paid = jax.random.uniform(key, (), jnp.float32) < state.chances[action]
        scale = np.float32(1 / self.episode_length)
        return state.replace(paid=paid), jnp.where(paid, scale, -scale), jnp.bool_(False), {}

    def observe(self, state: State, params: core.Params) -> jax.Array:
        del params
        return state.paid.astype(jnp.int32)

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(2)

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(self.num_bandits)
