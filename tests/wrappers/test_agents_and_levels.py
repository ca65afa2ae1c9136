"""Wrapped games of several agents, and wrapped games with levels, are such games themselves."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import MultiAgentEnv, spaces
from jaxenvs import testing as laws
from jaxenvs.baselines import ppo
from jaxenvs.testing import check_env
from jaxenvs.wrappers import (
    ClipAction,
    EpisodeStatistics,
    FlattenObservation,
    FrameStack,
    RescaleAction,
    RewardNoise,
    RewardScale,
    StickyActions,
    TimeAwareObservation,
    Wrapper,
)
from tests.toys import Crowd, Goal, Race, Walk


class Haul(Crowd):
    """Agent `i` pulls with `i + 1` real numbers, and is paid what it pulled."""

    def action_spaces(self, params=None) -> Any:
        return {name: spaces.Box(-1, 3, (i + 1,)) for i, name in enumerate(self.agents)}

    def action_mask(self, state, params=None):
        return None

    def transition(self, key, state, action, params):
        return state, action.sum(axis=1), jnp.zeros(3, jnp.bool_), {}


class Drive(Race):
    """The race with an accelerator in place of buttons."""

    def action_space(self, params=None) -> Any:
        return spaces.Box(0, 1, (1,))

    def transition(self, key, state, action, params):
        return super().transition(key, state, (action[0] > 0.5).astype(jnp.int32), params)


class Signs(Crowd):
    """Agent `i` observes one of `i + 2` signs."""

    def observation_spaces(self, params=None) -> Any:
        return {name: spaces.Discrete(i + 2, start=4) for i, name in enumerate(self.agents)}

    def observe(self, state, params):
        return 4 + state.sums % np.array([2, 3, 4], np.int32)


class Relay(Race, MultiAgentEnv):
    """The race as a game of several agents with levels: only the first one's steps count."""

    @property
    def agents(self) -> tuple[str, ...]:
        return ("runner", "coach")

    def observation_spaces(self, params=None) -> Any:
        return {"runner": spaces.MultiDiscrete([5, 10]), "coach": spaces.MultiDiscrete([5, 10])}

    def action_spaces(self, params=None) -> Any:
        return {"runner": spaces.Discrete(2), "coach": spaces.Discrete(3)}

    def observation_space(self, params=None) -> Any:
        return MultiAgentEnv.observation_space(self, params)

    def action_space(self, params=None) -> Any:
        return MultiAgentEnv.action_space(self, params)

    def transition(self, key, state, action, params):
        state, reward, over, info = super().transition(key, state, action[0], params)
        return state, jnp.stack([reward, reward]), jnp.stack([over, over]), info

    def observe(self, state, params):
        return jnp.stack([super().observe(state, params)] * 2)

    def global_state(self, state, params):
        return state.position[None].astype(jnp.float32)


class DrivenRelay(Relay):
    """The relay with accelerators in place of buttons."""

    def action_spaces(self, params=None) -> Any:
        return {"runner": spaces.Box(0, 1, (1,)), "coach": spaces.Box(-1, 1, (2,))}

    def transition(self, key, state, action, params):
        return super().transition(key, state, (action[:, 0] > 0.5).astype(jnp.int32), params)


REWARDED = RewardScale(env=RewardNoise(env=EpisodeStatistics(env=StickyActions(env=Relay()))))
STACKS = [
    FrameStack(env=REWARDED, num_frames=2),
    TimeAwareObservation(env=FlattenObservation(env=ClipAction(env=DrivenRelay()))),
    RescaleAction(env=Wrapper(env=DrivenRelay())),
    FrameStack(env=TimeAwareObservation(env=FlattenObservation(env=Signs())), num_frames=2),
]
PLAIN = (Wrapper, EpisodeStatistics, StickyActions, FrameStack, FlattenObservation)
TEAMS = [
    *(wrapper(env=Crowd()) for wrapper in (*PLAIN, TimeAwareObservation, RewardNoise, RewardScale)),
    *(wrapper(env=Haul()) for wrapper in (ClipAction, RescaleAction)),
]
RACES = [
    *(wrapper(env=Race()) for wrapper in (*PLAIN, RewardNoise, RewardScale)),
    *(wrapper(env=Drive()) for wrapper in (ClipAction, RescaleAction)),
    TimeAwareObservation(env=FlattenObservation(env=Race())),
]


def _name(env):
    return f"{type(env).__name__}-{type(env.unwrapped).__name__}"


@pytest.mark.parametrize("env", STACKS, ids=_name)
def test_wrapped_games_of_several_agents_with_levels_keep_the_contract(env):
    assert jaxenvs.has_agents(env)
    assert jaxenvs.has_levels(env) == isinstance(env.unwrapped, Relay)
    check_env(env, num_steps=640)


@pytest.mark.parametrize("env", TEAMS, ids=_name)
def test_every_wrapper_keeps_the_agents(env):
    assert jaxenvs.has_agents(env)
    assert not jaxenvs.has_levels(env)
    assert env.agents == ("small", "middle", "large")
    laws.agents_share_an_axis(env)
    laws.types_never_change(env)
    laws.observations_have_the_space_s_type(env)


@pytest.mark.parametrize("env", RACES, ids=_name)
def test_every_wrapper_keeps_the_levels(env):
    assert jaxenvs.has_levels(env)
    assert not jaxenvs.has_agents(env)
    laws.types_never_change(env)
    laws.observations_have_the_space_s_type(env)
    level = env.sample_level(jax.random.key(0), env.default_params)
    assert env.level_from_json(env.level_to_json(level)) == level
    started = jax.eval_shape(env.reset_to_level, jax.random.key(1), level)
    assert started == jax.eval_shape(env.reset, jax.random.key(1))


def test_a_wrapper_adds_neither_agents_nor_levels():
    env = Wrapper(env=Walk())
    assert not jaxenvs.has_agents(env)
    assert not jaxenvs.has_levels(env)
    assert env.agents == ()
    with pytest.raises(TypeError, match="Walk is not a game of several agents"):
        env.action_spaces()
    with pytest.raises(TypeError, match="Walk has no levels"):
        env.sample_level(jax.random.key(0), env.default_params)
    source: Any = object()
    with pytest.raises(ValueError, match="level_source: Walk has no levels"):
        jaxenvs.vectorize(env, 2, level_source=source)


def _steps(env, actions):
    """Plays the actions one after the other; the last step."""
    step, state = None, env.reset(jax.random.key(0))[1]
    for i, action in enumerate(actions):
        step = env.step(jax.random.key(i), state, action)
        state = step.state
    assert step is not None
    return step


ONE_EACH = np.array([1, 1, 1], np.int32)


def test_own_observations_are_flattened_and_then_padded():
    env = FlattenObservation(env=Signs())
    assert env.observation_spaces()["small"] == spaces.Box(0, 1, (2,))
    obs = _steps(env, [np.array([1, 2, 3], np.int32)]).obs
    assert obs.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_frames_lie_behind_the_agents():
    obs = _steps(FrameStack(env=Crowd(), num_frames=2), [ONE_EACH, ONE_EACH]).obs
    assert obs.shape == (3, 2, 3)
    assert obs[:, 0].tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert obs[:, 1].tolist() == [[2, 0, 0], [2, 2, 0], [2, 2, 2]]


def test_the_time_follows_each_agent_s_own_numbers():
    env = TimeAwareObservation(env=Crowd().with_params(max_steps=4))
    obs = _steps(env, [ONE_EACH]).obs
    assert obs.tolist() == [[1, 0.25, 0, 0], [1, 1, 0.25, 0], [1, 1, 1, 0.25]]
    middle: Any = env.observation_spaces()["middle"]
    assert middle.shape == (3,)
    with pytest.raises(ValueError, match="float32 vector"):
        TimeAwareObservation(env=Signs())


def test_every_agent_repeats_its_action_by_a_chance_of_its_own():
    env = StickyActions(env=Crowd(), probability=0.5)
    first = env.step(jax.random.key(0), env.reset(jax.random.key(0))[1], ONE_EACH).state
    nothing = jnp.zeros(3, jnp.int32)
    steps = jax.vmap(env.step, in_axes=(0, None, None))
    rewards = steps(jax.random.split(jax.random.key(1), 2000), first, nothing).reward
    np.testing.assert_allclose(np.mean(rewards, axis=0), 0.5, atol=0.05)
    assert abs(np.corrcoef(rewards[:, 0], rewards[:, 1])[0, 1]) < 0.1


def test_actions_of_several_agents_are_clipped_and_rescaled_row_by_row():
    big = np.full((3, 3), 9, np.float32)
    clip, rescale = ClipAction(env=Haul()), RescaleAction(env=Haul())
    assert clip.action_spaces()["middle"] == spaces.Box(-np.inf, np.inf, (2,))
    assert rescale.action_spaces()["small"] == spaces.Box(-1, 1, (1,))
    assert _steps(clip, [big]).reward.tolist() == [3, 6, 9]
    assert _steps(rescale, [np.zeros((3, 3), np.float32)]).reward.tolist() == [1, 2, 3]
    for wrapper in (ClipAction, RescaleAction):
        with pytest.raises(ValueError, match=f"{wrapper.__name__}: expected a float32 Box"):
            wrapper(env=Crowd())


def test_levels_go_through_a_wrapper():
    env = RewardScale(env=StickyActions(env=Race()), reward_scale=2.0)
    level = Goal(place=jnp.int32(3))
    assert env.level_from_json(env.level_to_json(level)).place == 3
    assert env.reset_to_level(jax.random.key(0), level)[0].tolist() == [3, 0]
    assert int(env.mutate_level(jax.random.key(0), level, 1, env.default_params).place) == 4


def test_the_team_baselines_train_on_a_wrapped_game():
    env = RewardScale(env=jaxenvs.make("MPE-SimpleSpread-v3"), reward_scale=0.5)
    trainer = ppo.make_train(ppo.TeamConfig(num_envs=4, num_steps=8, num_minibatches=2), env)
    carry = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    _, metrics = jax.eval_shape(trainer.update, carry)
    assert "episode_return_agent_2" in metrics
