"""What a single environment and a batch share: a carry on the device, with which copies go on."""

import abc
from typing import Any, ClassVar

import jax
import numpy as np
from gymnasium.error import ResetNeeded


class Carried(abc.ABC):
    """Holds the carry of a program of `jaxenvs.adapters.programs` between calls.

    Copies, also through `pickle`, bring it along in numpy and put it on the device when it is
    needed. Subclasses set `device`, `_saved` to None, and call `_prepare` when they are made.
    """

    made_anew: ClassVar[tuple[str, ...]] = ("_program", "_carry")
    """Attributes that `_prepare` sets, or the first reset, and that do not go into copies."""

    device: str | None
    _program: Any
    _carry: Any
    _saved: Any  # the carry of a copy that has not been used yet

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Sets what a copy makes anew, `_carry` to None among it; starts no backend."""

    @abc.abstractmethod
    def _shared_program(self) -> Any:
        """The program that fits the running episodes."""

    def _put(self, value: Any) -> Any:
        return value if self.device is None else jax.device_put(value, jax.devices(self.device)[0])

    def _wake(self) -> None:
        """Goes on where the environment stood that this is a copy of."""
        if self._saved is None:
            raise ResetNeeded("call reset() before step() or render()")
        self._program = self._shared_program()
        self._carry, self._saved = jax.tree.map(self._put, self._saved), None

    def _read_carry(self) -> Any:
        if self._carry is None:
            self._wake()
        return self._program.carry.read(self._carry)

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.__dict__.items() if name not in self.made_anew}
        if self._carry is not None:
            kept["_saved"] = jax.tree.map(np.array, self._carry)
        return kept

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._prepare()
