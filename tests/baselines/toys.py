"""Tiny environments whose optimal play and values are known."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.multi import MultiAgentEnv


class Clock(core.Env[core.State, core.Params]):
    """Pays 1 a step and never ends by itself: only a time limit cuts it."""

    def original_params(self) -> core.Params:
        return core.Params(max_steps=8)

    def initial(self, key, params):
        return core.State(time=jnp.int32(0))

    def transition(self, key, state, action, params):
        return state, jnp.float32(1), jnp.bool_(False), {}

    def observe(self, state, params):
        return jnp.ones(1, jnp.float32)

    def observation_space(self, params=None):
        return spaces.Box(0, 1, (1,))

    def action_space(self, params=None):
        return spaces.Discrete(2)


class GuessState(core.State):
    wanted: jax.Array  # () int32, 0..2


class Guess(core.Env[GuessState, core.Params]):
    """Name the number that is shown, of 5, 6 and 7; the mask forbids all but it where `masked`.

    One step an episode, reward 1 for the right one. With `start=5`, actions do not begin at 0.
    """

    masked: bool = False

    def original_params(self) -> core.Params:
        return core.Params(max_steps=1)

    def initial(self, key, params):
        wanted = jax.random.randint(key, (), 0, 3, dtype=jnp.int32)
        return GuessState(time=jnp.int32(0), wanted=wanted)

    def transition(self, key, state, action, params):
        hit = action == state.wanted + np.int32(5)
        return state, hit.astype(jnp.float32), jnp.bool_(True), {}

    def observe(self, state, params):
        return state.wanted

    def observation_space(self, params=None):
        return spaces.Discrete(3)

    def action_space(self, params=None):
        return spaces.Discrete(3, start=5)

    def action_mask(self, state, params=None):
        if not self.masked:
            return None
        return jnp.arange(3, dtype=jnp.int32) == state.wanted


class Aim(core.Env[GuessState, core.Params]):
    """Continuous: choose 3 in the first coordinate, of a box from 1 to 5, and anything else."""

    def original_params(self) -> core.Params:
        return core.Params(max_steps=1)

    def initial(self, key, params):
        return GuessState(time=jnp.int32(0), wanted=jnp.int32(3))

    def transition(self, key, state, action, params):
        # 100 units of reward, and observations far from 0: what normalizing is for.
        reward = -100 * (action[0, 0] - np.float32(4)) ** 2
        return state, reward, jnp.bool_(True), {}

    def observe(self, state, params):
        return jnp.full((2,), 1000.0, jnp.float32)

    def observation_space(self, params=None):
        return spaces.Box(-np.inf, np.inf, (2,))

    def action_space(self, params=None):
        return spaces.Box(np.array([[1.0, -np.inf]]), np.array([[5.0, np.inf]]), (1, 2))


class DialsState(core.State):
    wanted: jax.Array  # (2,) int32, the first 0 or 1, the second 0, 1 or 2


class Dials(core.Env[DialsState, core.Params]):
    """Set two dials as shown: the first to 5 or 6, the second to 0, 1 or 2; half a point for each.

    One step an episode. Actions are a `MultiDiscrete`, or, where `apart`, a `Tuple` of a `Discrete`
    and a `MultiDiscrete` of one. Where `masked`, all but the right numbers are forbidden.
    """

    apart: bool = False
    masked: bool = False

    def original_params(self) -> core.Params:
        return core.Params(max_steps=1)

    def initial(self, key, params):
        wanted = jax.random.randint(key, (2,), 0, np.array([2, 3]), dtype=jnp.int32)
        return DialsState(time=jnp.int32(0), wanted=wanted)

    def transition(self, key, state, action, params):
        if self.apart:
            action = jnp.stack([action[0], action[1][0]])
        hit = action == state.wanted + np.array([5, 0], np.int32)
        return state, jnp.mean(hit.astype(jnp.float32)), jnp.bool_(True), {}

    def observe(self, state, params):
        return state.wanted

    def observation_space(self, params=None):
        return spaces.MultiDiscrete([2, 3])

    def action_space(self, params=None) -> spaces.Space:
        if self.apart:
            return spaces.Tuple([spaces.Discrete(2, start=5), spaces.MultiDiscrete([3])])
        return spaces.MultiDiscrete([2, 3], start=[5, 0])

    def action_mask(self, state, params=None):
        if not self.masked:
            return None
        return jnp.arange(3, dtype=jnp.int32) == state.wanted[:, None]


class RecallState(core.State):
    wanted: jax.Array  # () int32, 0 or 1


class Recall(core.Env[RecallState, core.Params]):
    """A bit is shown at the start, and asked for three steps later: 1 for it, -1 for the other."""

    def original_params(self) -> core.Params:
        return core.Params(max_steps=0)

    def initial(self, key, params):
        wanted = jax.random.randint(key, (), 0, 2, dtype=jnp.int32)
        return RecallState(time=jnp.int32(0), wanted=wanted)

    def transition(self, key, state, action, params):
        asked = state.time >= 3
        outcome = jnp.where(action == state.wanted, np.float32(1), np.float32(-1))
        return state, jnp.where(asked, outcome, np.float32(0)), asked, {}

    def observe(self, state, params):
        return jnp.where(state.time == 0, state.wanted, 2)

    def observation_space(self, params=None):
        return spaces.Discrete(3)

    def action_space(self, params=None):
        return spaces.Discrete(2)


class ChoirState(core.State):
    wanted: jax.Array  # (2,) int32, 0..2


class Choir(MultiAgentEnv[ChoirState, core.Params]):
    """Two singers: each names the number that is shown to it alone, of 5, 6 and 7.

    One step an episode. Each is paid 1 for the right one, or, where `shared`, both the mean; where
    `masked`, all others are forbidden.
    """

    shared: bool = False
    masked: bool = False

    def original_params(self) -> core.Params:
        return core.Params(max_steps=1)

    @property
    def agents(self):
        return ("high", "low")

    def initial(self, key, params):
        wanted = jax.random.randint(key, (2,), 0, 3, dtype=jnp.int32)
        return ChoirState(time=jnp.int32(0), wanted=wanted)

    def transition(self, key, state, action, params):
        hit = (action == state.wanted + np.int32(5)).astype(jnp.float32)
        reward = jnp.full(2, jnp.mean(hit)) if self.shared else hit
        return state, reward, jnp.ones(2, jnp.bool_), {}

    def observe(self, state, params):
        return state.wanted

    def observation_spaces(self, params=None) -> dict[str, spaces.Space]:
        return dict.fromkeys(self.agents, spaces.Discrete(3))

    def action_spaces(self, params=None) -> dict[str, spaces.Space]:
        return dict.fromkeys(self.agents, spaces.Discrete(3, start=5))

    def action_mask(self, state, params=None):
        if not self.masked:
            return None
        return jnp.arange(3, dtype=jnp.int32) == state.wanted[:, None]

    def global_state(self, state, params):
        return state.wanted.astype(jnp.float32)


class TwoSteps(MultiAgentEnv[GuessState, core.Params]):
    """The first player opens one of two doors; behind it both choose, and both are paid.

    Behind door 0 everything pays 7; behind door 1, 1 for each but one of the four pairs: 8 if both
    choose 1, 0 if both choose 0. No sum of two players' values says that, so a team that learns one
    thinks door 0 the better one.

    Source: Rashid et al. (2018), "QMIX", section 6.
    """

    def original_params(self) -> core.Params:
        return core.Params(max_steps=0)

    @property
    def agents(self):
        return ("first", "second")

    def initial(self, key, params):
        return GuessState(time=jnp.int32(0), wanted=jnp.int32(0))

    def transition(self, key, state, action, params):
        payoff = jnp.where(state.wanted == 0, np.float32(7), jnp.array([0.0, 1, 8])[action.sum()])
        second = state.time > 0
        reward = jnp.full(2, jnp.where(second, payoff, 0.0).astype(jnp.float32))
        return state.replace(wanted=action[0]), reward, jnp.full(2, second), {}

    def observe(self, state, params):
        place = jnp.where(state.time == 0, 0, 1 + state.wanted)
        return jnp.broadcast_to(place, (2,)).astype(jnp.int32)

    def observation_spaces(self, params=None) -> dict[str, spaces.Space]:
        return dict.fromkeys(self.agents, spaces.Discrete(3))

    def action_spaces(self, params=None) -> dict[str, spaces.Space]:
        return dict.fromkeys(self.agents, spaces.Discrete(2))

    def global_state(self, state, params):
        return jax.nn.one_hot(self.observe(state, params)[0], 3, dtype=jnp.float32)
