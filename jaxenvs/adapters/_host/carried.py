"""What single environments and batches share: a carry on the device, which copies take along."""

import abc
from typing import Any, ClassVar

import jax
import numpy as np
from gymnasium.error import ResetNeeded

from jaxenvs.adapters._host import programs
from jaxenvs.core import Env


class Carried(abc.ABC):
    """Holds the carry of a program of `jaxenvs.adapters._host.programs` between calls.

    Copies, also through `pickle`, bring it along in numpy and put it on the device when it is
    needed. Subclasses set `device`, `_saved` to None, and call `_prepare` when they are made.
    """

    made_anew: ClassVar[tuple[str, ...]] = ("_program", "_carry")
    """Attributes that copies do not take along; `_prepare` or the first reset sets them."""

    device: str | None
    _program: Any
    _carry: Any
    _saved: Any  # the carry of a copy that has not been used yet

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Sets what copies do not take along, `_carry` to None for one; starts no backend."""

    @abc.abstractmethod
    def _shared_program(self) -> Any:
        """The program that fits the running episodes."""

    def _put(self, value: Any) -> Any:
        return value if self.device is None else jax.device_put(value, jax.devices(self.device)[0])

    def _wake(self) -> None:
        """Continues from where the environment was when this copy was made."""
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


class CarriedOne(Carried):
    """One copy, with its stream of random keys, on a `programs.Single`.

    Subclasses set `jax_env`, `device` and `_saved` too; see `Carried`.
    """

    jax_env: Env[Any, Any]
    on_device: bool = False
    """Whether observations are returned as device arrays."""

    _root: np.ndarray  # (2,) uint32, of the stream of keys
    _num_calls: int
    _own_params: bool = False

    def _shared_program(self) -> programs.Single:
        return programs.single(programs.Single(self.jax_env, self._own_params, self.on_device))

    def _new_stream(self, generator: np.random.Generator) -> None:
        """Starts another stream of random keys."""
        self._root, self._num_calls = programs.draw_root(generator), 0

    def _start(self, params: Any) -> tuple[Any, Any]:
        """Starts an episode, with params of its own if not None: the observation and the info."""
        self._own_params = params is not None
        self._program = self._shared_program()
        head = np.array([*self._root, self._num_calls], np.uint32)
        self._carry, obs, first = self._program.reset(self._put(head), params)
        self._num_calls += 1
        if self.on_device:
            (info,) = self._program.first.read(first)
        else:
            obs, info = self._program.first.read(first)
        return obs, info

    def _advance(self, action: Any) -> tuple[Any, np.ndarray, Any]:
        """Plays an action: the observation, the `numbers` of `programs.Single`, the info."""
        self._carry, obs, outcome = self._program.step(self._carry, action)
        self._num_calls += 1
        if self.on_device:
            numbers, info = self._program.outcome.read(outcome)
        else:
            obs, numbers, info = self._program.outcome.read(outcome)
        return obs, numbers, info
