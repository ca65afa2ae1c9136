"""What the two `VecEnv`s of Stable-Baselines3 share: all slots are one program."""

import abc
import functools
from collections.abc import Iterable
from typing import Any

import gymnasium
import numpy as np
from stable_baselines3.common.vec_env import VecEnv  # pyright: ignore[reportMissingImports]

Indices = int | Iterable[int] | None


class BatchVecEnv(VecEnv):
    """Answers for every slot what SB3 asks single environments; subclasses say who knows."""

    @abc.abstractmethod
    def action_masks(self) -> np.ndarray:
        """Bool `[slots, num_actions]`, true where an action is legal; for MaskablePPO."""

    @property
    @abc.abstractmethod
    def _owners(self) -> tuple[Any, ...]:
        """Who is asked for an attribute, in order; the last one is the environment."""

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """An attribute of this batch or of the environment, once for each slot."""
        slots = self._listed(indices)
        if attr_name == "action_masks":
            return [functools.partial(self._masks_of, slot) for slot in slots]
        for owner in self._owners:
            if hasattr(owner, attr_name):
                return [getattr(owner, attr_name)] * len(slots)
        raise AttributeError(f"neither the batch nor its environment has {attr_name!r}")

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Refused: the copies are one program."""
        raise AttributeError(
            f"{attr_name} cannot be set on a running batch: make it with that as an option"
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """Calls a method of the environment, a pure function, once for each slot.

        `env_method("action_masks")` gives each slot's row, as MaskablePPO asks for them.
        """
        slots = self._listed(indices)
        if method_name == "action_masks":
            return list(self.action_masks()[slots])
        method = getattr(self._owners[-1], method_name)
        return [method(*method_args, **method_kwargs) for _ in slots]

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper], indices: Indices = None
    ) -> list[bool]:
        """Whether episodes are monitored: they are, so SB3 adds no `Monitor`."""
        monitored = wrapper_class.__name__ == "Monitor"
        return [monitored] * len(self._listed(indices))

    def _listed(self, indices: Indices) -> list[int]:
        return list(self._get_indices(indices))

    def _masks_of(self, slot: int) -> np.ndarray:
        return self.action_masks()[slot]
