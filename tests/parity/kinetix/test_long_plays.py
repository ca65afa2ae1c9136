"""Whole free plays beside Kinetix's: no further away than Kinetix is from itself.

A play is chaotic, so Kinetix's own distance from a play that begins a micrometer away is the
measure. Source of the quantiles: 40 large levels, one fixed sequence of actions each.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.kinetix._view import motion
from jaxenvs.envs.kinetix.kinetix import Kinetix
from tests.parity.kinetix import original
from tests.parity.kinetix.test_plays import needs_full

STEPS = 256
QUANTILES = (0.5, 0.9)
LEAST = 2e-6  # m, about what float32 tells apart


def plays(env: Kinetix, levels: Any, commands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places [levels, steps, n, 2], and outcomes [levels]: 1 solved, -1 lost, 0 neither."""

    def play(level: Any, commands: jax.Array) -> Any:
        def one(carry: Any, command: jax.Array) -> Any:
            state, outcome = carry
            t = env.step(jax.random.key(0), state, command)
            ended = jnp.where(t.info["success"], 1, jnp.where(t.terminated, -1, 0))
            outcome = jnp.where(outcome == 0, ended, outcome)
            return (t.state, outcome), motion(t.state).position

        state = env.reset_to_level(jax.random.key(0), level)[1]
        (_, outcome), places = jax.lax.scan(one, (state, jnp.int32(0)), commands)
        return places, outcome

    return jax.device_get(jax.jit(jax.vmap(play))(levels, commands))


def gaps(one: np.ndarray, other: np.ndarray, levels: Any) -> np.ndarray:
    """The largest distance of a body in two plays, [levels, steps]."""
    gap = np.linalg.norm(one - other, axis=-1)
    return np.where(levels.bodies.active[:, None], gap, 0).max(axis=-1)


@pytest.mark.slow
@needs_full
def test_plays_leave_kinetix_s_no_faster_than_its_own_rounding():
    arrays = original.read(original.FULL, "l")
    levels = original.levels(arrays)
    count = len(arrays["names"])
    steps = {
        "kinds": arrays["kinds"],
        "level": np.repeat(np.arange(count), STEPS),
        "action": arrays["actions"].reshape(count * STEPS, -1),
    }
    commands = original.commands(steps).reshape(count, STEPS, -1)
    env = Kinetix(size="l", engine="jax2d", actions="continuous")
    places, outcome = plays(env, levels, commands)
    ours = gaps(places, arrays["path"], levels)
    theirs = gaps(arrays["moved"], arrays["path"], levels)
    for step in (10, 25, 50, 100, 255):
        both = [np.quantile(found[:, step], QUANTILES) for found in (ours, theirs)]
        print(step, *both)
        if step <= 25:
            assert (both[0] <= 10 * np.maximum(both[1], LEAST)).all()
    agreed = [
        float(np.mean(arrays["outcome"] == one)) for one in (outcome, arrays["moved_outcome"])
    ]
    print("outcomes agree", agreed)
    assert agreed[0] >= 0.9
