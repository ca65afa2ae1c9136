"""The kitchens that come with the package: layouts, orders, and what soups are worth.

A recipe is a number, `4 * num_onions + num_tomatoes`, of one to three ingredients; layouts.json
writes it in letters, as in "oot".
"""

import dataclasses
import functools
import importlib.resources
import json
import textwrap
from typing import Any

import numpy as np

from jaxenvs.envs.overcooked._layouts import Layout, parse

NUM_RECIPES = 16  # numbers; those of more than three ingredients, and 0, are no recipes
MOST_INGREDIENTS = 3
ONIONS, TOMATOES = np.divmod(np.arange(NUM_RECIPES), 4)
RECIPES = np.flatnonzero((ONIONS + TOMATOES > 0) & (ONIONS + TOMATOES <= MOST_INGREDIENTS))

NORTH, SOUTH, EAST, WEST = range(4)


@dataclasses.dataclass(frozen=True, eq=False)
class Kitchen:
    """A layout, and what is cooked there."""

    layout: Layout
    orders: np.ndarray  # (16,) bool, recipes that are worth something
    bonus: np.ndarray  # (16,) bool, those that are worth more
    values: np.ndarray  # (16,) float32
    times: np.ndarray  # (16,) int32, steps that they cook
    order_bonus: float  # how many times more
    directions: tuple[int, ...]  # where the cooks look at first
    soups: tuple[int, ...]  # what is in each pot at first, a recipe or 0


@functools.cache
def kitchen(layout: str) -> Kitchen:
    """The kitchen of a name, or of a text of several lines, in which all recipes are ordered.

    Raises `ValueError` for an unknown name, and as `layout.parse` does.
    """
    entry: dict[str, Any] = {"grid": [textwrap.dedent(layout)]}
    if "\n" not in layout:
        entry = _named(layout)
    parsed = parse("\n".join(entry["grid"]))
    start = entry.get("start", {"players": [[*cook, "N"] for cook in parsed.cooks], "pots": []})
    cooks = tuple((x, y) for x, y, _ in start["players"])
    parsed = dataclasses.replace(parsed, cooks=cooks)
    soups = {parsed.place(x, y): _recipe(letters) for x, y, letters in start["pots"]}
    return Kitchen(
        layout=parsed,
        orders=_members(entry.get("orders"), RECIPES),
        bonus=_members(entry.get("bonus"), np.array([], np.int64)),
        values=_numbers(entry, "value").astype(np.float32),
        times=_numbers(entry, "time").astype(np.int32),
        order_bonus=float(entry.get("order_bonus", 2)),
        directions=tuple("NSEW".index(letter) for *_, letter in start["players"]),
        soups=tuple(soups.get(pot, 0) for pot in parsed.pots.tolist()),
    )


@functools.cache
def _all() -> dict[str, Any]:
    file = importlib.resources.files("jaxenvs.envs.overcooked").joinpath("layouts.json")
    return json.loads(file.read_text())


def _named(name: str) -> dict[str, Any]:
    if name not in _all():
        raise ValueError(f"layout: expected a text of lines or one of {list(_all())}, got {name!r}")
    return _all()[name]


def _recipe(letters: str) -> int:
    return 4 * letters.count("o") + letters.count("t")


def _members(recipes: list[str] | None, otherwise: np.ndarray) -> np.ndarray:
    chosen = otherwise if recipes is None else np.array([_recipe(r) for r in recipes], np.int64)
    return np.isin(np.arange(NUM_RECIPES), chosen)


def _numbers(entry: dict[str, Any], what: str) -> np.ndarray:
    """20 for each recipe, or what is written for it or for each of its ingredients."""
    if each := entry.get(f"{what}_of_each"):
        return ONIONS * each["onion"] + TOMATOES * each["tomato"]
    numbers = np.full(NUM_RECIPES, 20)
    for letters, number in entry.get(f"{what}s", {}).items():
        numbers[_recipe(letters)] = number
    return numbers
