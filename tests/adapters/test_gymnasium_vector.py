"""The vector environment, against Gymnasium's own loop over our single environments."""

import copy
import pickle
import warnings
from typing import Any

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import jaxenvs
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from jaxenvs.wrappers import StickyActions
from tests.adapters.compare import MODES, NUM_ENVS, assert_same, make_vec, pair
from tests.toys import Race, Walk

NUM_STEPS = 60
ROUNDING = 1e-4  # the compiler orders sums and products of long formulas as it likes

GAMES = {
    "random, dict observations, infos": Walk(),
    "expensive resets, levels": Race(),
    "wrapped": StickyActions(env=Walk()),
    "larger than a packet": Walk(scale=2),  # see `test_plays_as_...`
}


class TwoParts(Walk):
    """Reports in nested infos, takes a dict."""

    def transition(self, key, state, action, params):
        state, reward, over, info = super().transition(key, state, action["step"], params)
        reports = {"far": jnp.abs(state.position) > 1, "deep": {"luck": state.luck[None]}}
        return state, reward + action["push"].sum(), over, info | reports

    def action_space(self, params=None) -> Any:
        push = jaxenvs.spaces.Box(-1, 1, (2,))
        return jaxenvs.spaces.Dict({"step": jaxenvs.spaces.Discrete(3), "push": push})


class Masked(TwoParts):
    """Has action masks, and tells something of its starts."""

    def action_mask(self, state, params=None) -> Any:
        return jnp.stack([state.position > -2, True, state.position < 2])

    def initial_info(self, state, params=None) -> Any:
        return {"push": jnp.int32(7), "deep": {"start": state.position}, "lucky": state.luck > 0.5}


def made_pair(env_id, mode, **kwargs):
    """The same through `make` and `make_vec`."""
    ours = make_vec(f"jaxenvs/{env_id}", NUM_ENVS, autoreset_mode=mode, **kwargs)
    make = lambda: gym.make(f"jaxenvs/{env_id}", **kwargs)  # noqa: E731
    return ours, SyncVectorEnv([make] * NUM_ENVS, autoreset_mode=mode)


def assert_plays_the_same(ours, theirs, num_steps=NUM_STEPS, rounding=0.0):
    """Steps both with the same random actions; returns how many episodes ended."""
    num_ends = 0
    for _ in range(num_steps):
        actions = theirs.action_space.sample()
        got, expected = ours.step(actions), theirs.step(actions)
        assert_same(got, expected, rounding)
        over = expected[2] | expected[3]
        num_ends += int(over.sum())
        if over.any() and theirs.metadata["autoreset_mode"] == AutoresetMode.DISABLED:
            first, second = (env.reset(options={"reset_mask": over}) for env in (ours, theirs))
            assert_same(first, second, rounding)
    return num_ends


# -- the same play -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *(("random, dict observations, infos", mode) for mode in MODES),
        *(("expensive resets, levels", mode) for mode in MODES),
        ("wrapped", AutoresetMode.NEXT_STEP),
        ("larger than a packet", AutoresetMode.SAME_STEP),
    ],
)
def test_plays_as_gymnasiums_loop_over_single_environments(monkeypatch, name, mode):
    if name == "larger than a packet":
        monkeypatch.setattr("jaxenvs.adapters._host.packing.PACK_LIMIT", 0)
    ours, theirs = pair(GAMES[name], mode)
    theirs.action_space.seed(0)
    assert_same(ours.reset(seed=7), theirs.reset(seed=7))
    assert assert_plays_the_same(ours, theirs) > NUM_ENVS
    # Without a seed, the streams go on; with some seeds, those start anew.
    assert_same(ours.reset(), theirs.reset())
    assert_plays_the_same(ours, theirs, 10)
    seeds = [3, None, 4, None, 3]
    assert_same(ours.reset(seed=seeds), theirs.reset(seed=seeds))
    assert_plays_the_same(ours, theirs, 10)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("game", [TwoParts(), Masked()], ids=["nested", "of starts, with masks"])
def test_infos_of_every_kind_and_dict_actions_play_the_same(game, mode):
    ours, theirs = pair(game, mode)
    theirs.action_space.seed(0)
    assert_same(ours.reset(seed=0), theirs.reset(seed=0))
    assert assert_plays_the_same(ours, theirs, 30) > 0


@pytest.mark.filterwarnings("ignore:.*is out of date")  # CartPole-v0
@pytest.mark.parametrize("env_id", jaxenvs.list_envs("classic"))
def test_classic_control_plays_the_same_through_make(env_id):
    ours, theirs = made_pair(env_id, AutoresetMode.NEXT_STEP, max_episode_steps=12)
    theirs.action_space.seed(0)
    assert_same(ours.reset(seed=1), theirs.reset(seed=1))
    assert assert_plays_the_same(ours, theirs, rounding=ROUNDING) > 0


@pytest.mark.parametrize("mode", MODES)
def test_cartpole_plays_the_same_through_make(mode):
    ours, theirs = made_pair("CartPole-v1", mode)
    theirs.action_space.seed(0)
    assert_same(ours.reset(seed=1), theirs.reset(seed=1))
    assert assert_plays_the_same(ours, theirs, 150, ROUNDING) > NUM_ENVS


@pytest.mark.parametrize("mode", MODES)
def test_dear_starts_made_in_turn_are_those_made_for_all(mode):
    class DearWalk(Walk):
        reset_cost = "expensive"

    usual, expensive = (
        GymnasiumVectorEnv(game, 70, autoreset_mode=mode) for game in (Walk(), DearWalk())
    )
    usual.action_space.seed(0)
    assert_same(expensive.reset(seed=0), usual.reset(seed=0))
    assert assert_plays_the_same(expensive, usual, 20) > 70


@pytest.mark.parametrize("mode", MODES)
def test_options_hold_for_the_episodes_that_they_start(mode):
    ours, theirs = pair(jaxenvs.make("CartPole-v1", max_steps=9), mode, num_envs=3)
    theirs.action_space.seed(0)
    options = {"low": -0.3, "high": 0.3, "params": {"gravity": 30.0}}
    assert_same(ours.reset(seed=2, options=options), theirs.reset(seed=2, options=options))
    assert_plays_the_same(ours, theirs, 30, ROUNDING)
    if mode == AutoresetMode.DISABLED:
        mask = np.array([True, False, True])
        some = {"params": {"force": 0.0}, "reset_mask": mask}
        assert_same(ours.reset(options=dict(some)), theirs.reset(options=dict(some)))
        assert ours.params.force.tolist() == [0.0, 10.0, 0.0]
        assert_plays_the_same(ours, theirs, 10, ROUNDING)
    assert_same(ours.reset(seed=2), theirs.reset(seed=2))
    assert_plays_the_same(ours, theirs, 10, ROUNDING)


def test_a_masked_reset_may_bring_options_to_a_batch_without():
    ours, theirs = pair(Walk(), AutoresetMode.DISABLED)
    theirs.action_space.seed(0)
    assert_same(ours.reset(seed=2), theirs.reset(seed=2))
    mask = np.array([True, False, True, False, False])
    options = {"bonus": 3.0, "reset_mask": mask}
    assert_same(ours.reset(options=dict(options)), theirs.reset(options=dict(options)))
    assert options["reset_mask"] is mask
    assert_plays_the_same(ours, theirs, 20)


def test_sixty_four_bits_change_nothing():
    usual = GymnasiumVectorEnv(Walk(), 3)
    expected = [usual.reset(seed=1), *(usual.step(np.full(3, 2)) for _ in range(5))]
    with jax.enable_x64(True):
        envs = GymnasiumVectorEnv(Walk(), 3)
        results = [envs.reset(seed=1), *(envs.step(np.full(3, 2)) for _ in range(5))]
    for ours, theirs in zip(results, expected, strict=True):
        assert_same(ours, theirs)


# -- the interface -------------------------------------------------------------------------------


def test_make_vec_warns_of_nothing_and_sets_the_metadata():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs = gym.make_vec("jaxenvs/CartPole-v1", num_envs=3, autoreset_mode="SameStep")
    assert isinstance(envs, GymnasiumVectorEnv)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert GymnasiumVectorEnv.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    theirs = gym.make_vec("CartPole-v1", num_envs=3, vectorization_mode="sync")
    assert envs.action_space == theirs.action_space
    assert envs.observation_space == theirs.observation_space
    assert envs.single_action_space == theirs.single_action_space
    assert envs.single_observation_space == theirs.single_observation_space


@pytest.mark.parametrize(("given", "limit"), [("nothing", 200), (None, 200), (7, 7), (-1, 0)])
def test_the_time_limit_is_max_episode_steps(given, limit):
    more = {} if given == "nothing" else {"max_episode_steps": given}
    envs = make_vec("jaxenvs/Pendulum-v1", 2, **more)
    assert envs.jax_env.default_params.max_steps == limit
    if limit == 7:
        envs.reset(seed=0)
        for step in range(1, 8):
            truncated = envs.step(np.zeros((2, 1), np.float32))[3]
            assert truncated.all() == (step == 7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_envs": 0}, "num_envs: expected at least 1"),
        ({"max_episode_steps": 0}, "max_episode_steps: expected"),
        ({"autoreset_mode": "sometimes"}, "sometimes"),
        ({"render_mode": "human"}, "render_mode: expected None or one of"),
        ({"output": "list"}, "output: expected one of"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GymnasiumVectorEnv(Walk(), **({"num_envs": 2} | arguments))


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        ([True, False], TypeError),
        (np.array([True]), ValueError),
        (np.array([1, 0]), TypeError),
        (np.array([False, False]), ValueError),
    ],
)
def test_wrong_reset_masks_are_refused_as_gymnasium_does(mask, error):
    for envs in pair(Walk(), AutoresetMode.DISABLED, num_envs=2):
        envs.reset(seed=0)
        with pytest.raises(error, match="reset_mask"):
            envs.reset(options={"reset_mask": mask})


def test_wrong_seeds_and_options_are_refused():
    envs = GymnasiumVectorEnv(Walk(), 2)
    with pytest.raises(ValueError, match="expected 2 seeds, got 3"):
        envs.reset(seed=[1, 2, 3])
    with pytest.raises(ValueError, match="'luck' is no option"):
        envs.reset(options={"luck": 1})
    with pytest.raises(ResetNeeded):
        envs.step(np.zeros(2, int))
    with pytest.raises(ResetNeeded):
        envs.reset(options={"reset_mask": np.ones(2, bool)})


def test_unseeded_batches_differ():
    lucks = [GymnasiumVectorEnv(Walk(), 2).reset()[0]["luck"] for _ in range(2)]
    assert len(np.unique(lucks)) == 4


def test_disabled_mode_asks_for_the_reset_of_what_ended():
    envs = GymnasiumVectorEnv(Walk(), 3, autoreset_mode=AutoresetMode.DISABLED)
    envs.reset(seed=0)
    while not np.logical_or(*envs.step(np.ones(3, int))[2:4]).any():
        pass
    with pytest.raises(ResetNeeded, match="reset_mask"):
        envs.step(np.ones(3, int))


def test_actions_are_checked():
    envs = gym.make_vec("jaxenvs/Pendulum-v1", num_envs=2)
    envs.reset(seed=0)
    with pytest.raises(ValueError, match=r"not finite .* nan at index \(1, 0\)"):
        envs.step(np.array([[0.0], [np.nan]]))
    with pytest.raises(ValueError, match=r"expected shape \(2, 1\)"):
        envs.step(np.zeros(2))


def test_each_copy_clips_within_its_own_bounds():
    envs = make_vec("jaxenvs/Pendulum-v1", num_envs=2)
    envs.reset(seed=[0, 0])
    envs.reset(seed=[0, 0], options={"max_torque": 8.0, "reset_mask": np.array([False, True])})
    obs = envs.step(np.full((2, 1), 8.0))[0]
    single = gym.make("jaxenvs/Pendulum-v1")
    for i, torque in enumerate((2.0, 8.0)):
        single.reset(seed=0, options={"max_torque": torque})
        np.testing.assert_allclose(obs[i], single.step(np.array([8.0], np.float32))[0], rtol=1e-6)
    assert obs[0, 2] < obs[1, 2]


def test_methods_and_attributes_are_answered_for_each_copy():
    """As `SyncVectorEnv` answers them, from the single environments."""
    ours: Any = make_vec("jaxenvs/Taxi-v4", num_envs=2)
    theirs = SyncVectorEnv([lambda: gym.make("jaxenvs/Taxi-v4").unwrapped] * 2)
    for envs in (ours, theirs):
        envs.reset(seed=3)
    assert_same(ours.call("action_masks"), theirs.call("action_masks"))
    assert_same(ours.call("action_mask"), ours.call("action_masks"))
    assert ours.action_masks().dtype == np.bool_
    for name in ("metadata", "render_mode", "action_space", "observation_space"):
        mine, other = ours.get_attr(name), theirs.get_attr(name)
        assert len(mine) == 2
        assert name == "metadata" or mine == other
    assert [spec.id for spec in ours.get_attr("spec")] == ["jaxenvs/Taxi-v4"] * 2
    assert ours.call("action_space")[0].n == 6
    assert ours.get_attr("state")[1].number.shape == ()
    for name in ("step", "reset", "color"):
        with pytest.raises((AttributeError, TypeError)):
            ours.call(name)
    with pytest.raises(AttributeError, match=r"reset\(options=...\)"):
        ours.set_attr("rain", 1.0)


def test_params_are_each_copy_s_own():
    envs = GymnasiumVectorEnv(Walk(), 2)
    envs.reset(seed=0)
    envs.reset(options={"bonus": 2.0, "reset_mask": np.array([False, True])})
    assert envs.get_attr("bonus") == (0.5, 2.0)
    assert envs.get_attr("scale") == (1, 1)
    assert [params.bonus for params in envs.call("params")] == [0.5, 2.0]
    assert envs.action_masks().tolist() == [[True] * 3] * 2  # it forbids nothing


def test_results_are_writable_and_apart():
    envs = GymnasiumVectorEnv(Walk(), 4, autoreset_mode=AutoresetMode.SAME_STEP)
    first, _ = envs.reset(seed=0)
    results = [envs.step(np.full(4, 2)) for _ in range(3)]
    twin = copy.deepcopy(envs)
    for leaf in jax.tree.leaves([first, results]):
        if isinstance(leaf, np.ndarray) and leaf.dtype != object:
            leaf[...] = 0
    assert_same(envs.step(np.full(4, 0)), twin.step(np.full(4, 0)))
    assert results[0][1].dtype == np.float64


def test_equal_batches_compile_once():
    count = []

    class Counted(Walk):
        def transition(self, key, state, action, params):
            count.append(1)
            return super().transition(key, state, action, params)

    for _ in range(3):
        envs = GymnasiumVectorEnv(Counted(), 3)
        envs.reset(seed=0)
        envs.step(np.zeros(3, int))
        envs.step(np.ones(3, np.int32))
    assert len(count) == 2  # one for the layout of the result, one for the program


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("options", [None, {"bonus": 3.0}])
def test_copies_go_on_where_the_original_stands(copied, options):
    envs = GymnasiumVectorEnv(Walk(), 3)
    assert_same(copied(envs).reset(seed=4), envs.reset(seed=4))
    envs.reset(seed=4, options=options)
    envs.step(np.ones(3, int))
    twin = copied(envs)
    assert_plays_the_same(copied(twin), twin, 10)
    assert_plays_the_same(copied(envs), envs, 10)
    assert_same(copied(envs).reset(), envs.reset())


def test_an_environment_can_be_made_again_from_its_spec():
    envs = make_vec("jaxenvs/CartPole-v1", 3, autoreset_mode="SameStep", gravity=5.0)
    again = make_vec(envs.spec, 1)
    assert again.num_envs == 3
    assert again.autoreset_mode == AutoresetMode.SAME_STEP
    assert again.jax_env == envs.jax_env
    assert_same(again.reset(seed=0), envs.reset(seed=0))
