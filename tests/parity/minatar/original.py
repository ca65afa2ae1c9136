"""Our episodes played again in MinAtar, whose generator hands out what ours drew."""

import importlib
import itertools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

pytest.importorskip("minatar")

from minatar import Environment

from tests.parity import rollout


class Shared:
    """Stands for numpy's generator in MinAtar and hands out what it is told, in order."""

    def __init__(self) -> None:
        self.shares: list[Any] = []  # for `rand`
        self.numbers: list[Any] = []  # for `randint`: numbers, or functions of its argument

    def rand(self, *shape: int) -> Any:
        return self.shares.pop(0)

    def randint(self, low: int, high: int | None = None, size: int | None = None) -> Any:
        number = self.numbers.pop(0)
        return number(low) if callable(number) else number

    def forget(self) -> None:
        self.shares, self.numbers = [], []


Teller = Callable[[Any, Shared, Any], None]  # tells Shared the choices of a start or of a step


def share(chosen: Any) -> float:
    """What `rand` must give for a choice that MinAtar makes by `rand() < probability`."""
    return 0.0 if chosen else 1.0


def follow(
    name: str,
    ours: rollout.Rollout,
    *,
    tell_start: Teller,
    tell_step: Teller,
    constants: dict[str, Any],
    options: dict[str, Any],
    minimal: bool,
) -> None:
    """Asserts that MinAtar gives the observations, rewards and ends that we gave.

    Args:
      name: of MinAtar's module.
      ours: what we played.
      tell_start: told the game and our state.
      tell_step: told the game before the step and our draws; sticky actions are seen to.
      constants: of MinAtar's module, changed while it plays.
      options: of MinAtar's `Environment`.
      minimal: whether our actions are those of the minimal set.
    """
    module = importlib.import_module(f"minatar.environments.{name}")
    with pytest.MonkeyPatch.context() as patch:
        for constant, value in constants.items():
            patch.setattr(module, constant, value)
        theirs = Environment(name, **options)
        shared = Shared()
        theirs.random = theirs.env.random = shared  # type: ignore[assignment]
        actions = theirs.minimal_action_set() if minimal else list(range(6))
        for copy in range(ours.start.shape[1]):
            starts = [*np.flatnonzero(ours.start[:, copy]), len(ours.start)]
            for first, end in itertools.pairwise(starts):
                part = jax.tree.map(lambda leaf: leaf[first:end, copy], ours)  # noqa: B023
                state = jax.tree.map(lambda leaf: leaf[0], part.state)
                shared.forget()
                tell_start(theirs.env, shared, state)
                theirs.reset()
                theirs.last_action = 0  # as at MinAtar's first reset: the intended difference
                _follow_episode(theirs, shared, part, actions, tell_step)


def _follow_episode(
    theirs: Environment,
    shared: Shared,
    ours: rollout.Rollout,
    actions: list[int],
    tell_step: Teller,
) -> None:
    seen, rewards, ends = [theirs.state()], [], []
    for step, action in enumerate(ours.action):
        draws = jax.tree.map(lambda leaf: leaf[step], ours.draws)  # noqa: B023
        shared.forget()
        shared.shares.append(share(draws.repeats))
        tell_step(theirs.env, shared, draws)
        reward, end = theirs.act(actions[action])
        seen.append(theirs.state())
        rewards.append(reward)
        ends.append(end)
    np.testing.assert_array_equal(ends, ours.step.terminated)
    np.testing.assert_array_equal(rewards, ours.step.reward)
    np.testing.assert_array_equal(seen[:-1], ours.obs)
    np.testing.assert_array_equal(seen[-1], ours.step.obs[-1])
