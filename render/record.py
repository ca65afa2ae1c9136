"""Recordings: frames into a GIF, an MP4 or a web page that plays them."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence

import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np

from jaxenvs.render import webpage

Frames = Sequence[np.ndarray]  # uint8 [height, width, 3], all of one size


def save(frames: Frames, path: str | os.PathLike[str], fps: float, title: str = "") -> pathlib.Path:
    """Writes frames to `path`, whose suffix decides the form, and returns it.

    The file appears complete or not at all; missing folders are made. `title` heads a web page.
    Raises `ValueError` for another suffix, no frames, frames of different sizes or `fps` <= 0.
    """
    path = pathlib.Path(path)
    write = writer(path)
    if not len(frames):
        raise ValueError("frames: expected at least one")
    shapes = {frame.shape for frame in frames}
    if len(shapes) > 1 or len(frames[0].shape) != 3 or frames[0].shape[2] != 3:
        raise ValueError(f"frames: expected one shape [height, width, 3], got {sorted(shapes)}")
    if not fps > 0:
        raise ValueError(f"fps: expected more than 0, got {fps}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as unfinished:
        write(frames, unfinished, fps, title or path.stem)
    return path


def writer(path: str | os.PathLike[str]) -> Callable[[Frames, pathlib.Path, float, str], None]:
    """What writes the form that a path's suffix names. Raises `ValueError` where none does."""
    suffix = pathlib.Path(path).suffix.lower()
    if suffix not in WRITERS:
        *most, last = WRITERS
        choices = f"{', '.join(most)} or {last}"
        raise ValueError(f"out: expected a name that ends in {choices}, got {str(path)!r}")
    return WRITERS[suffix]


@contextlib.contextmanager
def _replacing(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A temporary name beside `path` that becomes `path` if all goes well."""
    handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=f".{path.stem}-", dir=path.parent)
    os.close(handle)
    unfinished = pathlib.Path(name)
    try:
        yield unfinished
        unfinished.chmod(0o666 & ~_umask())  # mkstemp's files are for the owner alone
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_gif(frames: Frames, path: pathlib.Path, fps: float, title: str) -> None:
    del title
    # GIF counts in hundredths of a second, and browsers slow down what is faster than two of them.
    duration = max(20, round(100 / fps) * 10)
    iio.imwrite(path, np.stack(frames), extension=".gif", duration=duration, loop=0)


def _write_mp4(frames: Frames, path: pathlib.Path, fps: float, title: str) -> None:
    del title
    height, width = frames[0].shape[:2]
    # Half as many colour samples per side, so both sides have to be even: repeat the last line.
    pad = ((0, height % 2), (0, width % 2), (0, 0))
    even = b"".join(np.pad(frame, pad, "edge").tobytes() for frame in frames)
    size = f"{width + width % 2}x{height + height % 2}"
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(fps), "-i", "-"]
    film = ["-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    # imageio's own plugin leaves its pipes open.
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *source, *film]
    done = subprocess.run([*command, str(path)], input=even, capture_output=True, check=False)
    if done.returncode:
        raise OSError(f"ffmpeg could not write {path.name}: {done.stderr.decode().strip()}")


def _write_html(frames: Frames, path: pathlib.Path, fps: float, title: str) -> None:
    path.write_text(webpage.player(frames, fps, title), encoding="utf-8")


WRITERS = {".gif": _write_gif, ".mp4": _write_mp4, ".html": _write_html}
