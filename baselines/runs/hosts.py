"""Several processes, on one machine or many, that train one run's learners together.

Every process trains its own share of the learners on its own devices; they never wait for each
other within an update. Between chunks, their figures are gathered, and with every checkpoint their
learners, so that the files of a run are those that a single process would have written: process 0
writes them. A run can therefore be resumed by any number of processes. When a process dies, the
others stop with an error at their next gathering, and the last checkpoint stays whole.
"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.baselines.runs.options import Options, RunError, RunFailed

_PATIENCE = 300  # seconds to wait for the other processes at the start
_HEARTBEAT = 20  # seconds of silence after which a process counts as dead


@dataclasses.dataclass(frozen=True)
class Hosts:
    """The processes of a run, from the side of one of them."""

    num: int = 1
    id: int = 0

    @property
    def writes(self) -> bool:
        """Whether this process writes the run's files."""
        return self.id == 0

    def share(self, num_learners: int) -> slice:
        """The learners of this process, of all `num_learners`.

        Raises `RunError` where they cannot be shared out evenly.
        """
        if num_learners % self.num:
            raise RunError(
                f"seeds: {num_learners} learners cannot be shared by {self.num} processes"
            )
        each = num_learners // self.num
        return slice(self.id * each, (self.id + 1) * each)

    def gather(self, tree: Any, axis: int = 0) -> Any:
        """The arrays of all processes, joined along the learners' axis; NumPy where there are many.

        Raises `RunFailed` when another process is gone.
        """
        if self.num == 1:
            return tree
        from jax.experimental import multihost_utils

        leaves, structure = jax.tree.flatten(tree)
        arrays = [_storable(leaf) for leaf in leaves]
        sent = np.frombuffer(b"".join(array.tobytes() for array in arrays), np.uint8)
        try:
            received = np.asarray(multihost_utils.process_allgather(sent))
        except Exception as error:  # whatever the transport raises
            raise RunFailed(
                f"process {self.id}: lost another process of the run; start all of them again "
                f"with --resume to go on from the last checkpoint ({_first_line(error)})"
            ) from error
        parts = [_unpack(row.tobytes(), arrays) for row in received]
        joined = [np.concatenate(group, axis=axis) for group in zip(*parts, strict=True)]
        return jax.tree.unflatten(structure, map(_like, joined, leaves))

    def agree(self, fault: RunError | None) -> None:
        """Returns when all processes can begin; raises each one's `fault`, or that others have one.

        Nobody waits then for a process that has given up.
        """
        faults = self.gather(np.array([fault is not None]))
        if fault is not None:
            raise fault
        if faults.any():
            first = int(np.flatnonzero(faults)[0])
            raise RunError(f"process {self.id}: does not begin, process {first} says why")

    def wait(self, name: str) -> None:
        """Returns when all processes have reached the point of that name."""
        if self.num == 1:
            return
        from jax.experimental import multihost_utils

        multihost_utils.sync_global_devices(name)


def connect(options: Options) -> Hosts:
    """Joins the other processes, if the options name any.

    Must come before anything else that starts JAX. Raises `RunError` for options that do not fit
    and when the others cannot be reached.
    """
    options.check()
    if options.coordinator is None:
        return Hosts()
    if options.out is None:
        raise RunError("out: several processes need a common folder")
    try:
        jax.distributed.initialize(
            options.coordinator,
            options.num_processes,
            options.process_id,
            initialization_timeout=_PATIENCE,
            heartbeat_timeout_seconds=_HEARTBEAT,
        )
    except RuntimeError as error:
        raise RunError(
            f"coordinator: no connection by {options.coordinator} ({_first_line(error)})"
        ) from error
    return Hosts(options.num_processes, options.process_id)


def _is_key(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _storable(leaf: Any) -> np.ndarray:
    """Keys as their words, everything else as it is."""
    return np.asarray(jax.random.key_data(leaf) if _is_key(leaf) else leaf)


def _unpack(content: bytes, like: list[np.ndarray]) -> list[np.ndarray]:
    """The arrays whose bytes were joined, of the same shapes and dtypes as `like`."""
    arrays, start = [], 0
    for array in like:
        piece = np.frombuffer(content, array.dtype, array.size, start)
        arrays.append(piece.reshape(array.shape))
        start += array.nbytes
    return arrays


def _like(array: np.ndarray, leaf: Any) -> Any:
    if _is_key(leaf):
        return jax.random.wrap_key_data(jnp.asarray(array), impl=jax.random.key_impl(leaf))
    return array


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
