"""Single steps and whole plays are those of Jax2D 1.0.1."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.physics2d import jax2d
from tests.parity.physics2d import original

# Largest differences allowed, in m, m/s and rad/s, and N s; of angles what that of spins comes to.
PLACE, MOTION, IMPULSE = 1e-5, 1e-3, 1e-3
ANGLE = 2e-5
FRAME_SKIP = 2
CHUNK = 512
LEAST = {"s": 2000, "m": 3000, "l": 4000, "odd": 1000}  # steps in the large file, by its groups

needs_full = pytest.mark.skipif(
    not original.FULL.exists(),
    reason=f"{original.FULL.name} is made by tests/parity/physics2d/harvest.py, which needs jax2d",
)

step = jax.jit(jax.vmap(jax2d.step))


def stepped(steps: original.Steps) -> tuple[jax2d.State, np.ndarray]:
    """Our step for each of Jax2D's."""
    found = []
    for start in range(0, len(steps.action), CHUNK):
        rows = np.minimum(np.arange(start, start + CHUNK), len(steps.action) - 1)
        if len(steps.action) < CHUNK:
            rows = np.arange(len(steps.action))
        taken = jax.tree.map(lambda leaf, rows=rows: leaf[rows], steps[:3])
        found.append(jax.device_get(step(*taken)))
    joined = jax.tree.map(lambda *leaves: np.concatenate(leaves)[: len(steps.action)], *found)
    return joined


def errors(steps: original.Steps) -> dict[str, np.ndarray]:
    """The largest difference of each step, by field of the state; touches as 0 or 1."""
    after, touching = stepped(steps)
    names = ("position", "angle", "velocity", "spin", "contact_impulse", "joint_impulse")
    found: dict[str, np.ndarray] = {
        name: np.abs(getattr(after, name) - getattr(steps.after, name)) for name in names
    }
    found["touching"] = np.not_equal(touching, steps.touching).astype(np.float32)
    rows = {name: part.reshape(len(touching), -1) for name, part in found.items()}
    return {name: np.asarray(part.max(axis=1)) for name, part in rows.items()}


def same(steps: original.Steps) -> np.ndarray:
    """Whether each step is within the tolerances."""
    found = errors(steps)
    limits = {"position": PLACE, "angle": ANGLE, "velocity": MOTION, "spin": MOTION}
    limits |= {"contact_impulse": IMPULSE, "joint_impulse": IMPULSE, "touching": 0}
    for name, limit in limits.items():
        print(name, limit, float(found[name].max()), int((found[name] > limit).sum()))
    return np.all([found[name] <= limit for name, limit in limits.items()], axis=0)


def kinds(steps: original.Steps) -> dict[str, np.ndarray]:
    """Steps by what happens in them."""
    pairs = jax2d.pairs(steps.scene.sides.shape[1], steps.scene.radius.shape[1])
    pushing = np.asarray(steps.scene.collides)[:, pairs[:, 0], pairs[:, 1]]
    touch = np.asarray((steps.touching & pushing).any(axis=1))
    joint = np.asarray(np.asarray(steps.scene.joints.active).any(axis=1))
    return {
        "free": ~touch & ~joint,
        "joints": ~touch & joint,
        "contacts": touch & ~joint,
        "both": touch & joint,
    }


def test_steps_of_levels_and_random_scenes() -> None:
    steps = original.steps(original.read(original.GOLDEN, "l"))
    wrong = np.flatnonzero(~same(steps))
    assert not len(wrong), wrong
    counts = {name: int(chosen.sum()) for name, chosen in kinds(steps).items()}
    assert len(steps.action) >= 200
    assert min(counts.values()) >= 5, counts


def test_which_bodies_push_each_other() -> None:
    scene = original.scenes(original.read(original.GOLDEN, "l"))
    bodies = scene.active.shape[1]
    find = jax.vmap(lambda a, b, active: jax2d.collisions(bodies, a, b, active))
    joints = scene.joints
    found = jax.jit(find)(joints.a, joints.b, joints.active)
    np.testing.assert_array_equal(found, scene.collides)


def test_an_action_of_another_shape() -> None:
    arrays = original.steps(original.read(original.GOLDEN, "l"))
    scene, before = jax.tree.map(lambda leaf: leaf[0], (arrays.scene, arrays.before))
    with pytest.raises(ValueError, match=r"action has shape \(3,\), expected \(8,\)"):
        jax2d.step(scene, before, jnp.zeros(3))


def test_dtypes_under_x64() -> None:
    steps = original.steps(original.read(original.GOLDEN, "l"))
    scene, before = jax.tree.map(lambda leaf: leaf[0], (steps.scene, steps.before))
    with jax.enable_x64(True):
        after, touching = jax.eval_shape(jax2d.step, scene, before, steps.action[0])
    expected = jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), before)
    assert jax.tree.map(lambda leaf: (leaf.shape, leaf.dtype), after) == expected
    assert touching.dtype == bool


@needs_full
@pytest.mark.slow
@pytest.mark.parametrize("group", ["s", "m", "l", "odd"])
def test_all_steps(group: str) -> None:
    steps = original.steps(original.read(original.FULL, group))
    is_same = same(steps)
    for name, chosen in kinds(steps).items():
        print(group, name, int(chosen.sum()), int((chosen & ~is_same).sum()))
    assert is_same.all(), np.flatnonzero(~is_same)
    assert len(is_same) >= LEAST[group]


@needs_full
@pytest.mark.slow
def test_long_plays_stay_within_the_noise_of_the_original() -> None:
    arrays = original.read(original.FULL, "long")
    scene, state = original.scenes(arrays), original.starts(arrays)

    def one(state: jax2d.State, action: jax.Array) -> tuple[jax2d.State, tuple[jax.Array, ...]]:
        after, touching = jax.vmap(jax2d.step, in_axes=(0, 0, None))(scene, state, action)
        return after, (after.position, touching)

    scene = jax.tree.map(jnp.asarray, scene)
    _, (position, touching) = jax.jit(lambda s, a: jax.lax.scan(one, s, a))(state, arrays["action"])
    plain, active = arrays["plain/position"], np.asarray(scene.active)
    ours = _gaps(np.asarray(position), plain, active)
    floor = _gaps(arrays["moved/position"], plain, active)
    for number in (10, 25, 50, 100, 256):
        at = number * FRAME_SKIP - 1
        rows = [np.quantile(gaps[at], [0.5, 0.9]) for gaps in (ours, floor)]
        print(number, "ours", rows[0], "the original's noise", rows[1])
        if number <= 25:
            assert (rows[0] <= 10 * rows[1]).all(), (number, rows)
    roles = original.roles(arrays)
    pairs = jax2d.pairs(len(scene.sides[0]), len(scene.radius[0]))
    outcomes = [
        _outcomes(np.asarray(found), pairs, roles)
        for found in (touching, arrays["plain/active"], arrays["moved/active"])
    ]
    shares = [float(np.mean(found == outcomes[1])) for found in (outcomes[0], outcomes[2])]
    print("outcomes", shares, np.unique(outcomes[1], return_counts=True))
    assert shares[0] >= 0.9


def _gaps(one: np.ndarray, other: np.ndarray, active: np.ndarray) -> np.ndarray:
    """The largest distance of a body from itself, [steps, scenes]."""
    return np.where(active, np.linalg.norm(one - other, axis=-1), 0).max(axis=-1)


def _outcomes(touching: np.ndarray, pairs: np.ndarray, roles: np.ndarray) -> np.ndarray:
    """Of each scene: 1 where green (1) meets blue (2) first, -1 where it meets red (3), else 0."""
    product = roles[:, pairs[:, 0]] * roles[:, pairs[:, 1]]
    is_lost = (touching & (product == 3)).any(axis=-1)
    is_won = (touching & (product == 2)).any(axis=-1)
    reward = np.where(is_lost, -1, is_won.astype(np.int64))
    first = np.argmax(reward != 0, axis=0)
    return np.take_along_axis(reward, first[None], axis=0)[0]
