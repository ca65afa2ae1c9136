import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs.render.episode import film, frame_rate, random_policy
from jaxenvs.wrappers import TimeAwareObservation


def test_a_film_has_a_frame_per_state_and_the_returns():
    env = jaxenvs.make("CartPole-v1", max_steps=7)
    frames, returns = film(env, random_policy(env), jax.random.key(0), episodes=2, size=64, pause=3)
    assert returns == [7, 7]
    assert len(frames) == 2 * (1 + 7 + 3)
    assert (frames[7] == frames[10]).all()
    assert (frames[0] != frames[11]).any()


def test_the_policy_is_followed_and_the_same_key_gives_the_same_film():
    env = jaxenvs.make("CartPole-v1")

    def right(key, obs, mask):
        del key, obs, mask
        return jnp.int32(1)

    runs = [film(env, right, jax.random.key(3), size=64, title="right") for _ in range(2)]
    assert runs[0][1] == runs[1][1]
    assert np.array_equal(runs[0][0], runs[1][0])
    assert 7 < runs[0][1][0] < 12


def test_long_episodes_are_cut():
    env = jaxenvs.make("Pendulum-v1", max_steps=0)
    frames, _ = film(env, random_policy(env), jax.random.key(0), max_steps=5, size=64, pause=0)
    assert len(frames) == 6


def test_random_play_keeps_to_the_mask():
    env = jaxenvs.make("CartPole-v1")
    act = random_policy(env)
    mask = jnp.array([False, True, False, True])
    actions = jax.vmap(lambda key: act(key, None, mask))(jax.random.split(jax.random.key(0), 64))
    assert set(actions.tolist()) == {1, 3}


def test_the_rate_is_the_game_s_under_wrappers_too():
    assert frame_rate(TimeAwareObservation(env=jaxenvs.make("CartPole-v1"))) == 50
