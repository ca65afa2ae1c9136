"""Filtered levels: few that solve themselves; how many random ones do."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.kinetix._level import SIZES
from jaxenvs.envs.kinetix.kinetix import Kinetix
from jaxenvs.envs.kinetix.levels._filter import Filtered, idle, sample_filtered, solved_when
from jaxenvs.envs.kinetix.levels._generate import random_level
from tests.toys import Goal, Race


class Slide(Race):
    """A race in which place 1 is reached without acting."""

    def transition(self, key: Any, state: Any, action: Any, params: Any) -> Any:
        forward = (action != 8) | (state.position == 0)
        return super().transition(key, state, forward.astype(jnp.int32), params)

    def action_space(self, params: Any = None) -> Any:
        return jaxenvs.spaces.Discrete(11)


def test_levels_that_solve_themselves_are_rare_unless_nothing_else_is_there() -> None:
    env = Slide()
    levels = jax.jit(lambda key: sample_filtered(key, 512, env))(jax.random.key(0))
    places = np.bincount(np.asarray(levels.place), minlength=5)
    assert places[1] <= 3
    assert np.all(np.abs(places[2:] - 512 / 3) < 60)
    one = env.with_params(max_place=1)
    levels = sample_filtered(jax.random.key(1), 4, one, one.default_params)
    assert np.asarray(levels.place).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("pool", [0, 64])
def test_the_source_feeds_episodes(pool: int) -> None:
    venv = jaxenvs.vectorize(Slide(), 8, level_source=Filtered(pool=pool, steps=4), chunk=4)
    _, state = jax.jit(venv.reset)(jax.random.key(0))
    step = jax.jit(venv.step)
    seen = []
    for i in range(20):
        key = jax.random.key(i)
        state = step(key, state, venv.sample_actions(key)).state
        seen += np.asarray(state.level.place).tolist()
    assert set(seen) <= {2, 3, 4} | ({1} if pool else set())
    assert len(set(seen)) == 3
    if pool:
        assert state.level_carry.place.shape == (64,)


def test_what_is_solved_counts_until_the_episode_ends() -> None:
    goals = Goal(place=jnp.array([1, 2, 3], jnp.int32))

    def back_and_forth(key: Any) -> Any:
        return jnp.int32(8)

    solved = solved_when(back_and_forth, Slide(), goals, jax.random.key(0), 20)
    assert solved.tolist() == [True, False, False]
    always = solved_when(lambda key: jnp.int32(1), Slide(), goals, jax.random.key(0), 2)
    assert always.tolist() == [True, True, False]


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="ratio: expected a whole number of at least 1"):
        Filtered(ratio=0)
    with pytest.raises(ValueError, match="count: expected"):
        sample_filtered(jax.random.key(0), 0, Slide())


COUNTS = {"s": 2048, "m": 1024, "l": 512}
# Of Kinetix: how many of its levels were played, and solved without acting and by random actions.
PEER = {"s": (1024, 0.20, 0.34), "m": (512, 0.10, 0.22), "l": (256, 0.08, 0.14)}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["jax2d", "modern"])
@pytest.mark.parametrize("size", SIZES)
def test_as_many_random_levels_solve_themselves_as_in_kinetix(size: Any, engine: Any) -> None:
    """With Kinetix's engine within what chance does; ours, which gains no energy, comes near."""
    env = Kinetix(size=size, actions="multidiscrete", engine=engine)
    batch = 256

    @jax.jit
    def shares(key: Any) -> Any:
        level_key, idle_key, random_key = jax.random.split(key, 3)
        keys = jax.random.split(level_key, batch)
        levels = jax.vmap(lambda key: random_level(key, SIZES[size]))(keys)
        still = solved_when(lambda key: idle(env), env, levels, idle_key, 256)
        by_chance = solved_when(env.action_space().sample, env, levels, random_key, 256)
        return still.mean(), by_chance.mean()

    found = [shares(jax.random.key(i)) for i in range(COUNTS[size] // batch)]
    ours = np.mean(np.asarray(found), axis=0)
    count, *theirs = PEER[size]
    print(f"{size} {engine}: without acting {ours[0]:.3f}, by random actions {ours[1]:.3f}")
    spread = 1 / count + 1 / COUNTS[size]
    for one, other in zip(ours, theirs, strict=True):
        chance = 0.005 + 1.96 * np.sqrt(other * (1 - other) * spread)
        assert abs(one - other) < (chance if engine == "jax2d" else chance + 0.03)
