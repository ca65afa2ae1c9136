"""Our episodes played again in popgym, whose games are given our cards, boards and chances."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium
import jax
import numpy as np

from tests.parity import rollout


class Episode(NamedTuple):
    """One episode of ours, or as much of it as was played; arrays lead with time."""

    state: Any  # before each step
    obs: np.ndarray  # from the reset to the end, one more than steps
    action: np.ndarray
    draws: Any


class Shared:
    """Stands for numpy's generator in popgym's games and hands out what ours drew."""

    def __init__(self) -> None:
        self.orders: list[np.ndarray] = []  # of cards, for the shuffles to come
        self.numbers: list[Any] = []  # for the draws to come

    def shuffle(self, array: np.ndarray) -> None:
        array[:] = self.orders.pop(0)

    def _next(self, *args: Any, **kwargs: Any) -> Any:
        return self.numbers.pop(0)

    random = normal = uniform = choice = _next


def follow(
    theirs: Any,
    ours: rollout.Rollout,
    prepare: Callable[[Any, Shared, Episode], None],
) -> float:
    """Asserts that popgym gives what we gave; returns the largest error of a number.

    `prepare` fills `Shared`, or the game, with what the episode needs, before the reset.
    """
    theirs._np_random = shared = Shared()
    obs, last = vector(ours.obs), vector(ours.step.obs)
    error = 0.0
    for copy in range(ours.start.shape[1]):
        starts = [*np.flatnonzero(ours.start[:, copy]), len(ours.start)]
        for begin, end in itertools.pairwise(starts):
            episode = Episode(
                state=jax.tree.map(lambda leaf: leaf[begin:end, copy], ours.state),  # noqa: B023
                obs=np.concatenate([obs[begin:end, copy], last[end - 1 : end, copy]]),
                action=ours.action[begin:end, copy],
                draws=jax.tree.map(lambda leaf: leaf[begin:end, copy], ours.draws),  # noqa: B023
            )
            prepare(theirs, shared, episode)
            first, _ = theirs.reset()
            steps = [theirs.step(action) for action in listed(episode.action)]
            seen = np.array([vector(first), *(vector(step[0]) for step in steps)])
            rewards, terminated, truncated = (
                np.array([step[i] for step in steps]) for i in (1, 2, 3)
            )
            part = slice(begin, end)
            np.testing.assert_array_equal(terminated, ours.step.terminated[part, copy])
            agree_on_limits(truncated, terminated, ours.step.truncated[part, copy])
            np.testing.assert_allclose(seen, episode.obs, atol=1e-5)
            np.testing.assert_allclose(rewards, ours.step.reward[part, copy], atol=1e-6)
            error = max(error, float(np.abs(seen - episode.obs).max()))
            error = max(error, float(np.abs(rewards - ours.step.reward[part, copy]).max()))
    return error


def agree_on_limits(theirs: np.ndarray, terminated: np.ndarray, ours: np.ndarray) -> None:
    """Truncations are equal, except that popgym may keep one back where the game is decided."""
    np.testing.assert_array_equal(theirs | terminated, ours | terminated)
    assert not (theirs & ~ours).any()


def vector(obs: Any) -> np.ndarray:
    """An observation or many; a tuple's parts in a last axis."""
    return np.stack(obs, axis=-1) if isinstance(obs, tuple) else np.asarray(obs)


def listed(actions: np.ndarray) -> Any:
    """Numbers as Python's own, which popgym's games compare faster; vectors as they are."""
    return actions.tolist() if actions.ndim == 1 else actions


def same_spaces(env: Any, theirs: gymnasium.Env) -> None:
    """The same but for the width of integers."""
    for ours, other in (
        (env.observation_space(), theirs.observation_space),
        (env.action_space(), theirs.action_space),
    ):
        sizes = [
            gymnasium.spaces.flatten_space(space).shape for space in (ours.to_gymnasium(), other)
        ]
        assert sizes[0] == sizes[1]
        assert type(ours.to_gymnasium()) is type(other)


def dealt_from_the_end(features: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Numbers of cards in an order which, dealt from its end, shows `wanted`, then the rest."""
    pools = {kind: np.flatnonzero(features == kind).tolist() for kind in np.unique(features)}
    order = [pools[kind].pop() for kind in wanted.tolist()]
    return np.array([*order, *itertools.chain(*pools.values())])[::-1]


def mixed(
    expert: Callable[[jax.Array, Any], jax.Array],
    sample: Callable[[jax.Array], jax.Array],
    share: float,
) -> Callable[[jax.Array, Any], jax.Array]:
    """A policy that asks the expert in a share of the steps, and plays at random in the others."""

    def policy(key: jax.Array, state: Any) -> jax.Array:
        coin_key, expert_key, random_key = jax.random.split(key, 3)
        asks = jax.random.bernoulli(coin_key, share)
        return jax.numpy.where(asks, expert(expert_key, state), sample(random_key))

    return policy
