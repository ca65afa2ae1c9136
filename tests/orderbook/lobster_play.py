"""Flows through the engine, by one program for all short ones."""

import functools

import jax
import numpy as np

from jaxenvs.orderbook import Sizes, run

SIZES = Sizes(capacity=128, fills=0, owners=4)
_RUN = jax.jit(functools.partial(run, sizes=SIZES))


def played(flow, window=0):
    """The book after a window's messages, at most 16 of them, and the trades."""
    part = flow.part(window)
    count = len(part.kind)
    padded = jax.tree.map(lambda column: np.pad(column, (0, 16 - count)), part)
    book, trades = _RUN(flow.book(window, SIZES), padded)
    return book, jax.tree.map(lambda column: column[:count], trades)
