import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import spaces
from jaxenvs.adapters._host.actions import action_reader

TORQUE = spaces.Box(-2, 2, (1,))
PARTS = spaces.Dict({"move": spaces.Discrete(3), "push": TORQUE})


@pytest.mark.parametrize(
    ("space", "action"),
    [
        (spaces.Discrete(3), 2),
        (spaces.Discrete(3), np.int64(2)),
        (spaces.Discrete(3), np.array(2)),
        (spaces.Discrete(3), jnp.int32(2)),
        (spaces.Discrete(3, start=-4), -2),
        (TORQUE, [1.5]),
        (TORQUE, np.array([2.0 + 1e-9])),  # the bound, in float32
        (TORQUE, np.array([-2])),
        (TORQUE, jnp.float32([0.5])),
        (spaces.Box(-np.inf, np.inf, (2,)), np.array([1e30, -1e30])),
        (spaces.Box(0, 255, (2,), np.uint8), np.array([0, 255])),
        (spaces.MultiDiscrete([2, 3]), [1, 2]),
        (spaces.MultiBinary(2), [True, False]),
        (PARTS, {"move": 1, "push": np.array([0.0])}),
        (spaces.Tuple([spaces.Discrete(2), TORQUE]), (1, [0.0])),
    ],
)
def test_accepts(space, action):
    read = action_reader(space)(action)
    assert space.contains(read)


@pytest.mark.parametrize(
    ("space", "action", "message"),
    [
        (spaces.Discrete(3), 3, r"expected 0 to 2 for Discrete\(3\), got 3"),
        (spaces.Discrete(3), -1, "got -1"),
        (spaces.Discrete(3, start=1), 0, "expected 1 to 3"),
        (spaces.Discrete(3), 1.0, "expected an integer of .* got 1.0"),
        (spaces.Discrete(3), np.array([1]), "expected an integer"),
        (spaces.Discrete(3), "left", "expected an integer"),
        (spaces.Discrete(3), None, "expected an integer"),
        (TORQUE, [np.nan], r"not finite for Box\(.*\): nan at index \(0,\)"),
        (TORQUE, [np.inf], "not finite .* inf"),
        (TORQUE, np.array([1e39]), r"not finite .* 1e\+39"),  # which float32 does not hold
        (TORQUE, 0.5, r"expected shape \(1,\) for .*, got \(\)"),
        (TORQUE, [0.0, 0.0], r"expected shape \(1,\)"),
        (TORQUE, ["left"], "expected float32"),
        (spaces.Box(-np.inf, np.inf, (1,)), [np.nan], "not finite"),
        (spaces.Box(0, 255, (1,), np.uint8), [256], "out of range .* 256"),
        (spaces.MultiDiscrete([2, 3]), [1, 3], r"3 at index \(1,\)"),
        (spaces.MultiDiscrete([2, 3]), [1.0, 2.0], "expected int32"),
        (spaces.MultiBinary(2), [1, 0], "expected bool"),
        (PARTS, {"move": 1}, "expected a dict with keys"),
        (PARTS, {"move": 4, "push": [0.0]}, r"action\['move'\]: expected 0 to 2"),
        (spaces.Tuple([spaces.Discrete(2)]), (), "expected a tuple of 1"),
        (spaces.Tuple([spaces.Discrete(2)]), (5,), r"action\[0\]: "),
    ],
)
def test_refuses(space, action, message):
    with pytest.raises(ValueError, match=message):
        action_reader(space)(action)


def test_coordinates_beyond_the_box_reach_the_game():
    for action in ([2.5], np.array([-1e9]), jnp.float32([3])):
        np.testing.assert_array_equal(action_reader(TORQUE)(action), np.asarray(action, np.float32))


def test_batches_lead_with_their_axis_in_every_part():
    read = action_reader(PARTS, num_envs=2)({"move": [0, 2], "push": [[0.0], [1.0]]})
    assert read["move"].dtype == np.int32
    assert read["push"].shape == (2, 1)
    with pytest.raises(ValueError, match=r"action\['move'\]: expected shape \(2,\)"):
        action_reader(PARTS, num_envs=2)({"move": [0], "push": [[0.0], [1.0]]})
    with pytest.raises(ValueError, match=r"3 at index \(1,\)"):
        action_reader(PARTS, num_envs=2)({"move": [0, 3], "push": [[0.0], [1.0]]})


def test_arrays_kept_on_the_device_are_checked_for_their_form_alone():
    read = action_reader(spaces.Discrete(3), num_envs=2, keep_on_device=True)
    actions = jnp.int32([0, 7])
    assert read(actions) is actions
    with pytest.raises(ValueError, match="expected shape"):
        read(jnp.int32([0]))
    with pytest.raises(ValueError, match="expected int32"):
        read(jnp.float32([0, 1]))
    with pytest.raises(ValueError, match="out of range"):
        read(np.array([0, 7]))


def test_numbers_count_from_the_start_of_the_space():
    read = action_reader(spaces.MultiDiscrete([2, 3], start=[0, 5]))
    assert read([1, 7]).tolist() == [1, 7]
    for action in ([1, 4], [1, 8], [2, 5]):
        with pytest.raises(ValueError, match="out of range"):
            read(action)
