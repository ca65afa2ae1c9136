"""Advantages and return targets from a segment of experience.

All functions take arrays with time first, `[T, ...]`, one row per step of one or many environments:

- `reward`: what step t paid;
- `next_value`: the value of the observation that step t led to, seen before any reset. After a
  truncation that is the final observation, not the first one of the next episode;
- `terminated`: step t ended the game, so nothing follows it and nothing is bootstrapped;
- `done`: step t ended the episode, `terminated | truncated`, so the row after it belongs to another
  episode and no later reward may leak back.

The last row is cut off by the segment's end, and is bootstrapped like a truncation.
"""

import jax
import jax.numpy as jnp

_UNROLL = 8  # steps of the backward scans per loop iteration


def gae(
    reward: jax.Array,
    value: jax.Array,
    next_value: jax.Array,
    terminated: jax.Array,
    done: jax.Array,
    gamma: jax.Array | float,
    gae_lambda: jax.Array | float,
) -> jax.Array:
    """Generalized advantage estimates, `[T, ...]` float32.

    `A_t = d_t + gamma lambda (1 - done_t) A_{t+1}`, where
    `d_t = reward_t + gamma (1 - terminated_t) next_value_t - value_t`.

    Source: Schulman et al., "High-dimensional continuous control using generalized advantage
    estimation" (2016), equation 16, with termination and truncation told apart.
    """
    delta = reward + gamma * jnp.where(terminated, 0.0, next_value) - value
    carried = jnp.where(done, 0.0, gamma * gae_lambda)
    return _accumulate(delta, carried)


def lambda_returns(
    reward: jax.Array,
    next_value: jax.Array,
    terminated: jax.Array,
    done: jax.Array,
    gamma: jax.Array | float,
    trace_lambda: jax.Array | float,
) -> jax.Array:
    """TD(lambda) targets, or Q(lambda) targets if `next_value` is `max_a Q`; `[T, ...]` float32.

    `G_t = reward_t + gamma (1 - terminated_t) [lambda_t G_{t+1} + (1 - lambda_t) next_value_t]`,
    where `lambda_t` is `trace_lambda`, and 0 where the episode or the segment ends.

    Source: Sutton & Barto, "Reinforcement learning" (2018), equation 12.19; the Q form is Peng's.
    """
    discount = jnp.where(terminated, 0.0, gamma)
    trace = jnp.where(done, 0.0, trace_lambda)
    term = reward + discount * (1 - trace) * next_value
    return _accumulate(term, discount * trace, last=next_value[-1])


def _accumulate(term: jax.Array, weight: jax.Array, last: jax.Array | None = None) -> jax.Array:
    """`x_t = term_t + weight_t x_{t+1}` backwards over axis 0, from `last` (0 for None)."""

    def step(after: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        here = row[0] + row[1] * after
        return here, here

    start = jnp.zeros_like(term[0]) if last is None else last
    _, out = jax.lax.scan(step, start, (term, weight), reverse=True, unroll=_UNROLL)
    return out
