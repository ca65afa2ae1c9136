"""Wrappers that show the grid otherwise: they keep the contract, and everything else takes them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.baselines import ppo
from jaxenvs.envs.grid.observations import (
    FullObservation,
    ImageObservation,
    RGBObservation,
    RGBPartialObservation,
    SymbolicObservation,
)
from jaxenvs.testing import check_env
from jaxenvs.wrappers import StickyActions

SMALL = "MiniGrid-Empty-Random-5x5-v0"
KINDS = [
    FullObservation,
    SymbolicObservation,
    RGBObservation,
    RGBPartialObservation,
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("env_id", [SMALL, "MiniGrid-KeyCorridorS3R2-v0"])
def test_they_keep_the_contract(kind, env_id):
    check_env(kind(env=jaxenvs.make(env_id)), num_steps=2_000)
    check_env(ImageObservation(env=kind(env=jaxenvs.make(env_id))), num_steps=500)


def test_batches_show_what_single_games_do():
    """Also of a game in a wrapper that remembers something."""
    env = RGBObservation(env=StickyActions(env=jaxenvs.make(SMALL)))
    venv = jaxenvs.vectorize(env, 2, final_obs=True)

    @jax.jit
    def play(key):
        obs, vstate = venv.reset(key)
        t = venv.step(key, vstate, jnp.full(2, 2, jnp.int32))
        alone = [jax.tree.map(lambda x, i=i: x[i], t.state.env_state) for i in range(2)]
        return obs, t.obs, [env.observe(state, env.default_params) for state in alone]

    first, obs, alone = jax.tree.map(np.asarray, play(jax.random.key(0)))
    for i in range(2):
        assert env.observation_space().contains({name: x[i] for name, x in first.items()})
        jax.tree.map(np.testing.assert_array_equal, {k: x[i] for k, x in obs.items()}, alone[i])


def test_what_is_seen_is_brighter_if_asked_for():
    game: Any = jaxenvs.make(SMALL)
    kinds = RGBObservation(env=game), RGBObservation(env=game, highlight=False)

    @jax.jit
    def start(key):
        return [env.reset(key)[0]["image"] for env in kinds]

    big, dark = start(jax.random.key(0))
    assert big.shape == dark.shape == (40, 40, 3)
    changed = np.asarray(big != dark)
    dark = np.asarray(dark, np.float32)
    brighter = np.where(changed, dark + 0.3 * (255 - dark), dark)
    np.testing.assert_allclose(big, brighter, atol=2)
    assert 8 * 8 <= changed.any(axis=-1).sum() < 40 * 40
    for size in (0, 2.5, "8"):
        with pytest.raises(
            (TypeError, ValueError), match="tile_size: expected a whole number from"
        ):
            RGBObservation(env=game, tile_size=size)  # type: ignore[arg-type]


def test_networks_with_filters_train_on_them():
    env = ImageObservation(env=RGBObservation(env=jaxenvs.make(SMALL), tile_size=4))
    config = ppo.Config(
        total_steps=32, num_envs=2, num_steps=4, hidden=(8,), filters=2, eval_episodes=2
    )
    trainer = ppo.make_train(config, env)
    carry = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    assert carry.situation.seen.obs.shape == (2, 20 * 20 * 3)
    jax.eval_shape(trainer.update, carry)
    with pytest.raises(ValueError, match=r"filters: expected observations \[height, width"):
        ppo.make_train(config, RGBObservation(env=jaxenvs.make(SMALL)))


def test_gymnasium_takes_them():
    env = GymnasiumEnv(SymbolicObservation(env=jaxenvs.make(SMALL)))
    obs, _ = env.reset(seed=0)
    assert env.observation_space.contains(obs)
    assert (obs["image"][..., 2] == 10).sum() == 1
    env.close()


def test_other_games_are_refused():
    with pytest.raises(TypeError, match="env: expected a game of MiniGrid, got CartPole"):
        FullObservation(env=jaxenvs.make("CartPole-v1"))
    with pytest.raises(TypeError, match="env: expected observations with an image, got Box"):
        ImageObservation(env=jaxenvs.make("CartPole-v1")).observation_space()
    pixels = FullObservation(env=ImageObservation(env=jaxenvs.make(SMALL)))
    with pytest.raises(TypeError, match="env: expected observations with an image, got Box"):
        pixels.observation_space()
