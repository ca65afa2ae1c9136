"""Every law goes red on an environment that breaks it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import core, spaces
from jaxenvs.testing import check_env
from tests.toys import Crowd, Goal, Race, Walk, WalkParams, WalkState


class IdentityHash(Walk):
    __hash__ = object.__hash__


class WeakState(Walk):
    def initial(self, key, params):
        return super().initial(key, params).replace(luck=1.0 * jnp.asarray(0.5))


class FollowsX64(Walk):
    def initial(self, key, params):
        return super().initial(key, params).replace(luck=jax.random.uniform(jax.random.key(0)))


class IntegerReward(Walk):
    def transition(self, key, state, action, params):
        state, _, terminated, info = super().transition(key, state, action, params)
        return state, jnp.int32(1), terminated, info


class KeyInInfo(Walk):
    def transition(self, key, state, action, params):
        state, reward, terminated, _ = super().transition(key, state, action, params)
        return state, reward, terminated, {"key": key}


class WrongSpaceType(Walk):
    def observation_space(self, params=None):
        return spaces.Dict({"luck": spaces.Box(0, 1, (2,)), "position": spaces.Discrete(11, -5)})


class OutOfBounds(Walk):
    def observation_space(self, params=None):
        return spaces.Dict({"luck": spaces.Box(0, 0.9, (1,)), "position": spaces.Discrete(11, -5)})


class UsesKeyTwice(Walk):
    def initial(self, key, params):
        position = jax.random.randint(key, (), -1, 2, dtype=jnp.int32)
        luck = jax.random.uniform(key, (), jnp.float32)
        return WalkState(time=jnp.int32(0), position=position, luck=luck)


class PythonState(Walk):
    """Remembers outside its state."""

    def transition(self, key, state, action, params):
        MEMORY.append(1)
        state, reward, terminated, info = super().transition(key, state, action, params)
        return state, reward + np.float32(len(MEMORY)), terminated, info


MEMORY: list[int] = []


class ObservesTheAction(Walk):
    def step(self, key, state, action, params=None):
        step = super().step(key, state, action, params)
        luck = step.obs["luck"] * np.float32(0.5)
        return step._replace(obs=step.obs | {"luck": luck})


class StopsTheClock(Walk):
    def advance(self, key, state, action, params):
        after, reward, *flags, info = super().advance(key, state, action, params)
        after = after.replace(time=jnp.minimum(after.time, np.int32(2)))
        return after, reward, flags[0], flags[1], info


class NeverTruncates(Walk):
    def advance(self, key, state, action, params):
        state, reward, terminated, truncated, info = super().advance(key, state, action, params)
        return state, reward, terminated, truncated & False, info


class StaticParams(Walk):
    """Uses a parameter as a Python number."""

    def transition(self, key, state, action, params):
        for _ in range(int(params.width)):
            pass
        return super().transition(key, state, action, params)


class DoubleParams(Walk):
    def original_params(self):
        bonus: Any = np.zeros(1, np.complex64)
        return WalkParams(bonus=bonus)


class RefusesItsDefault(Walk):
    def original_params(self):
        return WalkParams(bonus=float("nan"))


class KnownBounds(Walk):
    """A space that needs a Python number."""

    def action_space(self, params=None):
        return spaces.Discrete(int(self.canonical_params(params).width))


class NotANumber(Walk):
    def transition(self, key, state, action, params):
        state, reward, terminated, info = super().transition(key, state, action, params)
        return state, jnp.where(state.luck > 0.9, jnp.float32(jnp.nan), reward), terminated, info


class NothingLegal(Walk):
    def action_mask(self, state, params=None):
        return jnp.full(3, state.luck < 0.9)


class SameNames(Crowd):
    @property
    def agents(self):
        return ("a", "a", "b")


class IntegerGlobalState(Crowd):
    def global_state(self, state, params):
        return state.sums


class ComesBack(Crowd):
    def transition(self, key, state, action, params):
        state, reward, _, info = super().transition(key, state, action, params)
        return state, reward, state.sums % 3 == 2, info


class AllowsPadding(Crowd):
    def action_mask(self, state, params=None):
        return jnp.ones((3, 4), jnp.bool_)


class InfiniteGlobalState(Crowd):
    def global_state(self, state, params):
        return np.float32(1) / (np.float32(3) - super().global_state(state, params))


class LosesTheLevel(Race):
    def level_to_dict(self, level):
        return {"place": 1 + int(level.place) % 4}


class MutatesBadly(Race):
    def mutate_level(self, key, level, num_edits, params):
        return Goal(place=level.place + 90)


class NoSuccess(Race):
    def transition(self, key, state, action, params):
        return *super().transition(key, state, action, params)[:3], {}


@pytest.mark.parametrize(
    ("env", "words"),
    [
        (IdentityHash(), "equal instances"),
        (WeakState(), "no weak type|one type"),
        (FollowsX64(), "x64=True"),
        (IntegerReward(), "reward is"),
        (KeyInInfo(), "no random keys"),
        (WrongSpaceType(), "obs and its space"),
        (OutOfBounds(), "lie in the space"),
        (PythonState(), "agree in"),
        (ObservesTheAction(), "observation of a step and of its state"),
        (StopsTheClock(), "time counts"),
        (NeverTruncates(), "truncated from max_steps on"),
        (StaticParams(), "width cannot be vmapped"),
        (DoubleParams(), "params are float32"),
        (RefusesItsDefault(), "a default is refused: bonus"),
        (KnownBounds(), "spaces cannot be made from traced params"),
        (NotANumber(), "rewards are finite"),
        (NothingLegal(), "some action is always legal"),
        (SameNames(), "distinct names"),
        (IntegerGlobalState(), "global_state is"),
        (ComesBack(), "has terminated stays so"),
        (AllowsPadding(), "beyond an agent's own"),
        (InfiniteGlobalState(), "global state is finite"),
        (LosesTheLevel(), "a level and its JSON"),
        (MutatesBadly(), "observations of a level"),
        (NoSuccess(), "info says success"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, core.Env) else "",
)
def test_a_broken_law_is_named(env, words):
    with pytest.raises(AssertionError, match=words) as raised:
        check_env(env, num_steps=640)
    assert type(env).__name__ in str(raised.value)


def test_a_key_used_twice_is_found():
    with pytest.raises(jax.errors.KeyReuseError):
        check_env(UsesKeyTwice())
