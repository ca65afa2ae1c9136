"""Results as arrays of JAX and of torch, which stay on the device."""

import copy
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from jaxenvs.adapters.gymnasium import GymnasiumEnv
from jaxenvs.adapters.gymnasium_vector import GymnasiumVectorEnv
from tests.adapters.compare import MODES, NUM_ENVS, assert_same, make
from tests.toys import Walk

# -- the single environment ----------------------------------------------------------------------


@pytest.mark.parametrize("output", ["jax", "torch"])
def test_observations_stay_on_the_device_on_request(output):
    if output == "torch":
        pytest.importorskip("torch", reason="output='torch' needs torch")
    env, usual = GymnasiumEnv(Walk(), output=output), GymnasiumEnv(Walk())
    kind = jax.Array if output == "jax" else sys.modules["torch"].Tensor
    obs, expected = env.reset(seed=0)[0], usual.reset(seed=0)[0]
    assert isinstance(obs["luck"], kind)
    assert float(obs["luck"][0]) == expected["luck"][0]
    action = jnp.int32(2) if output == "jax" else sys.modules["torch"].tensor(2)
    obs, *rest = env.step(action)
    expected, *expected_rest = usual.step(2)
    assert isinstance(obs["position"], kind)
    assert int(obs["position"]) == expected["position"]
    assert_same(tuple(rest), tuple(expected_rest))
    with pytest.raises(ValueError, match="expected 0 to 2"):
        env.step(action + 5)


def test_a_device_can_be_named():
    env, usual = (make("jaxenvs/CartPole-v1", **more) for more in ({"device": "cpu"}, {}))
    assert_same(env.reset(seed=0), usual.reset(seed=0))
    assert_same(copy.deepcopy(env).step(1), usual.step(1))
    with pytest.raises(RuntimeError, match="abacus"):
        make("jaxenvs/CartPole-v1", device="abacus").reset()


# -- the vector environment ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("output", ["jax", "torch"])
def test_everything_stays_on_the_device_on_request(output, mode):
    if output == "torch":
        pytest.importorskip("torch", reason="output='torch' needs torch")
    device, usual = (
        GymnasiumVectorEnv(Walk(), NUM_ENVS, autoreset_mode=mode, output=out)
        for out in (output, "numpy")
    )
    array = jnp.asarray if output == "jax" else sys.modules["torch"].tensor
    kind = jax.Array if output == "jax" else sys.modules["torch"].Tensor
    assert isinstance(device.reset(seed=0)[0]["luck"], kind)
    usual.reset(seed=0)
    usual.action_space.seed(0)
    actions = usual.action_space.sample()
    for _ in range(20):
        actions = usual.action_space.sample()
        got, expected = device.step(array(actions)), usual.step(actions)
        leaves = jax.tree.leaves(got)
        assert all(isinstance(leaf, kind) for leaf in leaves)
        for ours, theirs in zip(got[:4], expected[:4], strict=True):
            jax.tree.map(np.testing.assert_array_equal, jax.tree.map(np.asarray, ours), theirs)
        over = expected[2] | expected[3]
        if mode == AutoresetMode.SAME_STEP:
            final = got[4]["final_obs"]
            np.testing.assert_array_equal(np.asarray(got[4]["_final_obs"]), over)
            for i in np.flatnonzero(over):
                assert_same(
                    {name: np.asarray(final[name])[i] for name in final},
                    {name: np.asarray(value)[()] for name, value in _int32(expected, i).items()},
                )
        elif mode == AutoresetMode.DISABLED and over.any():
            for envs in (device, usual):
                envs.reset(options={"reset_mask": over})
    with pytest.raises(ValueError, match="expected shape"):
        device.step(array(actions[:2]))
    with pytest.raises(ValueError, match="expected int32"):
        device.step(array(actions.astype(np.float32)))
    with pytest.raises(ValueError, match="out of range"):
        device.step(actions + 5)


def _int32(result, i):
    """The final observation, positions as on the device."""
    obs = result[4]["final_obs"][i]
    return obs | {"position": np.int32(obs["position"])}


def test_torch_tensors_are_free_to_be_written_to():
    torch = pytest.importorskip("torch", reason="output='torch' needs torch")
    one, two = (GymnasiumVectorEnv(Walk(), 3, output="torch") for _ in range(2))
    for envs in (one, two):
        envs.reset(seed=0)
    for _ in range(6):
        got, expected = (envs.step(torch.tensor([0, 1, 2])) for envs in (one, two))
        for ours, theirs in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
            assert torch.equal(ours, theirs)
            ours.zero_()
