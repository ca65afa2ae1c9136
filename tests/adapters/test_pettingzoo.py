"""Every game of several agents as a PettingZoo environment."""

import copy
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters import pettingzoo as adapter
from tests.toys import Crowd

with warnings.catch_warnings():
    # Its tests import an old game of its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pettingzoo.test import (
        api_test,
        max_cycles_test,
        parallel_api_test,
        parallel_seed_test,
        render_test,
        seed_test,
    )
    from pettingzoo.test.state_test import state_test

# What the tests of PettingZoo only advise, unbounded observations for one.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

IDS = [env_id for env_id in jaxenvs.list_envs() if jaxenvs.spec(env_id).multi_agent]


# One of each family, and those whose agents differ most; the others by `-m slow`, so that both
# together hold every id to all of PettingZoo's tests.
ALWAYS = (
    "MPE-SimpleSpeakerListener-v4",
    "MPE-SimpleTag-v3",
    "Overcooked-CrampedRoom-v0",
    "Hanabi-Full-2p-v0",
    "Social-SwitchRiddle-v1",
    "Social-Cournot-v1",
)
# Games that a random move can end, and which of the legal ones lets them go on: the last, a hint,
# for some turns of Hanabi, and the first, to do nothing, in the riddle.
HARMLESS = {env_id: -1 for env_id in IDS if env_id.startswith("Hanabi-")} | {
    "Social-SwitchRiddle-v1": 0
}
ALL = [pytest.param(env_id, marks=[] if env_id in ALWAYS else [pytest.mark.slow]) for env_id in IDS]


@pytest.mark.parametrize("env_id", ALL)
def test_pettingzoo_s_own_tests_pass(env_id, capsys):
    parallel_api_test(adapter.parallel_env(env_id), num_cycles=60)
    parallel_seed_test(lambda: adapter.parallel_env(env_id), num_cycles=30)
    env = adapter.aec_env(env_id)
    api_test(env, num_cycles=60)
    seed_test(lambda: adapter.aec_env(env_id), num_cycles=30)
    state_test(env, adapter.parallel_env(env_id))
    capsys.readouterr()


@pytest.mark.parametrize("env_id", ALL)
def test_whole_episodes_are_determined_by_the_seed(env_id):
    def play(seed: int) -> list:
        env, seen = adapter.parallel_env(env_id), []
        obs, _ = env.reset(seed=seed)
        for space in (env.action_space(agent) for agent in env.possible_agents):
            space.seed(7)
        for _ in range(60):
            if not env.agents:
                obs, _ = env.reset()
            actions = {agent: _sample(env, agent, obs) for agent in env.agents}
            obs, *rest = env.step(actions)
            seen.append((obs, *rest, env.state()))
        return seen

    first, again, other = play(3), play(3), play(4)
    np.testing.assert_equal(first, again)
    if env_id.startswith("MPE-"):  # some games begin in one way and know no chance
        assert repr(first) != repr(other)


def _sample(env, agent, obs):
    space = env.action_space(agent)
    if isinstance(obs[agent], dict) and "action_mask" in obs[agent]:
        return space.sample(obs[agent]["action_mask"])
    return space.sample()


@pytest.mark.parametrize("env_id", ALL)
def test_games_are_drawn(env_id, capsys):
    def make(**options: Any) -> Any:
        return adapter.aec_env(env_id, **options)

    render_test(make)
    capsys.readouterr()


@pytest.mark.parametrize("env_id", ALL)
def test_time_limits_are_options(env_id):
    if env_id not in HARMLESS:
        max_cycles_test(adapter.module(env_id))
        return
    env, ends = adapter.parallel_env(env_id, max_cycles=3), []
    obs, _ = env.reset(seed=0)
    while env.agents:
        allowed = {a: np.flatnonzero(obs[a]["action_mask"]) for a in env.agents}
        moves = {agent: places[HARMLESS[env_id]] for agent, places in allowed.items()}
        obs, _, terminated, truncated, _ = env.step(moves)
        ends.append((any(terminated.values()), all(truncated.values())))
    assert ends == [(False, False), (False, False), (False, True)]


def test_a_copy_goes_on_where_the_original_stands():
    env = adapter.parallel_env("MPE-SimpleTag-v3")
    env.reset(seed=3)
    actions = dict.fromkeys(env.agents, 1)
    env.step(actions)
    twins = [pickle.loads(pickle.dumps(env)), copy.deepcopy(env)]
    for _ in range(3):
        expected = env.step(actions)
        for twin in twins:
            np.testing.assert_equal(twin.step(actions), expected)
            np.testing.assert_equal(twin.state(), env.state())


def test_options_of_a_reset_change_the_params_of_the_episode():
    env = adapter.parallel_env("MPE-SimpleSpread-v3", local_ratio=0.0)
    actions = dict.fromkeys(env.possible_agents, 0)
    rewards = []
    for options in (None, {"local_ratio": 1.0}, None):
        env.reset(seed=5, options=options)
        rewards.append(tuple(env.step(actions)[1].values()))
    assert rewards[0] == rewards[2] != rewards[1]


def test_agents_that_are_done_leave():
    env = adapter.parallel_env(Crowd())
    env.reset(seed=0)
    actions = {"small": 1, "middle": 2, "large": 3}
    live = []
    while env.agents:
        _, reward, terminated, _, _ = env.step({agent: actions[agent] for agent in env.agents})
        live.append((tuple(reward), env.agents[:]))
        assert all(isinstance(flag, bool) for flag in terminated.values())
    assert live[-1] == (("small",), [])
    assert env.step({}) == ({}, {}, {}, {}, {})

    stays = adapter.parallel_env(Crowd(), drop_dead=False)
    stays.reset(seed=0)
    steps = 0
    while stays.agents:
        assert len(stays.agents) == 3
        stays.step(actions)
        steps += 1
    assert steps == len(live)


def test_observations_have_no_padding():
    env = adapter.parallel_env("MPE-SimpleSpeakerListener-v4")
    obs, infos = env.reset(seed=0)
    assert [len(row) for row in obs.values()] == [3, 11]
    assert infos == {"speaker_0": {}, "listener_0": {}}
    assert env.action_space("speaker_0") is env.action_space("speaker_0")


@pytest.mark.parametrize("is_reset", [False, True])
def test_environments_pickle_fresh_and_reset(is_reset):
    for make in (adapter.parallel_env, adapter.aec_env):
        env = make(Crowd())
        if is_reset:
            env.reset(seed=3)
        twin = pickle.loads(pickle.dumps(env))
        if not is_reset:
            env.reset(seed=3)
            twin.reset(seed=3)
        np.testing.assert_equal(twin.state(), env.state())
        assert twin.agents == env.agents


def test_illegal_actions_are_reported_or_refused():
    """The riddle lets one prisoner at a time move; the others have only the action 0."""
    env = adapter.parallel_env("Social-SwitchRiddle-v1")
    strict = adapter.parallel_env("Social-SwitchRiddle-v1", illegal="raise")
    turns = adapter.aec_env("Social-SwitchRiddle-v1", illegal="raise")
    obs, infos = env.reset(seed=0)
    strict.reset(seed=0)
    turns.reset(seed=0)
    assert "illegal_action" not in infos["agent_0"]
    outside = [agent for agent in env.agents if obs[agent]["action_mask"].sum() == 1]
    actions = dict.fromkeys(env.agents, 0) | {outside[0]: 1}
    reports = env.step(actions)[4]
    assert {agent: reports[agent]["illegal_action"] for agent in env.possible_agents} == {
        agent: agent == outside[0] for agent in env.possible_agents
    }
    with pytest.raises(ValueError, match=rf"{outside[0]}: action 1 is illegal .* allows \[0\]"):
        strict.step(actions)
    for agent in turns.agents:
        if agent == outside[0]:
            with pytest.raises(ValueError, match=f"{agent}: action 1 is illegal"):
                turns.step(1)
        turns.step(0)  # chooses again
    # What was refused changed nothing.
    legal = dict.fromkeys(env.agents, 0)
    env.reset(seed=0)
    np.testing.assert_equal(strict.step(legal)[0], env.step(legal)[0])
    np.testing.assert_equal(turns.state(), env.state())
    with pytest.raises(ValueError, match="illegal: expected 'report' or 'raise'"):
        adapter.parallel_env(Crowd(), illegal="ignore")


@pytest.mark.parametrize(("env_id", "fps"), [("MPE-Simple-v3", 10), ("Hanabi-VerySmall-2p-v0", 8)])
def test_windows_keep_the_game_s_own_pace(env_id, fps, monkeypatch):
    waits = []

    class Window:
        def show(self, picture):
            assert picture.dtype == np.uint8

        def keys(self):
            pass

        def wait(self, fps):
            waits.append(fps)

    monkeypatch.setattr("jaxenvs.adapters._host.frames.open_window", lambda *_: Window())
    monkeypatch.setattr(
        "jaxenvs.adapters._host.frames.picture", lambda *_: np.zeros((4, 4, 3), np.uint8)
    )
    for make in (adapter.parallel_env, adapter.aec_env):
        env = make(env_id, render_mode="human")
        assert env.metadata["render_fps"] == fps
        env.reset(seed=0)
        assert waits.pop() == fps


def test_masks_come_where_the_rules_forbid_something():
    env = adapter.parallel_env(Crowd())
    obs, infos = env.reset(seed=0)
    assert obs["small"]["action_mask"].tolist() == [1, 1]
    assert infos["large"]["action_mask"].tolist() == [1, 1, 1, 1]
    plain = adapter.parallel_env(Crowd(), masks=False)
    assert plain.reset(seed=0)[0]["small"].shape == (1,)


def test_mistakes_are_named():
    with pytest.raises(TypeError, match="several agents"):
        adapter.parallel_env("CartPole-v1")
    with pytest.raises(TypeError, match="only an id takes options"):
        adapter.parallel_env(Crowd(), num_good=3)
    env = adapter.parallel_env("MPE-SimpleSpread-v3", num_agents=2)
    with pytest.raises(Exception, match="reset"):
        env.step({})
    env.reset(seed=0)
    with pytest.raises(ValueError, match="expected one for each"):
        env.step({"agent_0": 0})
    with pytest.raises(ValueError, match="expected one for each"):
        env.step({"agent_0": 0, "agent_1": 0, "agent_2": 0})
    with pytest.raises(ValueError, match="agent_1: action: expected 0 to 4"):
        env.step({"agent_0": 0, "agent_1": 5})
    with pytest.raises(ValueError, match="damping: expected a number from 0 to 1, got nan"):
        env.reset(seed=1, options={"damping": np.nan})
