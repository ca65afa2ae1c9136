"""Steps of Kinetix 3.0.2 in its published levels: actions, observations, rewards and ends."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.kinetix import _actions
from jaxenvs.envs.kinetix.kinetix import Kinetix
from tests.parity import report
from tests.parity.kinetix import original

SEEN, REWARD = 2e-4, 1e-5  # largest differences: velocities differ by 1e-4 after a step
CHUNK = 128
NUMBERS = ("polygons", "circles")
FIXED = ("joints", "thrusters", "joint_indexes", "thruster_indexes")
MASKS = ("polygon_mask", "circle_mask", "joint_mask", "thruster_mask")

needs_full = pytest.mark.skipif(
    not original.FULL.exists(),
    reason=f"{original.FULL.name} is made by tests/parity/kinetix/harvest.py, which needs Kinetix",
)


def compare(path: Any, size: Any) -> tuple[int, float]:
    """All that is stored of one size; the number of steps, and the largest difference."""
    arrays = original.read(path, size)
    flat = Kinetix(size=size, engine="jax2d", actions="continuous")
    entity = Kinetix(size=size, engine="jax2d", actions="continuous", observation="entity")
    levels = original.levels(arrays)
    starts(flat, entity, levels, arrays)
    commands = original.commands(arrays)
    told = controls(levels, commands, arrays["level"])
    there = np.concatenate([levels.joints.active, levels.thrusters.active], axis=1)
    there = there[arrays["level"]]
    np.testing.assert_array_equal(told[there], arrays["told"][there])
    count = len(commands)
    state = original.before(flat, arrays)

    def step(state: Any, action: jax.Array) -> Any:
        played = flat.step(jax.random.key(0), state, action)
        seen = entity.observe(played.state, entity.default_params)
        return played._replace(state=None), seen

    stepped = jax.jit(jax.vmap(step))
    found = []
    for first in range(0, count, CHUNK):
        rows = np.minimum(np.arange(first, first + CHUNK), count - 1)[: max(count, 1)]
        chunk = jax.tree.map(lambda leaf, rows=rows: leaf[rows], (state, commands))
        found.append(jax.device_get(stepped(*chunk)))
    played, seen = jax.tree.map(lambda *leaves: np.concatenate(leaves)[:count], *found)
    return count, differences(played, seen, levels, arrays)


def starts(flat: Kinetix, entity: Kinetix, levels: Any, arrays: original.Arrays) -> None:
    """The observations of the levels at their start are equal but for rounding."""

    def both(level: Any) -> Any:
        state = flat.initial_on(jax.random.key(0), level, flat.default_params)
        return [env.observe(state, env.default_params) for env in (flat, entity)]

    numbers, seen = jax.device_get(jax.jit(jax.vmap(both))(levels))
    np.testing.assert_allclose(numbers, arrays["start/flat"], rtol=2e-6, atol=1e-6)
    masks = {name: arrays[f"start/entity/{name}"] for name in MASKS}
    for name in (*MASKS, "attention_mask"):
        np.testing.assert_array_equal(seen[name], arrays[f"start/entity/{name}"])
    for name in (*NUMBERS, *FIXED):
        kind = name.partition("_")[0].rstrip("s")
        there = masks[f"{kind}_mask"]
        theirs = arrays[f"start/entity/{name}"]
        np.testing.assert_allclose(seen[name][there], theirs[there], rtol=2e-6, atol=1e-6)


def controls(levels: Any, commands: np.ndarray, level: np.ndarray) -> np.ndarray:
    """What joints and thrusters are told, [m, j + t]."""

    def one(level: Any, command: jax.Array) -> jax.Array:
        motors, thrusters = list(command[:4]), list(command[4:])
        return jnp.concatenate(_actions.controls(level, motors, thrusters))

    chosen = jax.tree.map(lambda leaf: leaf[level], levels)
    return np.asarray(jax.jit(jax.vmap(one))(chosen, commands))


def differences(played: Any, seen: Any, levels: Any, arrays: original.Arrays) -> float:
    """The largest one of observations and rewards; what is no number is equal."""
    np.testing.assert_array_equal(played.info["success"], arrays["success"])
    # Kinetix says that an episode is done at its last step too, which is truncation here.
    late = (~played.terminated) & arrays["done"]
    assert late.sum() <= len(arrays["names"])
    assert (played.terminated <= arrays["done"]).all()
    np.testing.assert_array_equal(
        seen["attention_mask"], arrays["entity/attention_mask"].astype(bool)
    )
    active = levels.bodies.active[arrays["level"]]
    num_polygons = levels.bodies.num_vertices.shape[1]
    there = {"polygons": active[:, :num_polygons], "circles": active[:, num_polygons:]}
    pairs = [(played.obs, arrays["flat"])]
    pairs += [(seen[name][there[name]], arrays[f"entity/{name}"][there[name]]) for name in NUMBERS]
    worst = max(  # large ones, as of inverse inertias, relative to their size
        float((np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1)).max(initial=0))
        for ours, theirs in pairs
    )
    reward = float(np.abs(played.reward - arrays["reward"]).max())
    distance = float(np.abs(played.info["distance"] - arrays["distance"]).max())
    print(worst, reward, distance)
    assert worst <= SEEN
    assert max(reward, distance) <= REWARD
    return max(worst, reward)


def test_a_few_steps_of_small_levels_are_kinetix_s():
    compare(original.GOLDEN, "s")


@pytest.mark.slow
@needs_full
@pytest.mark.parametrize("size", ["s", "m", "l"])
def test_all_published_levels_play_as_in_kinetix(size):
    count, worst = compare(original.FULL, size)
    assert count > 700
    for kind in ("Symbolic", "Entity"):
        env_id = f"Kinetix-{size.upper()}-{kind}-Continuous-v0"
        report.record(env_id, "kinetix-env 3.0.2", count, worst, variant="engine='jax2d'")


def test_pairs_are_all_that_can_touch():
    for engine in ("modern", "jax2d"):
        env = Kinetix(engine=engine)
        table = env._engine.pairs(env.slots)
        assert {tuple(sorted(pair)) for pair in table.tolist()} == {
            (i, j) for j in range(4, 7) for i in range(j)
        }
