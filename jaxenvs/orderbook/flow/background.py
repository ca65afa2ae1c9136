"""What drives a book when nobody else does: a stream of messages that answers to the book.

A background is static, a value that `jit` hashes; its numbers are its law, a record of params that
may be traced. It is asked for one message at a time, inside the scan over messages, and sees the
book as it stands, with everybody's orders in it. Randomness comes as uint32 words, drawn for many
messages at once, since a draw for each would cost more than the message.
"""

import abc
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import prng
from jaxenvs.orderbook.records import Book, Message, Sizes

FIRST_ID = 1 << 16
"""Backgrounds number their orders from here on; what is below is for those who trade with them."""


class Background(abc.ABC):
    """A model of the flow of orders. Subclasses are frozen dataclasses, hence hashable.

    A model with a memory of its own, as a sequence model, keeps it in `memory` and makes a key from
    its words, if it needs more than these.
    """

    num_words: ClassVar[int]
    """Random uint32 words that one message takes."""

    @abc.abstractmethod
    def law(self) -> Any:
        """The default numbers: a record (`struct.PyTree`) with ranges in its annotations."""

    @abc.abstractmethod
    def initial(self, law: Any, key: jax.Array, sizes: Sizes) -> tuple[Book, Any]:
        """The book at the start of an episode, and the memory. The key is consumed."""

    @abc.abstractmethod
    def message(
        self, law: Any, memory: Any, book: Book, touch: jax.Array, words: jax.Array
    ) -> tuple[Any, Message, jax.Array]:
        """The next message.

        Args:
          law: as `law()` gives it.
          memory: from `initial` or the last call.
          book: as it stands; orders with owner 0 are the background's own.
          touch: (2,) int32 ticks, its best bid and ask, as `touch` gives them.
          words: (num_words,) random uint32.

        Returns:
          The new memory, the message, and the time since the last one, () float32 seconds.
        """


def touch(price: jax.Array, quantity: jax.Array, last: jax.Array) -> jax.Array:
    """Best bid and ask, (2,) int32 ticks; an empty side keeps its `last` price, if it can.

    That is the last price, or one tick from the other side where the last price would cross it.
    `price` and `quantity` are those of `orderbook.best`, (2,) int32.
    """
    bid, ask = jnp.where(quantity > 0, price, last)
    bid = jnp.where(quantity[0] > 0, bid, jnp.minimum(bid, ask - np.int32(1)))
    return jnp.stack([bid, jnp.maximum(ask, bid + np.int32(1))])


def waiting_time(word: jax.Array, rate: jax.Array) -> jax.Array:
    """An exponential time at `rate` per second for a random word; () float32 seconds."""
    return -jnp.log1p(-prng.unit(word)) / rate


def geometric(word: jax.Array, mean: Any) -> jax.Array:
    """A geometric size of 1, 2, ... with mean `mean` >= 1 for a random word; () int32."""
    failure = jnp.log1p(-np.float32(1) / jnp.asarray(mean, jnp.float32))  # -inf where mean is 1
    size = np.float32(1) + jnp.floor(jnp.log1p(-prng.unit(word)) / failure)
    return size.astype(jnp.int32)
