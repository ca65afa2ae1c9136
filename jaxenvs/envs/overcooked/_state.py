"""What a kitchen remembers, and how things are numbered."""

from typing import Any

import jax
import numpy as np

from jaxenvs import core, struct
from jaxenvs.fusion import settled

# Bits of their own, so that things can be told apart by any of them; a soup is SOUP and the number
# of its recipe, which takes the four bits below.
NOTHING, SOUP, ONION, TOMATO, DISH = 0, 16, 32, 64, 128
DONE = SOUP  # where a soup can be done or not


def is_soup(thing: Any) -> Any:
    """Whether things, of any shape, are soups; bool."""
    return (thing & SOUP) != 0


class Pots(struct.PyTree):
    """The pots, row by row."""

    onions: jax.Array  # [num_pots] uint8
    tomatoes: jax.Array  # [num_pots] uint8
    tick: jax.Array  # [num_pots] int16, steps it has cooked, up to its time; -1: not begun

    @property
    def size(self) -> jax.Array:
        """`(num_pots,)` uint8, how many ingredients are in each."""
        return self.onions + self.tomatoes

    @property
    def recipe(self) -> jax.Array:
        """`(num_pots,)` uint8, the number of each one's recipe."""
        return self.onions * np.uint8(4) + self.tomatoes


class State(core.State):
    """A kitchen at work."""

    place: jax.Array  # [num_agents] uint16, where each cook stands
    direction: jax.Array  # [num_agents] uint8, where each looks: north, south, east, west
    held: jax.Array  # [num_agents] uint8, a thing
    items: jax.Array  # [num_places] uint8, what lies on counters
    pots: Pots


def with_cooks_settled(state: State) -> State:
    """The same state; XLA does not work out again at every place of the kitchen what cooks do."""
    return state.replace(
        place=settled(state.place), direction=settled(state.direction), held=settled(state.held)
    )
