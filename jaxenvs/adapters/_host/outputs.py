"""Observations and infos in the form that Gymnasium gives them, arrays in that of others."""

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces

Output = Literal["numpy", "jax", "torch"]

_OF_PYTHON = {"f": np.float64, "i": np.int64, "u": np.int64}  # by the kind of a dtype


def check_output(output: str) -> None:
    """Raises `ValueError` where `output` is not one of the three."""
    if output not in get_args(Output):
        raise ValueError(f"output: expected one of {get_args(Output)}, got {output!r}")


def presenter(space: spaces.Space, batched: bool) -> Callable[[Any], Any]:
    """A function from numpy observations of `space` to what Gymnasium's spaces hold.

    Arrays stay as they are; `Discrete` becomes an int, or int64 where batched.
    """
    if isinstance(space, spaces.Discrete):
        return (lambda obs: obs.astype(np.int64)) if batched else int
    if isinstance(space, spaces.Dict):
        parts = {name: presenter(sub, batched) for name, sub in space.spaces.items()}
        return lambda obs: {name: show(obs[name]) for name, show in parts.items()}
    if isinstance(space, spaces.Tuple):
        shows = [presenter(sub, batched) for sub in space.spaces]
        return lambda obs: tuple(show(part) for show, part in zip(shows, obs, strict=True))
    return lambda obs: obs


def single_info(info: Any) -> Any:
    """An info of one environment: 0-d arrays become Python's numbers, as Gymnasium's own are."""
    if isinstance(info, dict):
        return {name: single_info(value) for name, value in info.items()}
    return info.item() if isinstance(info, np.ndarray) and info.ndim == 0 else info


def batch_infos(infos: dict[str, Any], show_final: Callable[[Any, int], Any]) -> dict[str, Any]:
    """Infos of a batch without the names that no environment reports in this step.

    Numbers become float64 and int64, as Gymnasium collects Python's. Final observations become an
    object array, None where there is none; `show_final(final_obs, i)` gives that of copy `i`.
    """
    kept = {}
    for name, value in infos.items():
        if name.startswith("_") or not infos["_" + name].any():
            continue
        mask = infos["_" + name]
        if name == "final_obs":
            objects = np.full(mask.shape, None, dtype=object)
            for i in np.flatnonzero(mask):
                objects[i] = show_final(value, int(i))
            value = objects
        elif isinstance(value, dict):
            value = batch_infos(value, show_final)
        elif value.ndim == 1:
            value = value.astype(_OF_PYTHON.get(value.dtype.kind, value.dtype))
        kept[name], kept["_" + name] = value, mask.copy()
    return kept


def entry(values: Any, i: int) -> Any:
    """Copy `i`'s own part of a batched info: no masks, and only the names that are its own."""
    if isinstance(values, dict):
        return {
            name: entry(part, i)
            for name, part in values.items()
            if not name.startswith("_") and values["_" + name][i]
        }
    return single_info(np.array(values[i])) if values.dtype != object else values[i]


def mask_array(mask: Any, space: spaces.Space, batch: tuple[int, ...] = ()) -> np.ndarray:
    """A mask as a writable bool array `[*batch, n]`; all true for None, where all is legal.

    `n` counts the actions of a `Discrete` space, the values of all digits of a `MultiDiscrete`, and
    two for each of a `MultiBinary`, as sb3-contrib's MaskablePPO counts them. Raises `TypeError`
    for other spaces.
    """
    match space:
        case spaces.Discrete():
            count = space.n
        case spaces.MultiDiscrete():
            count = int(space.num_values.sum())
        case spaces.MultiBinary():
            count = 2 * math.prod(space.shape)
        case _:
            raise TypeError(f"action_masks: {space} has no actions to count")
    return np.ones((*batch, count), np.bool_) if mask is None else np.array(mask)


def strong(tree: Any) -> Any:
    """Leaves as arrays without weak types, so that a wrapped game's reset and step agree."""
    return jax.tree.map(
        lambda leaf: jax.lax.convert_element_type(leaf, jnp.result_type(leaf)), tree
    )


def to_torch(tree: Any) -> Any:
    """The arrays of a tree as torch tensors on the same device, not copied.

    Raises `ImportError` without torch.
    """
    import torch  # pyright: ignore[reportMissingImports]

    return jax.tree.map(torch.from_dlpack, tree)


def from_torch(action: Any, space: spaces.Space) -> Any:
    """An action's torch tensors as JAX arrays on the same device, in the dtypes of `space`.

    Everything else in it stays as it is. Raises `ImportError` without torch.
    """
    import torch  # pyright: ignore[reportMissingImports]

    if isinstance(space, spaces.Dict) and isinstance(action, dict):
        named = {name: (action[name], space.spaces.get(name)) for name in action}
        return {name: from_torch(part, sub) if sub else part for name, (part, sub) in named.items()}
    if isinstance(space, spaces.Tuple) and isinstance(action, tuple | list):
        return tuple(from_torch(part, sub) for part, sub in zip(action, space.spaces, strict=False))
    if not isinstance(action, torch.Tensor):
        return action
    dtype: np.dtype = space.dtype  # type: ignore[attr-defined]
    # Floats where integers are expected pass as they are: they are refused with all other actions.
    if not (action.is_floating_point() and dtype.kind != "f"):
        action = action.to(getattr(torch, dtype.name))
    return jax.dlpack.from_dlpack(action.detach().contiguous())
