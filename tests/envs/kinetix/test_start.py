"""What an environment keeps of its only level, and that other levels get nothing of it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.kinetix._level import Level
from jaxenvs.envs.kinetix._published import load_published
from jaxenvs.envs.kinetix._state import Given, Pinned, State
from jaxenvs.envs.kinetix.kinetix import Kinetix

KEY = jax.random.key(0)
NAMES = ("h1_car_left", "h3_car_thrust")


def moved(state: State, count: int) -> dict[str, jax.Array]:
    """Where bodies of some copies of a state may be later; the first has lost one of them."""
    rng = np.random.default_rng(0)

    def other(x: jax.Array) -> jax.Array:
        numbers = rng.normal(0, 6, (count, *x.shape)).astype(np.float32)
        numbers[0, 1] = np.nan
        return jnp.asarray(numbers)

    physics = state.physics
    names = ("position", "angle", "velocity", "spin")
    return {name: other(getattr(physics, name)) for name in names}


def observed(env: Kinetix, state: State, changed: dict[str, jax.Array]) -> np.ndarray:
    def one(changed: dict[str, jax.Array]) -> jax.Array:
        now = state.replace(physics=state.physics.replace(**changed))
        return env.observe(now, env.default_params)

    return np.asarray(jax.jit(jax.vmap(one))(changed))


def in_leaves(state: State) -> State:
    """The same state with its level in its leaves, from which all is worked out."""
    return state.replace(given=Given(level=state.level, facts=state.facts))


@pytest.mark.parametrize("engine", ["modern", "jax2d"])
def test_a_kept_row_is_what_the_level_gives(engine):
    env = Kinetix(size="m", level=NAMES[0], engine=engine)
    state = env.initial(KEY, env.default_params)
    assert isinstance(state.given, Pinned)
    changed = moved(state, 4)
    kept, fresh = (observed(env, one, changed) for one in (state, in_leaves(state)))
    np.testing.assert_allclose(kept, fresh, rtol=0, atol=1e-6)
    assert np.abs(kept[1] - kept[2]).max() > 0.5


def test_other_levels_are_shown_as_they_are():
    env, other = (Kinetix(size="m", level=name) for name in NAMES)
    level = load_published(f"m/{NAMES[1]}")
    edited = jax.jit(lambda level: env.mutate_level(KEY, level, 5, env.default_params))(level)

    def shown(env: Kinetix, level: Level) -> np.ndarray:
        return np.asarray(jax.jit(lambda level: env.reset_to_level(KEY, level)[0])(level))

    at_start = [np.asarray(one.reset(KEY)[0]) for one in (env, other)]
    np.testing.assert_allclose(shown(env, level), at_start[1], rtol=0, atol=1e-6)
    assert np.abs(at_start[0] - at_start[1]).max() > 0.1
    nowhere = Kinetix(size="m")
    np.testing.assert_array_equal(shown(env, edited), shown(nowhere, edited))
    assert np.abs(shown(env, edited) - at_start[1]).max() > 0.1


def test_params_of_a_start_count_traced_or_not():
    env = Kinetix(size="m", level=NAMES[0])
    slippery = env.params_with(base_friction=0.1)
    build = jax.jit(env.initial)
    plain, known, traced = (
        env.initial(KEY, env.default_params),
        env.initial(KEY, slippery),
        build(KEY, slippery),
    )
    assert jax.tree.structure(known) == jax.tree.structure(traced) == jax.tree.structure(plain)
    for one, other in zip(jax.tree.leaves(known), jax.tree.leaves(traced), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    ratio = (
        np.asarray(known.world.bodies.friction)[:2] / np.asarray(plain.world.bodies.friction)[:2]
    )
    np.testing.assert_allclose(ratio, 0.1 / 0.4, rtol=1e-5)


def test_copies_carry_nothing_of_the_only_level():
    sizes = []
    for name in (NAMES[0], None):
        venv = jaxenvs.vectorize(Kinetix(size="m", level=name), 2)
        state = jax.eval_shape(venv.reset, KEY)[1].env_state
        sizes.append(sum(x.size * x.dtype.itemsize for x in jax.tree.leaves(state)) // 2)
    assert sizes[0] < 0.7 * sizes[1]
