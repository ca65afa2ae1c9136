"""rejax on the gymnax face, its own code unchanged."""
# pyright: reportMissingImports=false

import pytest

pytest.importorskip("rejax", reason="pip install 'jaxenvs[clients]'")

import jax
import numpy as np
import rejax

import jaxenvs.adapters.gymnax_legacy as gymnax

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(autouse=True)
def lenient():
    """rejax mixes dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def test_ppo_learns_cartpole():
    env, params = gymnax.make("CartPole-v1")
    config = {"num_envs": 16, "num_steps": 32, "num_epochs": 10, "num_minibatches": 4}
    ppo = rejax.PPO.create(
        env=env,
        env_params=params,
        total_timesteps=131_072,
        eval_freq=65_536,
        learning_rate=1e-3,
        gamma=0.99,
        **config,
    )
    _, (_, returns) = jax.jit(ppo.train)(jax.random.PRNGKey(0))
    assert np.asarray(returns)[-1].mean() > 300


def test_sac_plays_the_pendulum():
    """Whose actions come without their axis."""
    env, params = gymnax.make("Pendulum-v1")
    sac = rejax.SAC.create(
        env=env, env_params=params, total_timesteps=512, eval_freq=256, fill_buffer=128
    )
    _, (lengths, returns) = jax.jit(sac.train)(jax.random.PRNGKey(0))
    assert (np.asarray(lengths) == 200).all()
    assert np.isfinite(returns).all()
