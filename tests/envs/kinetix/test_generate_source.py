"""Levels of several sizes in one, and level sources with other settings."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.envs.kinetix._level import NUM_WALLS, SIZES, Size, same
from jaxenvs.envs.kinetix._published import load_published
from jaxenvs.envs.kinetix.files import dumps, parse
from jaxenvs.envs.kinetix.kinetix import Kinetix
from jaxenvs.envs.kinetix.levels._settings import Generation
from jaxenvs.envs.kinetix.levels._source import Generated, mixed_level, padded
from tests.envs.kinetix.test_generate import each, gaps


def test_a_padded_level_is_the_same_level() -> None:
    level = load_published("s/h6_unicycle_right")
    larger = jax.tree.map(np.asarray, padded(jax.tree.map(jnp.asarray, level), SIZES["m"]))
    assert same(parse(dumps(larger)), larger)
    assert larger.size == SIZES["m"]
    assert (level.joints.b_index[0], larger.joints.b_index[0]) == (5, 6)  # the first circle
    assert np.array_equal(larger.bodies.position[6:8], level.bodies.position[5:7])
    assert np.array_equal(gaps(larger), gaps(level))
    with pytest.raises(ValueError, match="sizes: expected 5 polygons at most, got 6"):
        padded(jax.tree.map(jnp.asarray, larger), SIZES["s"])


@pytest.mark.slow
def test_every_size_of_a_mixture_comes_alike_often() -> None:
    sizes = (SIZES["s"], SIZES["m"])
    slots = Size(8, 3, 3, 2)
    draw = jax.jit(jax.vmap(lambda key: mixed_level(key, sizes, slots)))
    levels = jax.device_get(draw(jax.random.split(jax.random.key(0), 400)))
    shapes = levels.bodies.active.sum(axis=1) - NUM_WALLS
    is_large = shapes > 3
    assert np.all(shapes >= 3)
    assert 0.35 < is_large.mean() < 0.6  # some of size m have three shapes too
    for level in each(levels)[:8]:
        assert same(parse(dumps(level)), level)
        assert np.all(gaps(level) < 1e-5)


def test_the_source_draws_by_its_settings_and_fits_its_game() -> None:
    env = Kinetix(size=Size(6, 3, 2, 2))
    source = Generated(sizes=("s",), generation=Generation(gravity=-3.0))
    carry = source.init(jax.random.key(0), env, env.default_params)

    @jax.jit
    def draw(key):
        return source.draw(key, carry, jnp.ones(4, bool), env, env.default_params)

    levels, carry = draw(jax.random.key(1))
    assert carry == ()
    assert np.all(np.asarray(levels.gravity) == np.array([0, -3], np.float32))
    assert levels.bodies.active.shape == (4, 9)
    with pytest.raises(ValueError, match="sizes: expected 6 polygons at most, got 12"):
        Generated(sizes=("l",)).init(jax.random.key(0), env, env.default_params)
    with pytest.raises(ValueError, match=r"sizes\[0\]: expected 's', 'm' or 'l'"):
        Generated(sizes=("xl",))  # type: ignore[arg-type]
