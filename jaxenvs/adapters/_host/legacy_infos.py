"""Infos of a batch as the vector environments of Gymnasium 0.29 gave them, for CleanRL's scripts.

They restart a copy within its last step, and report that step in `final_observation` and
`final_info`, arrays of objects that hold None for all other copies. Each final info has what the
wrapper `RecordEpisodeStatistics` around every copy would add: `episode`, with the return `r`,
length `l` and seconds `t`, arrays of shape `(1,)`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jaxenvs.adapters._host import outputs
from jaxenvs.adapters._host.episodes import Ended


def legacy_infos(infos: Mapping[str, Any], ended: Mapping[int, Ended]) -> dict[str, Any]:
    """The infos of a step with same-step autoreset, in the old form.

    `infos` is what `outputs.batch_infos` gives and `ended` what is known of the episodes that the
    step has ended, by the number of their copy.
    """
    legacy: dict[str, Any] = {}
    for name, values in infos.items():
        if name.startswith("_") or name in ("final_obs", "final_info"):
            continue
        mask = infos["_" + name]
        if isinstance(values, dict) or values.ndim > 1:
            values = _objects(mask, lambda i, values=values: outputs.entry(values, i))
        legacy[name], legacy["_" + name] = values, mask
    if not ended:
        return legacy
    final_info, mask = infos.get("final_info", {}), infos["_final_obs"]

    def report(i: int) -> dict[str, Any]:
        return outputs.entry(final_info, i) | {"episode": _statistics(ended[i])}

    return legacy | {
        "final_observation": infos["final_obs"],
        "_final_observation": mask,
        "final_info": _objects(mask, report),
        "_final_info": mask.copy(),
    }


def _statistics(episode: Ended) -> dict[str, np.ndarray]:
    return {
        "r": np.array([episode.episode_return], np.float32),
        "l": np.array([episode.length], np.int32),
        "t": np.array([round(episode.seconds, 6)], np.float32),
    }


def _objects(mask: np.ndarray, of_copy: Callable[[int], Any]) -> np.ndarray:
    """An array of objects, None where `mask` is off."""
    objects = np.full(mask.shape, None, dtype=object)
    for i in np.flatnonzero(mask).tolist():
        objects[i] = of_copy(i)
    return objects
