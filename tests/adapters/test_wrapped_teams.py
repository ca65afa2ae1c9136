"""Wrapped games of several agents through the adapters: each agent gets its own data."""

import importlib.util
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces, wrappers
from jaxenvs.adapters import jaxmarl
from jaxenvs.adapters import pettingzoo as pz
from tests.toys import Crowd

NUM_STEPS, NUM_FRAMES = 3, 2
Frames = list[np.ndarray]  # what one agent of the plain game has seen, the newest last


class Loads(Crowd):
    """Agent `i` of the crowd pulls with `i + 1` real numbers from -1 to 1, and sees their sum."""

    def action_spaces(self, params: Any = None) -> Any:
        return {name: spaces.Box(-1, 1, (i + 1,)) for i, name in enumerate(self.agents)}

    def action_mask(self, state: Any, params: Any = None) -> None:
        return None

    def transition(self, key: Any, state: Any, action: Any, params: Any) -> Any:
        sums = state.sums + (4 * action.sum(axis=1)).astype(jnp.int32)
        return state.replace(sums=sums), action.sum(axis=1), jnp.zeros(3, jnp.bool_), {}


def same(frames: Frames, limit: int) -> np.ndarray:
    return frames[-1]


def stacked(frames: Frames, limit: int) -> np.ndarray:
    return np.stack(([frames[0]] * NUM_FRAMES + frames)[-NUM_FRAMES:])


def timed(frames: Frames, limit: int) -> np.ndarray:
    return np.append(frames[-1], np.float32((len(frames) - 1) / limit))


Wrap = Callable[[Any], Any]
WRAPPED: dict[str, tuple[Wrap, Callable[[Frames, int], np.ndarray]]] = {
    "FrameStack": (lambda env: wrappers.FrameStack(env=env, num_frames=NUM_FRAMES), stacked),
    "StickyActions": (lambda env: wrappers.StickyActions(env=env, probability=0.0), same),
    "FlattenObservation": (lambda env: wrappers.FlattenObservation(env=env), same),
    "TimeAwareObservation": (lambda env: wrappers.TimeAwareObservation(env=env), timed),
    "EpisodeStatistics": (lambda env: wrappers.EpisodeStatistics(env=env), same),
    "RewardScale": (lambda env: wrappers.RewardScale(env=env, reward_scale=2.0), same),
    "RewardNoise": (lambda env: wrappers.RewardNoise(env=env, noise_scale=0.0), same),
    "RescaleAction": (lambda env: wrappers.RescaleAction(env=env), same),
    "ClipAction": (lambda env: wrappers.ClipAction(env=env), same),
}


def games(name: str) -> tuple[Any, Any, Callable[[Frames, int], np.ndarray]]:
    """A game, the same wrapped, and what its agents see then."""
    wrap, seen = WRAPPED[name]
    game = Loads() if name in ("RescaleAction", "ClipAction") else Crowd()
    return game, wrap(game), seen


def moves(game: Any, step: int) -> dict[str, Any]:
    """Other actions for each agent and step, after which nobody has left."""
    if isinstance(game, Loads):
        pulls = [0.25 * ((step + i) % 3) for i in range(3)]
        return {a: np.full(i + 1, pulls[i], np.float32) for i, a in enumerate(game.agents)}
    return {agent: (step + i) % 2 for i, agent in enumerate(game.agents)}


@pytest.mark.parametrize("name", ["FrameStack", "StickyActions", "TimeAwareObservation"])
def test_pettingzoo_gives_each_agent_its_own(name):
    game, wrapped, seen = games(name)
    check_pettingzoo(game, wrapped, seen, lambda step: moves(game, step))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRAPPED))
def test_pettingzoo_gives_each_agent_its_own_under_every_wrapper(name):
    test_pettingzoo_gives_each_agent_its_own(name)


def check_pettingzoo(game, wrapped, seen, moves_at):
    plain, env = pz.parallel_env(game, masks=False), pz.parallel_env(wrapped, masks=False)
    turns: Any = pz.aec_env(wrapped, masks=False)
    obs, ours = plain.reset(seed=3)[0], env.reset(seed=3)[0]
    turns.reset(seed=3)
    frames = {agent: [obs[agent]] for agent in game.agents}
    limit = int(game.default_params.max_steps)
    for step in range(NUM_STEPS):
        actions = moves_at(step)
        obs, ours = plain.step(actions)[0], env.step(actions)[0]
        for action in actions.values():
            turns.step(action)
        np.testing.assert_array_equal(env.state(), plain.state())
        np.testing.assert_array_equal(turns.state(), plain.state())
        for agent in env.agents:
            frames[agent].append(obs[agent])
            expected = seen(frames[agent], limit)
            np.testing.assert_allclose(ours[agent], expected, 1e-6, strict=True)
            np.testing.assert_allclose(turns.observe(agent), expected, 1e-6, strict=True)
            assert ours[agent] in env.observation_space(agent)


@pytest.mark.parametrize("name", sorted(WRAPPED))
def test_jaxmarl_declares_what_it_gives(name):
    """Traced, not run: shapes and dtypes are where agents were mixed up."""
    game, wrapped, _ = games(name)
    env = jaxmarl.JaxMarlEnv(wrapped)
    key = jax.random.key(0)
    obs, state = jax.eval_shape(env.reset, key)
    actions = jax.tree.map(jnp.asarray, moves(game, 0))
    stepped = jax.eval_shape(env.step, key, state, actions)
    for given in (obs, stepped[0]):
        for agent, space in wrapped.observation_spaces().items():
            assert (given[agent].shape, given[agent].dtype) == (space.shape, space.dtype)
    assert stepped[1] == state
    whole = jax.eval_shape(env.get_world_state, state)
    assert whole.shape == game.global_state(game.reset(key)[1], game.default_params).shape


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRAPPED))
def test_jaxmarl_gives_each_agent_its_own(name):
    game, wrapped, seen = games(name)
    plain, env = jaxmarl.JaxMarlEnv(game), jaxmarl.JaxMarlEnv(wrapped)
    key = jax.random.key(0)
    (obs, state), (_, own) = plain.reset(key), env.reset(key)
    frames = {agent: [np.asarray(obs[agent])] for agent in game.agents}
    for step in range(NUM_STEPS):
        actions = jax.tree.map(jnp.asarray, moves(game, step))
        obs, state, *_ = plain.step_env(key, state, actions)
        ours, own, *_ = env.step_env(key, own, actions)
        np.testing.assert_array_equal(env.get_world_state(own), plain.get_world_state(state))
        for agent in game.agents:
            frames[agent].append(np.asarray(obs[agent]))
            expected = seen(frames[agent], int(game.default_params.max_steps))
            np.testing.assert_allclose(ours[agent], expected, 1e-6, strict=True)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("stable_baselines3") is None, reason="Stable-Baselines3 is in no extra"
)
@pytest.mark.parametrize("name", sorted(WRAPPED))
def test_sb3_gives_each_slot_its_own(name):
    from jaxenvs.adapters.sb3_agents import AgentsVecEnv

    game, wrapped, seen = games(name)
    plain, env = AgentsVecEnv(game, 2), AgentsVecEnv(wrapped, 2)
    sizes = [space.shape[0] for space in game.observation_spaces().values()]
    obs = plain.reset()
    own = env.reset()
    frames = [[obs[slot, : sizes[slot % 3]]] for slot in range(6)]
    for step in range(NUM_STEPS):
        row = [np.atleast_1d(action) for action in moves(game, step).values()]
        width = max(len(action) for action in row)
        actions = np.stack([np.pad(action, (0, width - len(action))) for action in row] * 2)
        actions = actions.squeeze(axis=1) if actions.shape[1] == 1 else actions
        obs, own = plain.step(actions)[0], env.step(actions)[0]
        for slot in range(6):
            frames[slot].append(obs[slot, : sizes[slot % 3]])
            expected = seen(frames[slot], int(game.default_params.max_steps))
            numbers = own[slot, :-3].reshape(*expected.shape[:-1], -1)
            np.testing.assert_allclose(numbers[..., : expected.shape[-1]], expected, 1e-6)
            assert own[slot, -3:].tolist() == np.eye(3)[slot % 3].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FrameStack", "FlattenObservation"])
@pytest.mark.parametrize("env_id", ["MPE-SimpleSpeakerListener-v4", "Hanabi-VerySmall-2p-v0"])
def test_games_of_the_table_give_each_agent_its_own(env_id, name):
    wrap, seen = WRAPPED[name]
    game = jaxenvs.make(env_id)
    actions = dict.fromkeys(game.agents, 0)
    check_pettingzoo(game, wrap(game), seen, lambda step: actions)
