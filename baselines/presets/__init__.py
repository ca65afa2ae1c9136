"""Settings tuned for environments, a module per family; docs/baselines says what they reach.

They are what differs from an algorithm's defaults: algorithm -> environment's id -> fields of its
config.
"""

from typing import Any

from jaxenvs.baselines.presets import (
    bsuite,
    classic,
    hanabi,
    kinetix,
    lob,
    minatar,
    mpe,
    overcooked,
    popgym,
    social,
)

PRESETS: dict[str, dict[str, dict[str, Any]]] = {}
for _family in (classic, minatar, popgym, bsuite, mpe, overcooked, hanabi, social, kinetix, lob):
    for _algorithm, _by_env in _family.PRESETS.items():
        PRESETS[_algorithm] = PRESETS.get(_algorithm, {}) | _by_env
