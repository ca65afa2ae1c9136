"""Every bsuite game against bsuite: whole episodes with shared randomness.

bsuite's games draw from a numpy generator; here a script stands in its place, which gives them what
our game drew. Games of physics are put into our state before every step, so that rounding does not
add up; all others run through each episode by themselves.
"""

import dataclasses
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.bsuite import _digits as digits
from jaxenvs.envs.bsuite import deep_sea
from tests.parity import report, rollout

pytest.importorskip("bsuite", reason="bsuite is not installed")

from bsuite.environments import (
    bandit,
    cartpole,
    catch,
    discounting_chain,
    memory_chain,
    mnist,
    mountain_car,
    umbrella_chain,
)
from bsuite.environments import deep_sea as their_deep_sea
from bsuite.experiments.cartpole_swingup import cartpole_swingup
from bsuite.utils import wrappers

NUM_ENVS, NUM_STEPS = 50, 2000


class Script:
    """Stands for numpy's generator: each method gives the values set for its name, in turn."""

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self.values[name].pop(0)


def nothing(*args: Any) -> dict[str, list[Any]]:
    """Of a game that draws nothing."""
    return {}


@dataclasses.dataclass(frozen=True)
class Case:
    """One of our ids beside one of bsuite's games."""

    env_id: str
    theirs: Callable[[], Any]
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    at_reset: Callable[[Any], dict[str, list[Any]]] = nothing  # of our first state
    at_step: Callable[[Any, Any, Any], dict[str, list[Any]]] = nothing  # state, next state, draws
    draws: Callable[[jax.Array], Any] = lambda key: ()
    place: Callable[[Any, Any], None] | None = None  # puts their game into our state
    policy: Callable[[jax.Array, Any], Any] | None = None
    tolerance: float = 0.0
    variant: str = ""


def follow(case: Case, theirs: Any, script: Script, played: Any, index: int) -> float:
    """Plays one copy's steps in bsuite; returns the largest error in observations and rewards."""
    step = played.step
    states, after = rows(played.state, index), rows(step.state, index)
    starts, actions, ends = (
        x[:, index].tolist() for x in (played.start, played.action, step.terminated)
    )
    draws = list(zip(*(x[:, index].tolist() for x in played.draws), strict=True)) or [()] * len(
        starts
    )
    seen, rewards, worst = np.zeros_like(step.obs[:, index]), np.zeros(len(starts)), 0.0
    game = getattr(theirs, "_env", theirs)
    for t, state in enumerate(states):
        if starts[t]:
            script.values = case.at_reset(state)
            first = theirs.reset()
            assert first.first()
            worst = max(worst, np.abs(first.observation - played.obs[t, index]).max())
        if case.place:
            case.place(game, state)
        script.values = case.at_step(state, after[t], draws[t])
        move = theirs.step(actions[t])
        assert move.last() == ends[t]
        assert move.discount == 1 - ends[t]
        seen[t], rewards[t] = move.observation, move.reward
    assert not step.truncated.any()
    error = np.abs(seen - step.obs[:, index]).max()
    return float(max(worst, error, np.abs(rewards - step.reward[:, index]).max()))


def rows(states: Any, index: int) -> list[Any]:
    """One copy's states, a record of numbers and vectors for each step."""
    names = [field.name for field in dataclasses.fields(states)]
    arrays = [getattr(states, name)[:, index] for name in names]
    columns = [array.tolist() if array.ndim == 1 else list(array) for array in arrays]
    return [
        types.SimpleNamespace(**dict(zip(names, row, strict=True)))
        for row in zip(*columns, strict=True)
    ]


def compare(case: Case, wrap: Callable[[Any, Script], Any] | None = None, steps: int = NUM_STEPS):
    """Plays ours, follows with theirs; returns our rollout, their game and the error."""
    env = jaxenvs.make(case.env_id, **case.options)
    played = rollout.play(env, NUM_ENVS, steps, draws=case.draws, policy=case.policy)
    script = Script()
    theirs = case.theirs()
    theirs._rng = script
    if "_init_fn" in vars(theirs):
        theirs._init_fn = script.start
    outer = wrap(theirs, script) if wrap else theirs
    error = max(follow(case, outer, script, played, i) for i in range(NUM_ENVS))
    assert error <= case.tolerance, error
    assert env.observation_space().shape == theirs.observation_spec().shape  # type: ignore
    assert env.action_space().n == theirs.action_spec().num_values  # type: ignore
    return played, theirs, error


# -- the games ---------------------------------------------------------------------------------


def place_cart(game: Any, state: Any) -> None:
    """bsuite adds up its clock; the table has what it comes to."""
    game._state = cartpole.CartpoleState(
        state.x, state.x_dot, state.theta, state.theta_dot, CLOCK[state.time]
    )


CLOCK = [0.0, *np.cumsum(np.full(1100, 0.01)).tolist()]


def cart_start(around: float) -> Callable[[Any], dict[str, list[Any]]]:
    return lambda s: {"start": [s.x, s.x_dot, s.theta - around, s.theta_dot]}


def balance(key: jax.Array, state: Any) -> jax.Array:
    """Keeps the pole up now and then, so that some episodes come to their time limit."""
    choice_key, action_key = jax.random.split(key)
    lean = jnp.remainder(state.theta + np.float32(np.pi), np.float32(2 * np.pi)) - np.float32(np.pi)
    push = 20 * lean + 3 * state.theta_dot + 0.3 * state.x + 0.6 * state.x_dot
    random = jax.random.randint(action_key, (), 0, 3, dtype=jnp.int32)
    steady = jnp.where(push > 0, 2, 0).astype(jnp.int32)
    return jnp.where(jax.random.uniform(choice_key, (), jnp.float32) < 0.2, random, steady)


def place_car(game: Any, state: Any) -> None:
    game._position, game._velocity, game._timestep = state.position, state.velocity, state.time


def rock(key: jax.Array, state: Any) -> jax.Array:
    """Pushes with the motion now and then, so that some cars arrive."""
    choice_key, action_key = jax.random.split(key)
    random = jax.random.randint(action_key, (), 0, 3, dtype=jnp.int32)
    along = jnp.where(state.velocity > 0, 2, 0).astype(jnp.int32)
    return jnp.where(jax.random.uniform(choice_key, (), jnp.float32) < 0.85, random, along)


def waves(state: Any, after: Any, draws: Any) -> dict[str, list[Any]]:
    wind, noise = draws or (0.5, 0.0)  # bsuite draws a calm sea's wind too
    return {"rand": [wind], "randn": [noise]}


def weather(state: Any, after: Any, draws: Any) -> dict[str, list[Any]]:
    """The coin that is the reward, and the distractors that are shown after the step."""
    return {"binomial": [*draws, after.distractors]}


def umbrella(length: int, n_distractor: int) -> dict[str, Any]:
    def at_step(state: Any, after: Any, draws: Any) -> dict[str, list[Any]]:
        last = state.time + 1 == length
        return weather(state, after, [] if last else draws)

    return {
        "theirs": lambda: umbrella_chain.UmbrellaChain(length, n_distractor),
        "options": {"chain_length": length, "n_distractor": n_distractor},
        "at_reset": lambda s: {"binomial": [s.need_umbrella, s.has_umbrella, s.distractors]},
        "at_step": at_step,
        "draws": lambda key: (
            jax.random.bits(key, (1 + n_distractor,), np.uint32)[0] < np.uint32(2**31),
        ),
    }


def memory(length: int, num_bits: int) -> dict[str, Any]:
    return {
        "theirs": lambda: memory_chain.MemoryChain(length, num_bits),
        "options": {"memory_length": length, "num_bits": num_bits},
        "at_reset": lambda s: {"binomial": [s.context], "randint": [s.query]},
    }


def sea(size: int, deterministic: bool) -> dict[str, Any]:
    return {
        "theirs": lambda: their_deep_sea.DeepSea(size, deterministic, mapping_seed=42),
        "options": {"size": size},
        "tolerance": 1e-6,
        "at_step": waves,
        "draws": (lambda key: ()) if deterministic else deep_sea.draws,
    }


CATCH = Case("bsuite-Catch-v0", catch.Catch, at_reset=lambda s: {"randint": [s.ball_column]})
BANDIT = Case("bsuite-Bandit-v0", lambda: bandit.SimpleBandit(mapping_seed=0), tolerance=1e-7)
CARTPOLE = Case(
    "bsuite-Cartpole-v0",
    cartpole.Cartpole,
    {"init_range": 0.5},  # too far for some poles, so that episodes of all lengths come up
    at_reset=cart_start(0.0),
    place=place_cart,
    policy=balance,
    tolerance=2e-6,
)
MOUNTAIN_CAR = Case(
    "bsuite-MountainCar-v0",
    mountain_car.MountainCar,
    at_reset=lambda s: {"uniform": [s.position]},
    place=place_car,
    policy=rock,
    tolerance=2e-7,
)
MNIST = Case(
    "bsuite-MNIST-v0",
    mnist.MNISTBandit,
    at_reset=lambda s: {"randint": [s.image_id]},
    tolerance=1e-7,
)
CASES = [
    CATCH,
    dataclasses.replace(
        CATCH,
        theirs=lambda: catch.Catch(rows=5, columns=8),
        options={"rows": 5, "columns": 8},
        variant="rows=5, columns=8",
    ),
    BANDIT,
    CARTPOLE,
    MOUNTAIN_CAR,
    MNIST,
    Case(
        "bsuite-CartpoleSwingup-v0",
        cartpole_swingup.CartpoleSwingup,
        {"init_range": 2.0},  # starts all over the place, so that the pole is up at times
        at_reset=cart_start(np.pi),
        place=place_cart,
        tolerance=2e-6,
    ),
    Case("bsuite-DeepSea-v0", **sea(10, True)),
    Case("bsuite-DeepSeaStochastic-v0", **sea(10, False)),
    Case("bsuite-DeepSeaStochastic-v0", **sea(4, False), variant="size=4"),
    Case(
        "bsuite-DiscountingChain-v0",
        lambda: discounting_chain.DiscountingChain(mapping_seed=7),
        {"mapping_seed": 7},
        tolerance=1e-7,
    ),
    Case("bsuite-MemoryLength-v0", **memory(10, 1), tolerance=1e-7),
    Case("bsuite-MemoryLength-v0", **memory(1, 1), variant="memory_length=1"),
    Case("bsuite-MemorySize-v0", **memory(2, 10), tolerance=1e-7),
    Case("bsuite-UmbrellaLength-v0", **umbrella(10, 20), tolerance=1e-7),
    Case("bsuite-UmbrellaLength-v0", **umbrella(1, 0), variant="chain_length=1, n_distractor=0"),
    Case("bsuite-UmbrellaDistract-v0", **umbrella(20, 10), tolerance=1e-7),
]


@pytest.fixture(autouse=True)
def their_mnist_has_our_digits(monkeypatch):
    images, labels = digits.load()
    monkeypatch.setattr(mnist.datasets, "load_mnist", lambda: ((images, labels), None))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.env_id}-{c.variant}")
def test_games_are_bsuite_s(case):
    steps = NUM_STEPS // 4 if case.variant else NUM_STEPS
    played, theirs, error = compare(case, steps=steps)
    assert played.step.terminated.sum() >= NUM_ENVS
    theirs_say = theirs.bsuite_info()
    for name, ours_say in totals(played).items():
        if name in theirs_say:
            assert np.isclose(theirs_say[name], ours_say, rtol=1e-5), name
    report.record(case.env_id, "bsuite", NUM_ENVS * steps, error, variant=case.variant)


def totals(played: rollout.Rollout) -> dict[str, float]:
    """What bsuite scores by, from our infos."""
    info, sums = played.step.info, {}
    if "regret" in info:
        sums["total_regret"] = info["regret"].sum()
    if "bad_episode" in info:
        sums["total_bad_episodes"] = (info["bad_episode"] & played.step.terminated).sum()
        sums["denoised_return"] = info["denoised_reward"].sum()
    if "upright" in info:
        sums["total_upright"] = info["upright"].sum()
        assert sums["total_upright"] > 0
    return sums


def test_episodes_of_carts_and_cars_came_to_all_their_ends():
    """The time limit among them, which only long episodes reach."""
    for case, limit in ((CARTPOLE, 1001), (MOUNTAIN_CAR, 1000)):
        env = jaxenvs.make(case.env_id, **case.options)
        played = rollout.play(env, NUM_ENVS, NUM_STEPS, policy=case.policy)
        lengths = played.step.state.time[played.step.terminated]
        assert lengths.max() == limit
        assert lengths.min() < limit


NOISY = [CATCH, BANDIT, CARTPOLE, MOUNTAIN_CAR, MNIST]


@pytest.mark.parametrize("case", NOISY, ids=lambda c: c.env_id)
def test_noise_is_bsuite_s(case):
    def noisy(key: jax.Array) -> Any:
        noise_key, _ = jax.random.split(key)
        return (jax.random.normal(noise_key, (), jnp.float32),)

    def wrap(theirs: Any, script: Script) -> Any:
        wrapped = wrappers.RewardNoise(theirs, noise_scale=0.3)
        wrapped._rng = script  # type: ignore
        return wrapped

    noisy_case = dataclasses.replace(
        case,
        env_id=case.env_id.replace("-v0", "Noise-v0"),
        options=case.options | {"noise_scale": 0.3},
        draws=noisy,
        at_step=lambda state, after, draws: {"randn": [draws[0]]},
        tolerance=max(case.tolerance, 1e-6),
    )
    _, _, error = compare(noisy_case, wrap, NUM_STEPS // 10)
    report.record(noisy_case.env_id, "bsuite", NUM_ENVS * NUM_STEPS // 10, error)


@pytest.mark.parametrize("case", NOISY, ids=lambda c: c.env_id)
def test_scale_is_bsuite_s(case):
    scaled_case = dataclasses.replace(
        case,
        env_id=case.env_id.replace("-v0", "Scale-v0"),
        options=case.options | {"reward_scale": 30.0},
        tolerance=max(case.tolerance, 5e-6),
    )
    _, _, error = compare(
        scaled_case, lambda theirs, script: wrappers.RewardScale(theirs, 30.0), NUM_STEPS // 10
    )
    report.record(scaled_case.env_id, "bsuite", NUM_ENVS * NUM_STEPS // 10, error)


def test_signed_pixels_are_bsuite_s(monkeypatch):
    """bsuite's loader reads MNIST's bytes as int8."""
    images, labels = digits.load()
    monkeypatch.setattr(
        mnist.datasets, "load_mnist", lambda: ((images.view(np.int8), labels), None)
    )
    case = dataclasses.replace(MNIST, options={"signed_pixels": True})
    played, _, error = compare(case, steps=NUM_STEPS // 10)
    assert played.obs.min() < -0.3
    variant = "signed_pixels=True"
    report.record(case.env_id, "bsuite", NUM_ENVS * NUM_STEPS // 10, error, variant=variant)
