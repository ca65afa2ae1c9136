"""What the order book environments share: their fields, and a block of messages."""

from typing import Annotated, Any

import jax
import numpy as np

from jaxenvs import core, orderbook
from jaxenvs.core import ParamsT, StateT
from jaxenvs.envs.lob._market import Flows, Market, opened, play
from jaxenvs.orderbook import Message
from jaxenvs.orderbook.flow import FIRST_ID, Background, Name, named
from jaxenvs.ranges import Range


class BookEnv(core.Env[StateT, ParamsT]):
    """An environment in a limit order book; agents own orders as owner 1, 2, ..."""

    background: Name | Background = "zi"
    """What else sends orders: "zi" (zero intelligence), or an object of one's own, a
    `jaxenvs.orderbook.flow.Background`. Its numbers are the param `law`."""

    messages_per_step: Annotated[int, Range(1, 100_000)] = 100
    """Messages of the background in a step."""

    capacity: Annotated[int, Range(16, 4096)] = 128
    """Orders that each side of the book holds; the worst is dropped where it is full."""

    tape: bool = False
    """Whether `info["tape"]` holds all messages of the step and what each traded, with five fills
    one by one."""

    reset_cost = "expensive"

    def __post_init__(self) -> None:
        named(self.background)

    @property
    def flow(self) -> Background:
        """The background as an object."""
        return named(self.background)

    @property
    def num_traders(self) -> int:
        """How many own orders besides the background."""
        return len(self.agents) or 1

    @property
    def sizes(self) -> orderbook.Sizes:
        """Of the book. It need not prevent self trades: agents never cross their own orders."""
        return orderbook.Sizes(
            capacity=self.capacity,
            owners=1 + self.num_traders,
            fills=5 if self.tape else 1,
        )

    def _opened(self, key: jax.Array, params: Any) -> Market:
        return opened(self.flow, params.law, key, self.sizes)

    def _played(
        self, key: jax.Array, market: Market, messages: Message, params: Any
    ) -> tuple[Market, Flows, core.Info]:
        """A block of messages, the agents' among them; the info holds the tape if asked for."""
        market, flows, tape = play(
            self.flow,
            params.law,
            market,
            messages,
            params.latency,
            key,
            self.messages_per_step,
            self.sizes,
            keeps_tape=self.tape,
        )
        return market, flows, {"tape": tape} if self.tape else {}


MAX_PLACES = 16
MAX_TRADERS = FIRST_ID // MAX_PLACES - 1


def order_ids(owner: Any, num_places: int) -> Any:
    """The order numbers of an owner's places, (num_places,) int32, numpy where `owner` is an int.

    They are below those of the background for `MAX_TRADERS` owners of `MAX_PLACES` places.
    """
    return owner * MAX_PLACES + np.arange(num_places, dtype=np.int32)
