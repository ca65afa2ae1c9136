"""MiniGrid's observation wrappers against ours: numbers and pixels, on injected states."""

from typing import Any

import jax
import jax.numpy as jnp
import minigrid.wrappers
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.grid import observations
from jaxenvs.envs.grid.empty import Empty
from tests.parity import report, rollout
from tests.parity.grid.test_minigrid import WEIGHTS, any_states, inject, original

NAMES = {
    "FullObservation": "FullyObsWrapper",
    "SymbolicObservation": "SymbolicObsWrapper",
    "RGBObservation": "RGBImgObsWrapper",
    "RGBPartialObservation": "RGBImgPartialObsWrapper",
}
PIXELS = [(name, {"tile_size": size}) for name in list(NAMES)[2:] for size in (1, 5, 32)]


def both(env: Any, theirs: Any, cases: Any) -> list[tuple[Any, Any]]:
    """Our wrapper and theirs for every name and its options."""
    return [
        (
            getattr(observations, name)(env=env, **options),
            getattr(minigrid.wrappers, NAMES[name])(theirs, **options),
        )
        for name, options in cases
    ]


def assert_equal(pairs: Any, theirs: Any, state: Any, places: Any, env: Any) -> None:
    """What all wrappers show of our states, `[...]`, at the index `places`."""
    params = env.default_params

    def seen(state: Any) -> Any:
        return [ours.observe(state, params) for ours, _ in pairs]

    for _ in places[0]:
        seen = jax.vmap(seen)
    found = jax.tree.map(np.asarray, jax.jit(seen)(state))
    for i in places:
        inject(theirs, state, i, env.missions[int(state.mission[i])])
        shown = theirs.gen_obs()
        for (_, wrapper), ours in zip(pairs, found, strict=True):
            expected = wrapper.observation(dict(shown))
            np.testing.assert_array_equal(ours["image"][i], expected["image"])
            assert ours["direction"][i] == expected["direction"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "env_id",
    [
        "MiniGrid-DoorKey-5x5-v0",
        "MiniGrid-MultiRoom-N4-S5-v1",
        "MiniGrid-Dynamic-Obstacles-Random-6x6-v0",
    ],
)
def test_observations_of_whole_episodes_are_minigrids(env_id):
    num_envs, num_steps = 2, 50
    env: Any = jaxenvs.make(env_id)
    theirs = original(env_id)
    theirs.reset(seed=0)
    pairs = both(env, theirs, [(name, {}) for name in NAMES])
    logits = jnp.log(jnp.asarray(WEIGHTS[: env.num_actions], jnp.float32))
    played = rollout.play(
        env,
        num_envs,
        num_steps,
        policy=lambda key, state: jax.random.categorical(key, logits).astype(jnp.int32),
    )
    places = list(np.ndindex(num_steps, num_envs))
    assert_equal(pairs, theirs, played.state, places, env)
    for name in NAMES:
        report.record(env_id, "minigrid", len(places), 0.0, variant=name)


@pytest.mark.parametrize("see_through_walls", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "cases",
    [
        pytest.param([(name, {}) for name in NAMES], id="as they are"),
        pytest.param(PIXELS, id="other sizes", marks=pytest.mark.slow),
    ],
)
def test_observations_of_any_state_are_minigrids(cases, see_through_walls, getkey):
    """Every kind of object in every color, in the grid and in the hand."""
    env = Empty(size=9, see_through_walls=see_through_walls)
    theirs = original("MiniGrid-Empty-Random-6x6-v0")
    theirs.see_through_walls = see_through_walls
    theirs.reset(seed=0)
    first = jax.jit(env.reset)(getkey())[1]
    state = any_states(first, 20, np.random.default_rng(2))
    places = list(np.ndindex(20))
    assert_equal(both(env, theirs, cases), theirs, state, places, env)


def test_spaces_are_minigrids():
    env_id = "MiniGrid-KeyCorridorS3R1-v0"  # of different height and width
    pairs = both(jaxenvs.make(env_id), original(env_id), [(name, {}) for name in NAMES])
    for ours, wrapper in pairs:
        space, expected = ours.observation_space().spaces["image"], wrapper.observation_space
        np.testing.assert_array_equal(space.low, expected["image"].low)
        np.testing.assert_array_equal(space.high, expected["image"].high)
