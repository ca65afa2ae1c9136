"""The search for actions that solve a level, on games of a few lines."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import spaces
from jaxenvs.envs.kinetix.levels._search import search, solvable
from tests.toys import Goal, Race

FAR = Goal(place=jnp.int32(12))


class Track(Race):
    """A race of 12 steps, with a reward for each step forward and a choice of actions."""

    kind: str = "discrete"

    def transition(self, key: Any, state: Any, action: Any, params: Any) -> Any:
        if self.kind == "discrete":
            forward = action == 1
        elif self.kind == "multi":
            forward = (action[0] == 2) & (action[1] == 1)
        else:
            forward = action[0] > 0.5
        state, reward, done, info = super().transition(
            key, state, forward.astype(jnp.int32), params
        )
        return state, reward + state.position.astype(jnp.float32) / 100, done, info

    def action_space(self, params: Any = None) -> Any:
        if self.kind == "discrete":
            return spaces.Discrete(2)
        if self.kind == "multi":
            return spaces.MultiDiscrete([3, 2], start=[0, 0])
        return spaces.Box(-1, 1, (2,))


@pytest.mark.parametrize("kind", ["discrete", "multi", "box"])
def test_a_plan_that_chance_does_not_find_is_found(kind: str) -> None:
    env = Track(kind=kind).with_params(max_steps=14)
    numbers = {"population": 64, "horizon": 14, "repeat": 1}
    key = jax.random.key(0)
    assert not search(env, FAR, key, iterations=1, **numbers).found
    solution = search(env, FAR, key, iterations=30, **numbers)
    assert solution.found
    _, state = env.reset_to_level(key, FAR)
    for i in range(int(solution.steps)):
        result = env.step(key, state, solution.actions[i])
        state = result.state
        assert bool(result.info["success"]) == (i == int(solution.steps) - 1)


def test_actions_are_held_and_levels_may_be_a_batch() -> None:
    env = Track().with_params(max_steps=14)
    places = Goal(place=jnp.array([1, 5, 12, 15], jnp.int32))
    found, actions, steps = jax.vmap(
        lambda level, key: solvable(
            env, level, key, population=32, iterations=10, horizon=14, repeat=4
        )
    )(places, jax.random.split(jax.random.key(1), 4))
    assert found.tolist() == [True, True, True, False]  # 15 is beyond 14 steps
    assert np.all(np.asarray(steps) >= [1, 5, 12, 14])
    blocks = np.asarray(actions)[:, :12].reshape(4, 3, 4)
    assert np.all(blocks == blocks[..., :1])


def test_unfit_numbers_and_games_are_refused() -> None:
    with pytest.raises(ValueError, match="population: expected a whole number of at least 2"):
        search(Track(), FAR, jax.random.key(0), population=1)
    with pytest.raises(ValueError, match="repeat: expected a whole number of at least 1"):
        search(Track(), FAR, jax.random.key(0), repeat=0)

    class Unbounded(Track):
        def action_space(self, params: Any = None) -> Any:
            return spaces.Box(-np.inf, np.inf, (2,))

    with pytest.raises(ValueError, match="env: expected actions with bounds"):
        search(Unbounded(), FAR, jax.random.key(0))
