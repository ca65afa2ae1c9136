"""Random levels are like those of Kinetix's own generator, number for number."""

import pathlib

import numpy as np
import pytest

from jaxenvs.envs.kinetix._level import SIZES
from jaxenvs.envs.kinetix.levels._settings import Generation
from tests.envs.kinetix.level_statistics import SPANS, histograms, samples
from tests.envs.kinetix.test_generate import FAST, levels

PEER = pathlib.Path(__file__).with_name("peer_levels.npz")
KNOWN = {"joined_to_wall"}
"""Kinetix joins a shape in a thousand to a wall."""


def unlike(size: str, settings: Generation | None = None) -> dict[str, float]:
    """How far quantities are off, in units of what chance may do, where that is above 1.

    Chance may do what happens once in 1,000 (Kolmogorov and Smirnov's test of two samples) or in
    16,000 (a share, 4 standard deviations of a binomial).
    """
    ours = histograms(samples(levels(SIZES[size], settings)))
    found = {}
    with np.load(PEER) as peer:
        for name in sorted(ours.keys() - KNOWN):
            theirs = peer[f"{size}/{name}"]
            length = max(len(ours[name]), len(theirs))
            a, b = (np.pad(c, (0, length - len(c))) for c in (ours[name], theirs))
            distance = _distance(a, b, is_real=name in SPANS)
            if distance > 1:
                found[name] = distance
    return found


def _distance(a: np.ndarray, b: np.ndarray, is_real: bool) -> float:
    if a.sum() == 0 or b.sum() == 0:
        return np.inf if a.sum() != b.sum() else 0.0
    spread = 1 / a.sum() + 1 / b.sum()
    if is_real:
        gap = np.abs(np.cumsum(a) / a.sum() - np.cumsum(b) / b.sum()).max()
        return float(gap / (1.95 * np.sqrt(spread)))
    share = (a + b) / (a.sum() + b.sum())
    deviation = np.sqrt(np.maximum(share * (1 - share), 1e-12) * spread)
    return float((np.abs(a / a.sum() - b / b.sum()) / deviation).max() / 4)


@pytest.mark.parametrize("size", FAST)
def test_every_quantity_is_distributed_as_in_kinetix(size: str) -> None:
    assert unlike(size) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "settings", "seen"),
    [
        ("m", Generation(proposals=1), {"nearest_distance"}),
        ("l", Generation(anchors_mixed=False), {"wheel_radius", "joined_distance"}),
        ("l", Generation(fixed_chance=0.4), {"fixed_joint"}),
        ("m", Generation(fixate_per_mass=3.0), {"fixated_circles"}),
        ("s", Generation(few_bodies=0), {"fixated_polygons"}),
        ("s", Generation(long_chance=0.2), {"long_side"}),
        ("m", Generation(opposite_chance=0.3), {"goal_width"}),
        ("m", Generation(swap_chance=0.3), {"green_x"}),
    ],
)
def test_a_wrong_number_is_seen(size: str, settings: Generation, seen: set[str]) -> None:
    assert seen & unlike(size, settings).keys()
