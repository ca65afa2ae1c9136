"""Actions given by the user, checked against the space before they reach the device.

Coordinates beyond a `Box` of floats pass: the game plays them by its own rules, as in Gymnasium,
where most clip them, with the bounds that hold in the running episode.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from jaxenvs import spaces

Reader = Callable[[Any], Any]

_KINDS = {"f": "fiu", "i": "iu", "u": "iu", "b": "b"}  # what may be given, by what is expected


def action_reader(
    space: spaces.Space,
    num_envs: int | None = None,
    *,
    keep_on_device: bool = False,
    name: str = "action",
) -> Reader:
    """A function from an action to numpy arrays of the space's dtype.

    With `num_envs`, arrays lead with that axis, in dicts and tuples too, as in Gymnasium's
    `batch_space`. The function raises `ValueError` that names what was expected and what was given
    for another structure, shape or kind of number, for floats that are not finite, and for whole
    numbers out of range.
    With `keep_on_device`, JAX arrays stay where they are, and their values go unchecked.
    """

    def part_reader(part: spaces.Space, part_name: str) -> Reader:
        return action_reader(part, num_envs, keep_on_device=keep_on_device, name=part_name)

    if isinstance(space, spaces.Dict):
        named = {key: part_reader(sub, f"{name}[{key!r}]") for key, sub in space.spaces.items()}
        return lambda action: _read_dict(named, action, name)
    if isinstance(space, spaces.Tuple):
        listed = [part_reader(sub, f"{name}[{i}]") for i, sub in enumerate(space.spaces)]
        return lambda action: _read_tuple(listed, action, name)
    if isinstance(space, spaces.Discrete) and num_envs is None:
        return lambda action: _read_integer(space, action, name)
    batch = () if num_envs is None else (num_envs,)
    return _array_reader(space, batch, keep_on_device, name)


def _read_dict(parts: dict[str, Reader], action: Any, name: str) -> dict[str, Any]:
    if not isinstance(action, Mapping) or set(action) != set(parts):
        raise ValueError(f"{name}: expected a dict with keys {sorted(parts)}, got {action!r}")
    return {key: read(action[key]) for key, read in parts.items()}


def _read_tuple(readers: list[Reader], action: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(action, tuple | list) or len(action) != len(readers):
        raise ValueError(f"{name}: expected a tuple of {len(readers)}, got {action!r}")
    return tuple(read(part) for read, part in zip(readers, action, strict=True))


def _read_integer(space: spaces.Discrete, action: Any, name: str) -> np.int32:
    try:
        index = operator.index(action)
    except TypeError:
        raise ValueError(f"{name}: expected an integer of {space}, got {action!r}") from None
    if not 0 <= index - space.start < space.n:
        last = space.start + space.n - 1
        raise ValueError(f"{name}: expected {space.start} to {last} for {space}, got {index}")
    return np.int32(index)


def _array_reader(
    space: spaces.Space, batch: tuple[int, ...], keep_on_device: bool, name: str
) -> Reader:
    low, high = _bounds(space)
    shape, dtype = batch + space.shape, space.dtype  # type: ignore[attr-defined]

    def check_form(array: Any) -> None:
        if tuple(array.shape) != shape:
            got = tuple(array.shape)
            raise ValueError(f"{name}: expected shape {shape} for {space}, got {got}")
        if np.dtype(array.dtype).kind not in _KINDS[dtype.kind]:
            raise ValueError(f"{name}: expected {dtype} for {space}, got {array.dtype}")

    def check_all(good: np.ndarray, fault: str, array: np.ndarray) -> None:
        if not good.all():
            place = tuple(int(i) for i in np.argwhere(~good)[0])
            raise ValueError(f"{name}: {fault} for {space}: {array[place]} at index {place}")

    def read(action: Any) -> Any:
        array = action
        if type(action) is not np.ndarray:
            if keep_on_device and isinstance(action, jax.Array):
                check_form(action)
                return action
            array = _as_numpy(action, space, name)
        check_form(array)
        if dtype.kind == "f":
            with np.errstate(over="ignore"):  # to infinity, which is refused
                cast = array.astype(dtype)
            check_all(np.isfinite(cast), "not finite", array)
            return cast
        check_all((array >= low) & (array <= high), "out of range", array)
        return array.astype(dtype)

    return read


def _as_numpy(action: Any, space: spaces.Space, name: str) -> np.ndarray:
    if hasattr(action, "detach"):  # a torch tensor, which may be on a device or have a gradient
        action = action.detach().cpu()
    try:
        return np.asarray(action)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected an array for {space}, got {action!r}") from error


def _bounds(space: spaces.Space) -> tuple[Any, Any]:
    """The lowest and the highest value, both included."""
    if isinstance(space, spaces.Discrete):
        return space.start, space.start + space.n - 1
    if isinstance(space, spaces.MultiDiscrete):
        return space.start, space.start + space.num_values - 1
    if isinstance(space, spaces.Box):
        return space.low, space.high
    return False, True
