import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.classic import acrobot


def state_at(theta_1=0.0, theta_2=0.0, theta_1_dot=0.0, theta_2_dot=0.0, time=0):
    return acrobot.State(
        time=jnp.int32(time),
        theta_1=jnp.float32(theta_1),
        theta_2=jnp.float32(theta_2),
        theta_1_dot=jnp.float32(theta_1_dot),
        theta_2_dot=jnp.float32(theta_2_dot),
    )


def step(env, state, action=1, key=0):
    return env.step(jax.random.key(key), state, action)


def test_hanging_at_rest_it_stays():
    for dynamics in ("book", "nips"):
        t = step(jaxenvs.make("Acrobot-v1", dynamics=dynamics), state_at())
        np.testing.assert_allclose(t.obs, [1, 0, 1, 0, 0, 0], atol=1e-6)
        assert t.reward == -1


def test_torques_are_opposite():
    env = jaxenvs.make("Acrobot-v1")
    one, other = step(env, state_at(), 2).state, step(env, state_at(), 0).state
    assert one.theta_2_dot == -other.theta_2_dot > 0
    assert one.theta_1_dot == -other.theta_1_dot < 0


def energy(state, params):
    """Kinetic and potential, J, from positions of the centres of mass."""

    def positions(angles):
        upper, lower = angles[0], angles[0] + angles[1]
        elbow = params.link_length_1 * jnp.stack([jnp.sin(upper), -jnp.cos(upper)])
        first = params.link_com_1 / params.link_length_1 * elbow
        second = elbow + params.link_com_2 * jnp.stack([jnp.sin(lower), -jnp.cos(lower)])
        return jnp.stack([first, second])

    angles = jnp.stack([state.theta_1, state.theta_2])
    speeds = jnp.stack([state.theta_1_dot, state.theta_2_dot])
    centres, velocities = jax.jvp(positions, (angles,), (speeds,))
    masses = jnp.stack([params.link_mass_1, params.link_mass_2]).astype(jnp.float32)
    spins = jnp.stack([speeds[0], speeds[0] + speeds[1]])
    kinetic = (masses * (velocities**2).sum(axis=1)).sum() + params.link_moi * (spins**2).sum()
    return kinetic / 2 + params.gravity * (masses * centres[:, 1]).sum()


@pytest.mark.parametrize(("dynamics", "conserved"), [("book", True), ("nips", False)])
def test_energy_without_torque(dynamics, conserved):
    """Only the book's equations are those of two rods, whatever these measure and weigh."""
    env = jaxenvs.make(
        "Acrobot-v1",
        dynamics=dynamics,
        dt=0.01,
        link_length_1=1.25,
        link_mass_1=2.0,
        link_mass_2=0.75,
        link_com_1=0.625,
        link_com_2=0.25,
        link_moi=0.5,
    )

    def coast(state, _):
        state = step(env, state).state
        return state, energy(state, env.default_params)

    start = state_at(1.0, -0.5, 1.0, -2.0)
    energies = jax.jit(lambda s: jax.lax.scan(coast, s, length=300)[1])(start)
    assert (jnp.ptp(energies) < 1e-3) == conserved


def test_velocities_are_clipped_and_angles_wrapped():
    env = jaxenvs.make("Acrobot-v1")
    fast = step(env, state_at(3.0, -3.0, 12.0, -28.0)).state
    for angle in (fast.theta_1, fast.theta_2):
        assert jnp.abs(angle) <= np.float32(math.pi)
    slow = jaxenvs.make("Acrobot-v1", max_velocity_1=0.5, max_velocity_2=0.25)
    t = step(slow, state_at(1.0, 1.0, 3.0, -3.0))
    assert jnp.abs(t.state.theta_1_dot) <= 0.5
    assert jnp.abs(t.state.theta_2_dot) <= 0.25
    assert slow.observation_space().contains(t.obs)


def test_it_ends_with_the_end_above_the_bar():
    env = jaxenvs.make("Acrobot-v1")
    below, above = step(env, state_at(math.pi / 2 + 0.4)), step(env, state_at(math.pi - 0.4))
    assert (below.terminated, below.reward) == (False, -1)
    assert (above.terminated, above.reward) == (True, 0)
    assert step(env, state_at(time=499)).truncated
    late = step(env, state_at(math.pi - 0.4, time=499))
    assert late.terminated
    assert late.truncated


def test_the_height_counts_the_lengths():
    params = jaxenvs.make("Acrobot-v1", link_length_1=2.0, link_length_2=0.5).default_params
    assert acrobot.height(state_at(math.pi), params) == pytest.approx(2.5)
    assert acrobot.height(state_at(math.pi, math.pi), params) == pytest.approx(1.5)
    assert acrobot.height(state_at(), params) == pytest.approx(-2.5)


def test_noise_is_drawn_only_where_asked_for():
    start = state_at(0.3, 0.2)
    silent = jaxenvs.make("Acrobot-v1")
    assert (step(silent, start, key=1).obs == step(silent, start, key=2).obs).all()
    assert "random" not in str(jax.make_jaxpr(silent.step)(jax.random.key(0), start, 1))
    # The same with a bound that is not known when tracing.
    traced = jax.jit(silent.step)(jax.random.key(1), start, 1, silent.default_params)
    np.testing.assert_allclose(traced.obs, step(silent, start).obs, atol=1e-6)
    noisy = jaxenvs.make("Acrobot-v1", torque_noise_max=0.5)
    assert (step(noisy, start, key=1).obs != step(noisy, start, key=2).obs).any()


def test_noise_stays_in_its_bounds():
    params = jaxenvs.make("Acrobot-v1", torque_noise_max=0.5).default_params
    keys = jax.random.split(jax.random.key(0), 10_000)
    noise = jax.vmap(acrobot.torque_noise, in_axes=(0, None))(keys, params)
    assert -0.5 <= noise.min() < -0.499
    assert 0.499 < noise.max() <= 0.5
