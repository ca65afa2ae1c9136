"""Running mean and variance of batches, with which observations and rewards are normalized."""

from typing import Self

import jax
import jax.numpy as jnp

from jaxenvs.struct import PyTree

_EPSILON = 1e-8  # keeps a constant coordinate from dividing by zero


class Moments(PyTree):
    """Count, mean and variance of everything included so far, per coordinate.

    Batches are merged by the rule of Chan, Golub & LeVeque (1979), which does not cancel as a sum
    of squares would.
    """

    count: jax.Array  # () float32
    mean: jax.Array  # shape of one element, float32
    var: jax.Array  # likewise, float32, the population's variance

    @classmethod
    def zero(cls, shape: tuple[int, ...] = ()) -> Self:
        """Of nothing yet: mean 0 and variance 1, so that normalizing changes nothing."""
        return cls(
            count=jnp.zeros((), jnp.float32),
            mean=jnp.zeros(shape, jnp.float32),
            var=jnp.ones(shape, jnp.float32),
        )

    def update(self, batch: jax.Array, counted: jax.Array | None = None) -> Self:
        """Includes a batch: any number of leading axes, then the shape of one element.

        `counted`, bool of the leading axes, leaves out elements that are not; None: all count.
        """
        axes = tuple(range(batch.ndim - self.mean.ndim))
        if counted is None:
            size = jnp.float32(batch.size // max(self.mean.size, 1))
            return self._merged(size, jnp.mean(batch, axis=axes), jnp.var(batch, axis=axes))
        size = jnp.sum(counted.astype(jnp.float32))
        number = jnp.maximum(size, 1.0)
        rows = counted.reshape(counted.shape + (1,) * self.mean.ndim)
        mean = jnp.sum(jnp.where(rows, batch, 0.0), axis=axes) / number
        var = jnp.sum(jnp.where(rows, (batch - mean) ** 2, 0.0), axis=axes) / number
        merged = self._merged(size, mean, var)
        # Nothing counted: what was known stays, to the bit.
        return jax.tree.map(lambda new, old: jnp.where(size > 0, new, old), merged, self)

    def _merged(self, size: jax.Array, mean: jax.Array, var: jax.Array) -> Self:
        """With `size` elements more, of this mean and variance."""
        count = self.count + size
        shift = mean - self.mean
        squares = self.var * self.count + var * size + shift**2 * (self.count * size / count)
        return self.replace(
            count=count, mean=self.mean + shift * (size / count), var=squares / count
        )

    def normalize(self, x: jax.Array, limit: float = 10.0) -> jax.Array:
        """`x` shifted and scaled to mean 0 and variance 1, clipped to `[-limit, limit]`."""
        return jnp.clip((x - self.mean) * jax.lax.rsqrt(self.var + _EPSILON), -limit, limit)

    def scale(self, x: jax.Array, limit: float = 10.0) -> jax.Array:
        """`x` divided by the standard deviation, not shifted, clipped to `[-limit, limit]`."""
        return jnp.clip(x * jax.lax.rsqrt(self.var + _EPSILON), -limit, limit)


def discounted_return(
    total: jax.Array, reward: jax.Array, done: jax.Array, gamma: jax.Array | float
) -> tuple[jax.Array, jax.Array]:
    """Adds one step's rewards to running discounted returns.

    Args:
      total: the returns so far, `gamma * (gamma * r_0 + r_1) + ...`, float32 of any shape.
      reward: of this step, likewise.
      done: bool, likewise, whether this step ends the episode.
      gamma: the discount.

    Returns:
      The returns to go on with, 0 where done, and those that include this step.
    """
    seen = gamma * total + reward
    return jnp.where(done, 0.0, seen), seen


def scaled_rewards(
    moments: Moments,
    returns: jax.Array,
    reward: jax.Array,
    done: jax.Array,
    gamma: jax.Array | float,
    counted: jax.Array | None = None,
) -> tuple[Moments, jax.Array, jax.Array]:
    """The rewards of a rollout in standard deviations of the discounted return.

    Engstrom et al., "Implementation matters in deep policy gradients" (2020), section 2.

    Args:
      moments: of all discounted returns before, `Moments.zero()` at first.
      returns: the running discounted returns before the rollout, `[num_envs, ...]` float32.
      reward: `[num_steps, num_envs, ...]` float32.
      done: likewise, bool, whether a step ends its episode.
      gamma: the discount.
      counted: likewise, bool, which rewards somebody got, not those of an agent that has left;
        None: all of them.

    Returns:
      The moments with those of the rollout, the running returns after it, the scaled rewards.
    """

    def step(total: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        return discounted_return(total, *row, gamma)

    returns, seen = jax.lax.scan(step, returns, (reward, done))
    moments = moments.update(seen, counted)
    return moments, returns, moments.scale(reward)
