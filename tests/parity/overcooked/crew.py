"""Cooks who know their trade: they fill pots with what is ordered, wait, and serve.

They pass things over counters where they cannot go, and stray at random now and then, so that much
else happens too.
"""

import collections
from typing import Any

import numpy as np

from jaxenvs.envs.overcooked._kitchens import RECIPES
from jaxenvs.envs.overcooked._layouts import COUNTER, FLOOR, SERVING
from jaxenvs.envs.overcooked._state import DISH, NOTHING, ONION, TOMATO, is_soup

STAY, INTERACT = 4, 5


class Crew:
    """Chooses actions for one kitchen, state by state."""

    def __init__(self, env: Any, seed: int, stray: float = 0.15) -> None:
        self.layout, self.kitchen = env.kitchen.layout, env.kitchen
        self.terrain = self.layout.terrain
        self.steps = [-1, 1, self.layout.height, -self.layout.height]
        self.by_hand = env.dynamics == "new"
        self.stray, self.rng = stray, np.random.default_rng(seed)
        orders = np.flatnonzero(self.kitchen.orders)
        if not self.by_hand:
            orders = [r for r in orders if sum(divmod(int(r), 4)) == 3]
        self.orders = [int(r) for r in orders] or RECIPES.tolist()
        self.wish = [int(self.rng.choice(self.orders)) for _ in self.layout.pots]

    def act(self, state: Any) -> np.ndarray:
        """One action for each cook."""
        self._wish_again(state)
        return np.array([self._one(state, cook) for cook in range(len(self.layout.cooks))])

    def _wish_again(self, state: Any) -> None:
        """Decides what each empty pot is for; a pot that went wrong is for what it can become."""
        for pot, size in enumerate(state.pots.size.tolist()):
            has = (int(state.pots.onions[pot]), int(state.pots.tomatoes[pot]))
            fits = [recipe for recipe in self.orders if _holds(recipe, has)]
            if size and self.wish[pot] in fits:
                continue
            if not fits and not self.by_hand:  # it has to be full to be got rid of
                fits = [r for r in RECIPES.tolist() if sum(divmod(r, 4)) == 3 and _holds(r, has)]
            self.wish[pot] = int(self.rng.choice(fits)) if fits else 4 * has[0] + has[1]

    def _one(self, state: Any, cook: int) -> int:
        if self.rng.random() < self.stray:
            return int(self.rng.integers(6))
        held = int(state.held[cook])
        ways, goals = {}, []
        for others_stand in (True, False):  # around the others if there is a way
            ways = ways if goals else self._reach(state, cook, others_stand)
            goals = goals or self._goals(state, held, ways)
        if not goals and held != NOTHING:
            goals = self._shared(state, cook, ways)
        best = min(goals, key=lambda place: len(ways[place]), default=None)
        return ways[best][0] if best is not None else int(self.rng.integers(6))

    def _goals(self, state: Any, held: int, ways: dict[int, list[int]]) -> list[int]:
        """Where what is held, or what is missing, takes a cook who can go there."""
        pots = list(enumerate(self.layout.pots.tolist()))
        ticks = state.pots.tick.tolist()
        recipe = state.pots.recipe.tolist()
        lacks = [self._lacks(state, pot) if ticks[pot] < 0 else () for pot, _ in pots]
        if is_soup(held):
            places = np.flatnonzero(self.terrain == SERVING).tolist()
        elif held == DISH:
            places = [p for pot, p in pots if ticks[pot] >= 0]
        elif held in (ONION, TOMATO):
            places = [p for pot, p in pots if held in lacks[pot]]
        else:
            places = [
                p
                for pot, p in pots
                if self.by_hand and recipe[pot] and ticks[pot] < 0 and not lacks[pot]
            ]
            places = [place for place in places if place in ways] or self._wanted(
                state, ticks, lacks
            )
        return [place for place in places if place in ways]

    def _lacks(self, state: Any, pot: int) -> tuple[int, ...]:
        onions, tomatoes = divmod(self.wish[pot], 4)
        missing = (ONION,) if state.pots.onions[pot] < onions else ()
        return missing + ((TOMATO,) if state.pots.tomatoes[pot] < tomatoes else ())

    def _wanted(self, state: Any, ticks: list[int], lacks: list[tuple[int, ...]]) -> list[int]:
        """Where there is something that somebody will need."""
        things = {thing for missing in lacks for thing in missing}
        if any(tick >= 0 for tick in ticks) and not (state.held == DISH).any():
            things = {DISH}
        places = [p for thing in things for p in self._sources(thing)]
        lying = [
            p for p, item in enumerate(state.items.tolist()) if item in things or is_soup(item)
        ]
        return places + lying

    def _sources(self, thing: int) -> list[int]:
        return self.layout.places({ONION: "O", TOMATO: "T", DISH: "D"}[thing]).tolist()

    def _shared(self, state: Any, cook: int, ways: dict[int, list[int]]) -> list[int]:
        """Free counters that another cook can reach too."""
        counters = np.flatnonzero((self.terrain == COUNTER) & (state.items == NOTHING)).tolist()
        others = [self._reach(state, i, False) for i in range(len(self.layout.cooks)) if i != cook]
        return [p for p in counters if p in ways and any(p in other for other in others)]

    def _reach(self, state: Any, cook: int, others_stand: bool) -> dict[int, list[int]]:
        """Actions that lead to using each place that can be reached, or could if others moved."""
        others = np.delete(state.place, cook).tolist() if others_stand else []
        start = (int(state.place[cook]), int(state.direction[cook]))
        paths: dict[tuple[int, int], list[int]] = {start: []}
        found: dict[int, list[int]] = {}
        waiting = collections.deque([start])
        while waiting:
            place, look = waiting.popleft()
            ahead = place + self.steps[look]
            if self.terrain[ahead] != FLOOR:
                found.setdefault(ahead, [*paths[place, look], INTERACT])
            for turn, step in enumerate(self.steps):
                to = place + step
                is_free = self.terrain[to] == FLOOR and to not in others
                after = (to if is_free else place, turn)
                if after not in paths:
                    paths[after] = [*paths[place, look], turn]
                    waiting.append(after)
        return found


def _holds(recipe: int, has: tuple[int, int]) -> bool:
    """Whether onions and tomatoes can become a recipe."""
    return all(needed >= there for needed, there in zip(divmod(recipe, 4), has, strict=True))
