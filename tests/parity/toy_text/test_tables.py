"""FrozenLake, CliffWalking and Taxi against Gymnasium: all of their tables, and whole episodes."""

from typing import Any

import gymnasium
import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.toy_text import taxi
from tests.parity import report, rollout

STRIP = ["SFSH", "FGFF"]
TABLES: list[tuple[str, dict[str, Any]]] = [
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake-v1", {"success_rate": 0.75, "reward_schedule": (5.0, -2.0, -0.125)}),
    ("FrozenLake-v1", {"desc": STRIP}),
    ("FrozenLake8x8-v1", {}),
    ("CliffWalking-v1", {}),
    ("CliffWalkingSlippery-v1", {}),
    ("Taxi-v4", {}),
    ("Taxi-v4", {"is_rainy": True}),
    ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.5}),
]


@pytest.mark.parametrize(("env_id", "options"), TABLES)
def test_the_table_is_gymnasium_s(env_id, options):
    env: Any = jaxenvs.make(env_id, **options)
    theirs: Any = gymnasium.make(env_id, **options).unwrapped
    chance, number, reward, terminated = map(np.asarray, jax.jit(env.table)())
    worst = 0.0
    for s, actions in theirs.P.items():
        for a, outcomes in actions.items():
            can_be = chance[s, a] > 0
            assert number[s, a][can_be].tolist() == [o[1] for o in outcomes]
            assert terminated[s, a][can_be].tolist() == [o[3] for o in outcomes]
            worst = max(
                worst,
                np.abs(chance[s, a][can_be] - [o[0] for o in outcomes]).max(),
                np.abs(reward[s, a][can_be] - [o[2] for o in outcomes]).max(),
            )
    assert worst < 1e-7
    assert number.shape[:2] == (len(theirs.P), len(theirs.P[0]))
    assert env.observation_space().to_gymnasium() == theirs.observation_space
    assert env.action_space().to_gymnasium() == theirs.action_space


class SharedDraws:
    """Stands for numpy's generator, and gives the numbers that our step drew."""

    draw, other = 0.5, 0

    def random(self) -> float:
        return self.draw

    def choice(self, choices: list[int]) -> int:
        return choices[self.other]


def drawn(key: jax.Array) -> Any:
    """The one uniform number of a step."""
    return (jax.random.uniform(key, (), np.float32),)


def drawn_by_taxi(key: jax.Array) -> Any:
    """A taxi's uniform number, and which of the three other stands a passenger thinks of."""
    drive_key, mind_key = jax.random.split(key)
    return *drawn(drive_key), jax.random.randint(mind_key, (), 0, 3, dtype=np.int32)


def sensible(key: jax.Array, state: Any) -> jax.Array:
    """Random actions of a taxi that often do something, so that passengers get somewhere."""
    mask = taxi.Taxi().action_mask(state)
    logits = np.float32(4) * mask.astype(np.float32) + np.array([0, 0, 0, 0, 2, 2], np.float32)
    return jax.random.categorical(key, logits).astype(np.int32)


def eastward(key: jax.Array, state: Any) -> jax.Array:
    """Random moves that now and then get along the cliff to its other end."""
    del state
    weights = np.array([0.3, 0.4, 0.2, 0.1], np.float32)
    return jax.random.categorical(key, np.log(weights)).astype(np.int32)


POLICIES = {"Taxi": sensible, "CliffWalking": eastward, "CliffWalkingSlippery": eastward}

EPISODES: list[Any] = [
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"success_rate": 0.9, "reward_schedule": (5.0, -2.0, -0.125)}),
    pytest.param("FrozenLake8x8-v1", {}, marks=pytest.mark.slow),
    pytest.param("CliffWalking-v1", {}, marks=pytest.mark.slow),
    ("CliffWalkingSlippery-v1", {}),
    pytest.param("Taxi-v4", {}, marks=pytest.mark.slow),
    ("Taxi-v4", {"is_rainy": True, "fickle_passenger": True, "fickle_probability": 0.5}),
]


@pytest.mark.parametrize(("env_id", "options"), EPISODES)
def test_whole_episodes_are_gymnasium_s(env_id, options):
    num_envs, num_steps = 50, 2000
    is_taxi = env_id.startswith("Taxi")
    env: Any = jaxenvs.make(env_id, **options)
    played = rollout.play(
        env,
        num_envs,
        num_steps,
        draws=drawn_by_taxi if is_taxi else drawn,
        policy=POLICIES.get(env_id.partition("-")[0]),
    )
    theirs: Any = gymnasium.make(env_id, disable_env_checker=True, **options)
    shared = SharedDraws()
    theirs.unwrapped._np_random = shared
    chance_error = max(
        follow(theirs, shared, rollout.column(played, i), is_taxi) for i in range(num_envs)
    )
    assert chance_error < 1e-7
    assert played.step.terminated.sum() > 20, "episodes came to their ends"
    variant = ", ".join(f"{name}={value}" for name, value in options.items())
    report.record(env_id, "gymnasium", num_envs * num_steps, 0.0, variant=variant)


def follow(theirs: Any, shared: SharedDraws, ours: rollout.Rollout, is_taxi: bool) -> float:
    """Plays one copy's steps in Gymnasium; returns the largest error of the chances in info."""
    game, worst = theirs.unwrapped, 0.0
    step = ours.step
    for t in range(len(ours.start)):
        if ours.start[t]:
            theirs.reset()
            game.s = ours.obs[t]
            if is_taxi:
                game.fickle_step = ours.state.fickle[t]
        shared.draw = ours.draws[0][t]
        if is_taxi:
            shared.other = ours.draws[1][t]
        obs, reward, terminated, truncated, info = theirs.step(ours.action[t])
        expected = (obs, reward, terminated, truncated)
        found = (step.obs[t], step.reward[t], step.terminated[t], step.truncated[t])
        assert expected == found, (t, expected, found)
        worst = max(worst, abs(info["prob"] - step.info["prob"][t]))
        if is_taxi:
            assert info["action_mask"].tolist() == step.info["action_mask"][t]
    return worst


def test_a_taxi_starts_anywhere_it_does_in_gymnasium(getkey):
    num_starts = 60_000
    theirs: Any = gymnasium.make("Taxi-v4").unwrapped
    expected = theirs.initial_state_distrib * num_starts
    env: Any = jaxenvs.make("Taxi-v4", fickle_passenger=True)
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), num_starts))
    counts = np.bincount(state.number, minlength=500)
    assert (counts[expected == 0] == 0).all()
    can_be = expected > 0
    # 299 degrees of freedom: one in a million lies above 433.
    assert ((counts - expected)[can_be] ** 2 / expected[can_be]).sum() < 433
    assert abs(float(state.fickle.mean()) - 0.3) < 5 * np.sqrt(0.21 / num_starts)


def test_a_lake_with_several_starts_begins_at_each_alike(getkey):
    env: Any = jaxenvs.make("FrozenLake-v1", desc=STRIP)
    theirs: Any = gymnasium.make("FrozenLake-v1", desc=STRIP).unwrapped
    expected = theirs.initial_state_distrib
    obs, _ = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 10_000))
    share = np.bincount(obs, minlength=8) / 10_000
    assert np.abs(share - expected).max() < 5 * 0.005
