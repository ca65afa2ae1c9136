"""What the books of orders have in common: the laws of the contract, pictures, policies."""

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.render.picture import frame, picture_of
from jaxenvs.scripted import makers
from jaxenvs.testing import _traced, check_env

BOOKS = ("LOB-Execution-v0", "LOB-MarketMaking-v0", "LOB-MultiAgent-v0")


@pytest.mark.parametrize("env_id", BOOKS)
def test_laws_of_types_are_kept(env_id):
    """All laws are checked in tests/test_registry.py, which is slow for these."""
    env = jaxenvs.make(env_id, messages_per_step=3, capacity=16)
    for law in (
        _traced.types_never_change,
        _traced.params_are_traced_numbers,
        _traced.defaults_lie_in_their_ranges,
        _traced.spaces_take_traced_params,
        _traced.observations_have_the_space_s_type,
        _traced.equal_instances_share_one_trace,
    ):
        law(env)
    if env.agents:
        _traced.agents_share_an_axis(env)  # pyright: ignore[reportArgumentType]


@pytest.mark.slow
@pytest.mark.parametrize("env_id", BOOKS[:2])
@pytest.mark.parametrize("latency", [0, 2])
def test_all_laws_are_kept_with_continuous_actions(env_id, latency):
    env = jaxenvs.make(
        env_id, messages_per_step=3, capacity=16, actions="continuous", latency=latency
    )
    check_env(env, 1_280, eager=False)


@pytest.mark.parametrize("env_id", BOOKS)
def test_pictures_have_two_themes_and_keys_are_actions(env_id):
    env = jaxenvs.make(env_id, messages_per_step=3)
    state = env.reset(jax.random.key(0))[1]
    light, dark = (frame(env, state, size=200, theme=theme) for theme in ("light", "dark"))
    assert light.shape == (140, 200, 3)
    assert light.mean() > 200 > 80 > dark.mean()
    controls = picture_of(env).controls
    assert controls is not None
    space = env.action_space()
    if env.agents:
        space = env.action_spaces()[env.agents[0]]  # pyright: ignore[reportAttributeAccessIssue]
    for key in controls.keys:
        action = np.asarray(controls.action([key], space, 0), np.int32)
        assert space.contains(action), key


@pytest.mark.parametrize("env_id", BOOKS)
@pytest.mark.parametrize("actions", ["discrete", "continuous"])
def test_policies_give_actions_of_the_space(env_id, actions):
    if env_id == BOOKS[2] and actions == "continuous":
        return
    settings = {} if env_id == BOOKS[2] else {"actions": actions}
    env = jaxenvs.make(env_id, messages_per_step=3, **settings)
    state = env.reset(jax.random.key(0))[1]
    found = makers(env)
    assert found
    for name, make in found.items():
        action = make(env, env.default_params)(jax.random.key(1), state)
        assert env.action_space().contains(action), name
