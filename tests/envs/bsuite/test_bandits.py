"""SimpleBandit and MNISTBandit, and the digits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.bsuite import _digits as digits
from jaxenvs.envs.bsuite import bandit


def test_arms_always_pay_the_same(getkey):
    """Through resets too, which is what makes the task learnable."""
    venv = jaxenvs.vectorize(jaxenvs.make("bsuite-Bandit-v0", mapping_seed=3), 11)
    arms = jnp.arange(11, dtype=jnp.int32)
    _, vstate = venv.reset(getkey())
    for _ in range(3):
        step = venv.step(getkey(), vstate, arms)
        vstate = step.state
        assert np.allclose(np.sort(step.reward), np.linspace(0, 1, 11))
        assert (step.reward == bandit.arm_rewards(3, 11)).all()
        assert step.terminated.all()
        assert np.allclose(step.info["regret"], 1 - step.reward)


def test_arms_may_be_batched(getkey):
    env = jaxenvs.make("bsuite-Bandit-v0")
    params = env.default_params.replace(rewards=jnp.eye(11))
    axes = type(params)(rewards=0, max_steps=None)
    _, state = env.reset(getkey())
    step = jax.vmap(env.step, in_axes=(None, None, 0, axes))
    rewards = step(getkey(), state, jnp.arange(11, dtype=jnp.int32), params).reward
    assert (rewards == 1).all()


def test_a_bandit_has_two_arms_at_least():
    with pytest.raises(ValueError, match="num_actions"):
        jaxenvs.make("bsuite-Bandit-v0", num_actions=1)


def test_the_digits_are_those_the_script_draws(tmp_path):
    path = tmp_path / "again.npz"
    digits.write(path)
    for shipped, drawn in zip(digits.load(), digits.load(str(path)), strict=True):
        assert shipped.shape == drawn.shape
        # Rounding may differ by one between machines.
        assert np.abs(shipped.astype(int) - drawn.astype(int)).max() <= 1


def test_digits_look_like_their_class():
    """Nearest mean images name nine in ten, so the classes are clear, and not all alike."""
    images, labels = digits.load()
    assert images.shape == (1000, 28, 28)
    assert np.bincount(labels).tolist() == [100] * 10
    flat = images.reshape(1000, -1) / 255
    train, test = flat[:500], flat[500:]
    means = np.stack([train[labels[:500] == digit].mean(axis=0) for digit in range(10)])
    guess = np.argmin(((test[:, None] - means) ** 2).sum(axis=-1), axis=1)
    assert 0.7 < (guess == labels[500:]).mean() < 1.0


def test_a_guess_is_right_or_wrong(getkey):
    env = jaxenvs.make("bsuite-MNIST-v0")
    images, labels = digits.load()
    obs, state = env.reset(getkey())
    assert np.allclose(obs, images[state.image_id] / 255, atol=1e-7)
    label = int(labels[state.image_id])
    right, wrong = env.step(getkey(), state, label), env.step(getkey(), state, (label + 1) % 10)
    assert (float(right.reward), float(wrong.reward)) == (1.0, -1.0)
    assert right.terminated
    assert not right.obs.any()


def test_a_fraction_of_the_images_is_used(getkey):
    env = jaxenvs.make("bsuite-MNIST-v0", fraction=0.02)
    _, state = jax.jit(jax.vmap(env.reset))(jax.random.split(getkey(), 2_000))
    assert set(np.asarray(state.image_id)) == set(range(20))


def test_other_digits_may_be_used(tmp_path, getkey):
    path = tmp_path / "mine.npz"
    images = np.full((2, 5, 6), [[[51]], [[255]]], np.uint8)
    np.savez(path, images=images, labels=np.array([7, 7]))
    env = jaxenvs.make("bsuite-MNIST-v0", data=str(path), signed_pixels=True)
    obs, state = env.reset(getkey())
    assert obs.shape == env.observation_space().shape == (5, 6)  # type: ignore
    assert np.isin(np.round(obs * 255), [51, -1]).all()
    assert env.step(getkey(), state, 7).reward == 1


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": np.zeros((2, 3, 3), np.uint8)}, "no 'labels'"),
        ({"images": np.zeros((2, 3, 3)), "labels": np.zeros(2)}, "expected uint8"),
        ({"images": np.zeros((2, 3, 3), np.uint8), "labels": np.zeros(3)}, "expected uint8"),
        ({"images": np.zeros((1, 3, 3), np.uint8), "labels": np.array([10])}, "0 to 9"),
        ({"images": np.zeros((0, 3, 3), np.uint8), "labels": np.zeros(0)}, "at least one"),
    ],
)
def test_bad_data_is_refused(tmp_path, arrays, words):
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=words):
        digits.load(str(path))
