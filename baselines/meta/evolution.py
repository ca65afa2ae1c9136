"""OpenES of evosax, turned round to maximise.

Source: Salimans et al., "Evolution strategies as a scalable alternative to reinforcement learning"
(2017). Candidates come in antithetic pairs: candidate `i` of the first half and candidate `i` of
the second lie on opposite sides of the mean.
"""

from typing import Any

import jax
import jax.numpy as jnp
import optax

from jaxenvs import extras

RANKINGS = ("all", "pairs")
"""How fitness counts: by its rank among all, or only by which of a pair is the better."""


class Evolution:
    """A search from `start`, any pytree of float32 arrays, upwards in fitness."""

    def __init__(
        self,
        start: Any,
        population: int,
        sigma: float,
        lr: float,
        decay: float = 1.0,
        ranking: str = "all",
    ) -> None:
        """Settles the search.

        Args:
          start: the mean before the first generation.
          population: candidates per generation, an even number.
          sigma: deviation of the candidates from the mean, at first.
          lr: learning rate of Adam, at first.
          decay: factor on both per generation.
          ranking: a name in `RANKINGS`.
        """
        # It brings matplotlib along, which no other algorithm waits for.
        with extras.needs("baselines"):
            from evosax.algorithms import Open_ES

        self.start, self.population, self.ranking = start, population, ranking
        self._method = Open_ES(
            population,
            start,
            optimizer=optax.adam(optax.exponential_decay(lr, 1, decay)),
            std_schedule=optax.exponential_decay(sigma, 1, decay),
            fitness_shaping_fn=lambda population, fitness, state, params: fitness,
        )

    def init(self, key: jax.Array) -> Any:
        """The state before the first generation; the key is consumed."""
        with jax.numpy_dtype_promotion("standard"):
            params = self._method.default_params
            return _settled(self._method.init(key, self.start, params))

    def ask(self, key: jax.Array, state: Any) -> Any:
        """Candidates, each leaf `[population, ...]`; the key is consumed."""
        with jax.numpy_dtype_promotion("standard"):
            return self._method.ask(key, state, self._method.default_params)[0]

    def tell(self, key: jax.Array, state: Any, candidates: Any, fitness: jax.Array) -> Any:
        """The state after a generation with that fitness, `[population]`; the key is consumed."""
        loss = -shaped(fitness, self.ranking)  # evosax minimises
        with jax.numpy_dtype_promotion("standard"):
            params = self._method.default_params
            return _settled(self._method.tell(key, candidates, loss, state, params)[0])

    def mean(self, state: Any) -> Any:
        """The result of the search."""
        return self._method.get_mean(state)


def shaped(fitness: jax.Array, ranking: str) -> jax.Array:
    """Fitness by rank, between -0.5 and 0.5, float32; NaN is the worst there is.

    By `pairs`, the better one of an antithetic pair gets 0.5, the other -0.5, and both 0 if they
    are equal.
    """
    fitness = jnp.where(jnp.isnan(fitness), -jnp.inf, fitness)
    if ranking == "pairs":
        half = len(fitness) // 2
        first, second = fitness[:half], fitness[half:]
        sign = (first > second).astype(jnp.float32) - (first < second).astype(jnp.float32)
        return 0.5 * jnp.concatenate([sign, -sign])
    # The mean of the ranks that equals share.
    below = jnp.sum(fitness[:, None] > fitness[None], axis=1)
    equal = jnp.sum(fitness[:, None] == fitness[None], axis=1) - 1
    rank = below.astype(jnp.float32) + 0.5 * equal.astype(jnp.float32)
    return rank / (len(fitness) - 1) - 0.5


def _settled(state: Any) -> Any:
    """The state with types that stay the same from generation to generation."""
    return jax.tree.map(lambda x: jnp.asarray(x, jnp.asarray(x).dtype), state)
