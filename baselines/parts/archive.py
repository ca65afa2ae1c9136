"""Arrays in `.npz` archives of unknown origin: nothing is unpickled, and no more is read than due.

Neither an archive's list nor an array's header is believed: what is read is bounded by the size
that is expected, and nothing is allocated for what a header only claims.
"""

import io
import math
import zipfile
from typing import Any

import numpy as np

_HEADER = 2**14  # bytes that the header of an array may have
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_array(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: Any
) -> np.ndarray:
    """The array of that name, a fresh one of this shape and dtype.

    Raises `ValueError` where it has another shape or dtype, and anything where it is damaged.
    """
    dtype = np.dtype(dtype)
    content = _read(archive, name, math.prod(shape) * dtype.itemsize)
    found, is_fortran, start = _header(content)
    if found != (shape, dtype):
        raise ValueError(f"{name}: expected {_words(shape, dtype)}, got {_words(*found)}")
    flat = np.frombuffer(content, dtype, offset=start).copy()
    return flat.reshape(shape[::-1]).T if is_fortran else flat.reshape(shape)


def read_text(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The bytes of an array of that name, `most` of them at most. Raises anything for another."""
    content = _read(archive, name, most)
    (shape, dtype), _, start = _header(content)
    if dtype != np.uint8 or shape != (len(content) - start,) or shape[0] > most:
        raise ValueError(f"{name}: expected up to {most} bytes, got {_words(shape, dtype)}")
    return content[start:]


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The file of an array, with a byte too many where it is longer than that."""
    with archive.open(f"{name}.npy") as file:
        return file.read(most + _HEADER)


def _header(content: bytes) -> tuple[tuple[tuple[int, ...], np.dtype[Any]], bool, int]:
    """Shape and dtype, whether the first axis is the fastest, and where the numbers begin."""
    file = io.BytesIO(content)
    shape, is_fortran, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
    if dtype.hasobject:
        raise ValueError("objects")
    return (shape, dtype), is_fortran, file.tell()


def _words(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    return f"{dtype} of shape {shape}"
