"""The single environment."""

import copy
import pickle
import re
import subprocess
import sys
import warnings
from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

import jaxenvs
from jaxenvs.adapters.dm_env import DmEnv
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.wrappers import StickyActions
from tests.adapters.compare import assert_same, make, make_vec
from tests.toys import Race, Walk

CLASSIC = [env_id for env_id in jaxenvs.list_envs("classic") if env_id in gym.registry]
OTHERS = [
    env_id
    for env_id in jaxenvs.list_envs()
    if env_id not in CLASSIC and not jaxenvs.spec(env_id).multi_agent
]
# Of spaces as the originals have them, and of ids that have a later version.
KNOWN_WARNINGS = r"value is -?infinity|symmetric and normalized|is out of date"


def play(env, actions):
    """The results of these steps; the environment is reset where episodes end."""
    results = []
    for action in actions:
        results.append(env.step(action))
        if results[-1][2] or results[-1][3]:
            results.append((*env.reset(),))
    return results


def sampled(env, num_actions, seed=0):
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(num_actions)]


# -- making --------------------------------------------------------------------------------------


def test_importing_and_making_start_no_backend():
    script = """
import gymnasium, jax, jaxenvs
from jax.extend import backend
import jax._src.xla_bridge as bridge
env = gymnasium.make("jaxenvs/CartPole-v1")
envs = gymnasium.make_vec("jaxenvs/CartPole-v1", num_envs=3)
assert not bridge.backends_are_initialized()
env.reset(seed=0), envs.reset(seed=0)
assert bridge.backends_are_initialized()
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=100)


def test_the_module_can_be_named_in_the_id():
    script = """
import gymnasium
print(gymnasium.make("jaxenvs:jaxenvs/CartPole-v1").reset(seed=0)[0].shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, timeout=100, capture_output=True, text=True
    )
    assert done.stdout == "(4,)\n"


@pytest.mark.parametrize("env_id", CLASSIC)
def test_check_env_warns_of_nothing_that_gymnasiums_own_does_not_give(env_id):
    def warnings_of(name):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            check_env(make(name, disable_env_checker=True).unwrapped)
        return {str(warning.message).replace("jaxenvs/", "") for warning in caught}

    assert warnings_of(f"jaxenvs/{env_id}") <= warnings_of(env_id)


def _one_of_each_family():
    """The other families' first ids; all the others' are checked by `-m slow`."""
    families = {jaxenvs.spec(env_id).family: env_id for env_id in reversed(OTHERS)}
    return set(families.values())


@pytest.mark.parametrize(
    "env_id",
    [
        pytest.param(env_id, marks=[] if env_id in _one_of_each_family() else [pytest.mark.slow])
        for env_id in OTHERS
    ],
)
def test_check_env_knows_nothing_against_the_other_families(env_id):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_env(make(f"jaxenvs/{env_id}", disable_env_checker=True).unwrapped)
    for warning in caught:
        assert re.search(KNOWN_WARNINGS, str(warning.message)), warning.message


@pytest.mark.filterwarnings("ignore:.*is out of date")  # CartPole-v0
@pytest.mark.parametrize("env_id", CLASSIC)
def test_spaces_are_gymnasiums(env_id):
    ours, theirs = make(f"jaxenvs/{env_id}"), make(env_id)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.observation_space is ours.observation_space  # built once
    assert ours.spec.max_episode_steps == theirs.spec.max_episode_steps


def test_options_of_make_reach_the_game():
    env = make("jaxenvs/CartPole-v1", gravity=5.0, integrator="semi_implicit")
    assert env.unwrapped.jax_env.integrator == "semi_implicit"
    env.reset(seed=0)
    assert env.unwrapped.params.gravity == np.float32(5.0)
    with pytest.raises(TypeError, match="gravty"):
        make("jaxenvs/CartPole-v1", gravty=5.0)
    with pytest.raises(ValueError, match="output: expected one of"):
        make("jaxenvs/CartPole-v1", output="tensorflow")


def episode_length(env):
    env.reset(seed=0)
    for length in range(1, 1000):
        if any(env.step(env.action_space.sample() * 0)[2:4]):
            return length
    return None


@pytest.mark.parametrize(("given", "length"), [(None, 200), (7, 7), (300, 300), (-1, None)])
def test_the_one_time_limit_is_max_episode_steps(given, length):
    env = make("jaxenvs/Pendulum-v1", max_episode_steps=given)
    assert env.unwrapped.jax_env.default_params.max_steps == 0
    assert episode_length(env) == length


def test_an_environment_given_keeps_its_own_time_limit():
    env = GymnasiumEnv(jaxenvs.make("Pendulum-v1", max_steps=6))
    assert episode_length(env) == 6


# -- playing -------------------------------------------------------------------------------------


def test_plays_as_the_environment_itself():
    walk = Walk()
    env = GymnasiumEnv(walk)
    obs, info = env.reset(seed=5)
    assert info == {}
    state = jax.tree.map(jnp.asarray, env.state)
    step = jax.jit(walk.step)
    for action in sampled(env, 5):
        assert_same(obs["luck"], np.asarray(walk.observe(state, env.params)["luck"]))
        obs, reward, terminated, truncated, info = env.step(action)
        played = step(jax.random.key(0), state, action)  # its randomness is another
        state = jax.tree.map(jnp.asarray, env.state)
        assert reward == pytest.approx(float(state.luck) + 0.5)
        assert terminated == (abs(int(state.position)) >= 3)
        assert truncated == bool(played.truncated)
        if terminated:
            break


def test_results_are_plain_numpy_and_python():
    env: Any = GymnasiumEnv(Walk())
    obs, _ = env.reset(seed=0)
    later, reward, terminated, truncated, info = env.step(1)
    for got in (obs, later):
        assert type(got["luck"]) is np.ndarray
        assert type(got["position"]) is int
    kept = obs["luck"].copy()
    later["luck"][...] = 9
    assert env.observation_space["luck"].contains(obs["luck"])
    np.testing.assert_array_equal(obs["luck"], kept)
    assert [type(x) for x in (reward, terminated, truncated)] == [float, bool, bool]
    assert type(info["push"]) is int


def test_seeds_fix_everything_that_follows():
    env = GymnasiumEnv(Walk())
    actions = sampled(env, 60)

    def trajectory(seed):
        return [env.reset(seed=seed), *play(env, actions)]

    first, other, again = trajectory(1), trajectory(2), trajectory(1)
    for ours, theirs in zip(again, first, strict=True):
        assert_same(ours, theirs)
    assert any(a[0] != b[0] for a, b in zip(first, other, strict=False))
    fresh = GymnasiumEnv(Walk())
    assert_same([fresh.reset(seed=1)][0], first[0])
    # Without a seed, two environments differ.
    lucks = {float(GymnasiumEnv(Walk()).reset()[0]["luck"][0]) for _ in range(3)}
    assert len(lucks) == 3


def test_a_generator_given_is_drawn_from():
    lucks = []
    for _ in range(2):
        env = GymnasiumEnv(Walk())
        env.np_random = np.random.default_rng(3)
        lucks.append(env.reset()[0]["luck"])
    np.testing.assert_array_equal(*lucks)


def test_wrapped_games_and_games_with_levels_play():
    for game in (StickyActions(env=jaxenvs.make("CartPole-v1")), Race()):
        env = GymnasiumEnv(game)
        env.reset(seed=0)
        for result in play(env, sampled(env, 20)):
            assert result[0] in env.observation_space


def test_large_states_play_the_same(monkeypatch):
    usual = GymnasiumEnv(jaxenvs.make("CartPole-v1", gravity=9.5))
    expected = [usual.reset(seed=3), *play(usual, sampled(usual, 30))]
    monkeypatch.setattr("jaxenvs.adapters._host.packing.PACK_LIMIT", 0)
    env = GymnasiumEnv(jaxenvs.make("CartPole-v1", gravity=9.4, max_steps=499))
    env.jax_env = env.jax_env.with_params(gravity=9.5)  # equal play, another compilation
    result = [env.reset(seed=3), *play(env, sampled(env, 30))]
    assert not env._program.carry.as_words
    for ours, theirs in zip(result, expected, strict=True):
        assert_same(ours, theirs, rounding=1e-6)  # of the other compilation


def test_equal_environments_compile_once():
    count = []

    class Counted(Walk):
        def transition(self, key, state, action, params):
            count.append(1)
            return super().transition(key, state, action, params)

    for _ in range(3):
        env = GymnasiumEnv(Counted())
        env.reset(seed=0)
        env.step(0)
        env.step(1)
    assert len(count) == 2  # one for the layout of the result, one for the program


def test_actions_are_checked():
    env = make("jaxenvs/CartPole-v1")
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"action: expected 0 to 1 for Discrete\(2\), got 2"):
        env.step(2)
    env = make("jaxenvs/Pendulum-v1")
    env.reset(seed=0)
    for action in ([np.inf], [np.nan], jnp.float32([np.nan])):
        with pytest.raises(ValueError, match="not finite"):
            env.step(action)


def test_coordinates_beyond_the_box_are_the_game_s_business_as_in_gymnasium():
    """Pendulum clips, within the torque that the episode's motor has."""
    env = make("jaxenvs/Pendulum-v1")
    seen = {}
    for torque, action in ((2.0, 2.0), (2.0, 5.0), (8.0, 5.0), (8.0, 8.0), (8.0, 9.0)):
        env.reset(seed=0, options={"max_torque": torque})
        seen[torque, action] = env.step(np.array([action], np.float32))[0][2]
    assert seen[2.0, 5.0] == seen[2.0, 2.0]
    assert seen[2.0, 2.0] < seen[8.0, 5.0] < seen[8.0, 8.0] == seen[8.0, 9.0]


def test_games_of_several_agents_are_refused_with_the_door_that_takes_them():
    refusal = r"Spread is a game of several agents: .*pettingzoo"
    with pytest.raises(TypeError, match=refusal):
        make("jaxenvs/MPE-SimpleSpread-v3")
    with pytest.raises(TypeError, match=refusal):
        make_vec("jaxenvs/MPE-SimpleSpread-v3", 2)
    with pytest.raises(TypeError, match=r"several agents.*pettingzoo"):
        DmEnv("MPE-SimpleSpread-v3")


def test_a_step_needs_a_reset():
    env = GymnasiumEnv(Walk(), render_mode=None)
    for call in (lambda: env.step(0), lambda: env.state):
        with pytest.raises(ResetNeeded):
            call()
    with pytest.raises(ResetNeeded):
        copy.deepcopy(env).step(0)


# -- options of a reset --------------------------------------------------------------------------


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Acrobot-v1", "MountainCar-v0"])
def test_low_and_high_are_the_range_of_starts_as_in_gymnasium(env_id):
    ours, theirs = make(f"jaxenvs/{env_id}").unwrapped, make(env_id).unwrapped
    for env in (ours, theirs):
        starts = np.array(
            [env.reset(seed=s, options={"low": -0.45, "high": -0.4})[0] for s in range(20)]
        )
        if env_id == "CartPole-v1":
            assert (starts >= -0.45).all()
            assert (starts <= -0.4).all()
        if env_id == "MountainCar-v0":
            assert ((starts[:, 0] >= -0.45) & (starts[:, 0] <= -0.4)).all()
        if env_id == "Acrobot-v1":
            assert (starts[:, 1] <= np.sin(-0.4) + 1e-6).all()
            assert (starts[:, 4:] <= -0.4).all()
        with pytest.raises(ValueError, match=r"[Ll]ow"):
            env.reset(options={"low": 1.0, "high": 0.0})


def test_pendulum_starts_within_x_init_and_y_init_as_in_gymnasium():
    for name in ("jaxenvs/Pendulum-v1", "Pendulum-v1"):
        env = make(name).unwrapped
        options = {"x_init": 0.1, "y_init": 0.2}
        starts = np.array([env.reset(seed=s, options=options)[0] for s in range(20)])
        assert (np.abs(starts[:, 1]) <= np.sin(0.1) + 1e-6).all()
        assert (np.abs(starts[:, 2]) <= 0.2).all()
        assert (np.abs(starts[:, 2]) > 0.05).any()


def test_options_hold_for_the_episode_that_they_start():
    env = GymnasiumEnv(env_id="CartPole-v1")
    usual, _ = env.reset(seed=0)
    start, _ = env.reset(seed=0, options={"params": {"force": 0.0}})
    assert_same(start, usual)
    assert env.params.force == 0.0
    # Nothing pushes the cart: both actions lead to the same state.
    twin = copy.deepcopy(env)
    assert_same(env.step(0), twin.step(1))
    env.reset(seed=0)
    assert env.params.force == 10.0
    assert not np.array_equal(env.step(0)[0], twin.step(1)[0])
    with pytest.raises(ValueError, match="'forse' is no option of a reset"):
        env.reset(options={"forse": 1.0})
    # What is refused changes nothing, not even the stream of random numbers.
    twin = copy.deepcopy(env)
    with pytest.raises(ValueError, match=r"gravity: .* finite"):
        env.reset(seed=3, options={"gravity": np.inf})
    assert_same(env.step(0), twin.step(0))
    assert_same(env.reset(), twin.reset())


# -- copies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("options", [None, {"low": -0.1}])
def test_copies_go_on_where_the_original_stands(copied, options):
    env = make("jaxenvs/CartPole-v1")
    env.reset(seed=4, options=options)
    actions = sampled(env, 40)
    play(env, actions[:5])
    twin = copied(env)
    second = copied(twin)  # of a copy that has not been used
    results = play(env, actions)
    for other in (twin, second):
        for ours, theirs in zip(play(other, actions), results, strict=True):
            assert_same(ours, theirs)


def test_an_environment_can_be_made_again_from_its_spec():
    env = make("jaxenvs/CartPole-v1", gravity=5.0, max_episode_steps=9)
    again = make(env.spec)
    restored = make(EnvSpec.from_json(env.spec.to_json()))
    for other in (again, restored):
        assert other.spec == env.spec
        assert_same(other.reset(seed=1), env.reset(seed=1))
        assert other.spec.max_episode_steps == 9
        assert other.unwrapped.jax_env == env.unwrapped.jax_env
