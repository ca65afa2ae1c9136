import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import spaces
from jaxenvs.multi import stack
from jaxenvs.testing import check_env
from tests.toys import Crowd


def test_the_laws_hold():
    check_env(Crowd(), num_steps=640)


def test_spaces_are_padded_to_the_largest_agent():
    env = Crowd()
    observed, acted = env.observation_space(), env.action_space()
    assert isinstance(observed, spaces.Box)
    assert isinstance(acted, spaces.MultiDiscrete)
    assert observed.shape == (3, 3)
    assert observed.high.tolist() == [[100, 0, 0], [100, 100, 0], [100, 100, 100]]
    assert acted.num_values.tolist() == [2, 3, 4]
    assert env.action_spaces()["middle"] == spaces.Discrete(3)


def test_an_episode_ends_when_it_has_for_all_agents():
    venv = jaxenvs.vectorize(Crowd(), 1, final_obs=True)
    _, vstate = venv.reset(jax.random.key(0))
    actions = jnp.array([[1, 2, 3]], jnp.int32)
    ends, step = [], None
    for i in range(3):
        step = venv.step(jax.random.key(i), vstate, actions)
        vstate = step.state
        ends.append((step.terminated[0].tolist(), bool(step.info["episode"]["done"][0])))
    assert ends == [
        ([False, False, False], False),
        ([False, True, True], False),
        ([True, True, True], True),
    ]
    assert step is not None
    assert step.info["episode"]["return"].tolist() == [[3, 6, 9]]
    assert step.reward.shape == (1, 3)
    assert int(vstate.env_state.time[0]) == 0


def test_the_time_limit_holds_for_every_agent():
    env = Crowd()
    _, state = env.reset(jax.random.key(0))
    nothing, step = jnp.zeros(3, jnp.int32), None
    for i in range(7):
        step = env.step(jax.random.key(i), state, nothing)
        state = step.state
    assert step is not None
    assert step.truncated.tolist() == [True] * 3
    assert step.terminated.tolist() == [False] * 3


def test_stack_keeps_structures_and_refuses_mixtures():
    pair = spaces.Dict({"a": spaces.Discrete(2, 1), "b": spaces.Tuple([spaces.MultiBinary(2)])})
    both = stack([pair, pair])
    assert isinstance(both, spaces.Dict)
    assert both.spaces["a"] == spaces.MultiDiscrete([2, 2], start=[1, 1])
    assert both.spaces["b"] == spaces.Tuple([spaces.MultiBinary((2, 2))])
    with pytest.raises(TypeError, match="one kind"):
        stack([spaces.Discrete(2), spaces.Box(0, 1)])
    with pytest.raises(TypeError, match="one dtype"):
        stack([spaces.Box(0, 1, dtype=np.uint8), spaces.Box(0, 1)])
