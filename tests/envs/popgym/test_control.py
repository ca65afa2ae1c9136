from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs

CONTROL = [
    "PositionOnlyCartPole",
    "VelocityOnlyCartPole",
    "NoisyPositionOnlyCartPole",
    "PositionOnlyPendulum",
    "NoisyPositionOnlyPendulum",
]


@pytest.mark.parametrize("name", CONTROL)
def test_what_is_shown_is_a_part_of_what_the_game_shows(name, getkey):
    env: Any = jaxenvs.make(f"POPGym-{name}Easy-v0")
    assert env.game == jaxenvs.make("CartPole-v1" if "CartPole" in name else "Pendulum-v1")
    obs, state = env.reset(getkey())
    whole = env.game.observe(state.game, env.default_params.game)
    noise = getattr(state, "noise", np.zeros(2, np.float32))
    high = env.observation_space().high
    np.testing.assert_array_equal(obs, np.clip(whole[np.array(env.seen)] + noise, -high, high))


def test_noise_is_anew_at_every_step_and_can_be_varied(getkey):
    env: Any = jaxenvs.make("POPGym-NoisyPositionOnlyCartPoleEasy-v0")
    assert float(env.default_params.noise) == pytest.approx(0.1)
    _, state = env.reset(getkey())
    t = env.step(getkey(), state, jnp.int32(0))
    assert (np.asarray(t.state.noise) != np.asarray(state.noise)).all()
    sigmas = jnp.array([0.0, 0.5], jnp.float32)
    key = getkey()
    noises = jax.vmap(
        lambda sigma: env.reset(key, env.default_params.replace(noise=sigma))[1].noise
    )(sigmas)
    assert not noises[0].any()
    assert noises[1].all()


def test_the_game_underneath_may_be_another():
    heavy = jaxenvs.make("CartPole-v1", gravity=20.0)
    env: Any = jaxenvs.make("POPGym-PositionOnlyCartPoleEasy-v0", game=heavy)
    assert float(env.default_params.game.gravity) == 20
    assert int(env.default_params.max_steps) == 200


def test_rewards_are_scaled_to_the_episode(getkey):
    env: Any = jaxenvs.make("POPGym-PositionOnlyPendulumHard-v0")
    _, state = env.reset(getkey())
    upright = state.game.replace(theta=jnp.float32(0), theta_dot=jnp.float32(0))
    worst = state.game.replace(theta=jnp.float32(np.pi), theta_dot=jnp.float32(8))
    best = env.step(getkey(), state.replace(game=upright), jnp.zeros(1, jnp.float32))
    assert float(best.reward) == pytest.approx(1 / 100)
    bad = env.step(getkey(), state.replace(game=worst), jnp.full(1, 2, jnp.float32))
    assert float(bad.reward) == pytest.approx(-1 / 100, abs=1e-6)


def test_a_pole_that_has_fallen_costs(getkey):
    env: Any = jaxenvs.make("POPGym-PositionOnlyCartPoleMedium-v0")
    _, state = env.reset(getkey())
    alive = env.step(getkey(), state, jnp.int32(1))
    assert float(alive.reward) == pytest.approx(1 / 400)
    fallen = state.replace(game=state.game.replace(theta=jnp.float32(1)))
    after = env.step(getkey(), fallen, jnp.int32(1))
    assert float(after.reward) == -1
    assert bool(after.terminated)


def test_an_episode_needs_a_length():
    with pytest.raises(ValueError, match="episode_length: expected a whole number from 1"):
        jaxenvs.make("POPGym-PositionOnlyCartPoleEasy-v0", episode_length=0)
