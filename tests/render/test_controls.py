import numpy as np

from jaxenvs.render.controls import Controls
from jaxenvs.spaces import Box, Discrete

ARROWS = {"left": (0, "left"), "right": (2, "right")}


def test_the_latest_key_wins():
    controls = Controls(keys=ARROWS)
    assert controls.action(["left", "right"], Discrete(3), 0) == 2
    assert controls.action(["right", "left", "x"], Discrete(3), 0) == 0


def test_without_a_key_the_game_waits_or_idles_in_turn():
    assert Controls(keys=ARROWS).action([], Discrete(3), 0) is None
    idling = Controls(keys=ARROWS, idle=(0, 1))
    assert [int(idling.action([], Discrete(3), t)) for t in range(4)] == [0, 1, 0, 1]


def test_in_a_box_keys_add_up_and_reach_the_bounds():
    keys = {"a": ((-1, 0), ""), "d": ((1, 0), ""), "w": ((0, 1), "")}
    controls = Controls(keys=keys, idle=((0, 0),))
    space = Box(np.array([-2, 0]), np.array([2, 6]))
    cases = {("a",): [-2, 3], ("a", "d"): [0, 3], ("d", "w"): [2, 6], (): [0, 3]}
    for held, expected in cases.items():
        action = controls.action(held, space, 0)
        assert action.dtype == np.float32
        assert action.tolist() == expected
