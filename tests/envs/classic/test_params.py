"""What a user may vary: every number of every game, alone, together, traced or not."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs

# Numbers with which every other one tells within a few steps.
BASE = {
    "CartPole-v1": {"x_limit": 0.03, "theta_limit": 0.03},
    "Pendulum-v1": {"max_speed": 1.0},
    "Acrobot-v1": {
        "reset_low": -3.0,
        "reset_high": 3.0,
        "max_velocity_1": 2.0,
        "max_velocity_2": 4.0,
        "goal_height": 0.5,
    },
    "MountainCar-v0": {"max_speed": 0.002},
    "MountainCarContinuous-v0": {"max_speed": 0.002},
}
for env_id in ("MountainCar-v0", "MountainCarContinuous-v0"):
    BASE[env_id] |= {"reset_low": -1.2, "reset_high": 0.6, "min_position": -1.1}
    BASE[env_id] |= {"max_position": 0.5, "goal_position": -0.8, "goal_velocity": 0.0005}
FIELDS = [
    (env_id, field.name)
    for env_id, base in BASE.items()
    for field in dataclasses.fields(jaxenvs.make(env_id, **base).default_params)
]


@pytest.fixture(scope="module")
def episodes():
    """For each id, a compiled function of params: eight random steps of many copies."""

    def compiled(env_id):
        env = jaxenvs.make(env_id)

        def one(params, key):
            reset_key, play_key = jax.random.split(key)

            def step(state, key):
                action_key, step_key = jax.random.split(key)
                action = env.action_space().sample(action_key)
                # Stronger than the space allows, so that bounds on the action tell.
                action = action * 2 if action.shape else action
                t = env.step(step_key, state, action, params)
                return t.state, (t.obs, t.reward, t.terminated, t.truncated)

            obs, state = env.reset(reset_key, params)
            return obs, jax.lax.scan(step, state, jax.random.split(play_key, 8))[1]

        return jax.jit(jax.vmap(jax.vmap(one, in_axes=(None, 0)), in_axes=(0, None)))

    return {env_id: compiled(env_id) for env_id in BASE}


@pytest.mark.parametrize(("env_id", "name"), FIELDS)
def test_a_vmapped_param_is_that_param(episodes, env_id, name):
    """Two values side by side play as each does by itself, and not alike."""
    default = jaxenvs.make(env_id, **BASE[env_id]).default_params
    value = getattr(default, name)
    values = np.stack([value, other(name, value)])
    batch = jax.tree.map(lambda leaf: jnp.stack([jnp.asarray(leaf)] * 2), default)
    keys = jax.random.split(jax.random.key(5), 256)
    side_by_side = episodes[env_id](batch.replace(**{name: values}), keys)
    for i in range(2):
        changed = jaxenvs.make(env_id, **BASE[env_id] | {name: values[i].item()})
        changed = changed.default_params
        alone = episodes[env_id](jax.tree.map(lambda leaf: np.stack([leaf] * 2), changed), keys)
        jax.tree.map(
            lambda a, b, i=i: np.testing.assert_array_equal(a[i], b[i]), side_by_side, alone
        )
    pairs = jax.tree.leaves(side_by_side)
    assert any((np.asarray(leaf[0]) != np.asarray(leaf[1])).any() for leaf in pairs)


def other(name, value):
    """Another value of the same type that a game can be played with."""
    if value.dtype == np.bool_:
        return ~value
    if name == "max_steps":
        return np.int32(3)
    return np.float32(0.5) if value == 0 else np.float32(value * np.float32(1.25))
