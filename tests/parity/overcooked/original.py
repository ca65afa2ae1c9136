"""The kitchens of overcooked-ai."""

from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.originals import make_way_for_overcooked


def load() -> Any:
    """The module of the original game; skips the test where it is not installed."""
    make_way_for_overcooked()
    reason = "overcooked-ai is not installed: it pins gym, so it is in no extra; --no-deps will do"
    return pytest.importorskip("overcooked_ai_py.mdp.overcooked_mdp", reason=reason)


def kitchen(layout: str, old_dynamics: bool) -> Any:
    """A kitchen of the original; the release has the new dynamics only, to which we add the old."""
    mdp = load().OvercookedGridworld.from_layout_name(layout)
    if old_dynamics:
        mdp.soup_to_be_cooked_at_location = lambda state, place: False

        def effects(state: Any) -> None:
            state.timestep += 1
            for thing in state.objects.values():
                if thing.name != "soup":
                    continue
                if thing.is_idle and len(thing.ingredients) == 3:
                    thing.begin_cooking()
                if thing.is_cooking:
                    thing.cook()

        mdp.step_environment_effects = effects
    return mdp


def planner(mdp: Any) -> Any:
    """What the original's features ask for distances; as by default, counters are no goals."""
    load()
    from overcooked_ai_py.planning.planners import (  # pyright: ignore[reportMissingImports]
        MotionPlanner,
    )

    return SimpleNamespace(motion_planner=MotionPlanner(mdp))
