"""Flows of orders as step functions: what an order book environment plays against.

background = named("zi")
law = background.law()
book, memory = background.initial(law, key, sizes)
memory, message, seconds = background.message(law, memory, book, touch, words)
"""

from typing import Literal, get_args

from jaxenvs.orderbook.flow.background import FIRST_ID, Background, touch
from jaxenvs.orderbook.flow.zi import ZeroIntelligence

Name = Literal["zi"]
"""The backgrounds that have a name."""

_NAMED: dict[str, Background] = {"zi": ZeroIntelligence()}


def named(background: Name | Background) -> Background:
    """The background of that name; one that is given as an object is returned as it is.

    Raises `ValueError` for another name.
    """
    if isinstance(background, Background):
        return background
    if background not in _NAMED:
        names = " or ".join(map(repr, get_args(Name)))
        raise ValueError(f"background: expected {names}, or a Background, got {background!r}")
    return _NAMED[background]


__all__ = ["FIRST_ID", "Background", "Name", "ZeroIntelligence", "named", "touch"]
