"""Recordings: frames into a GIF, an MP4 or a web page that plays them."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from jaxenvs import extras
from jaxenvs.render import webpage

with extras.needs("render"):
    import imageio_ffmpeg

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
    # One palette for the whole film: made from all frames, it is exact for up to 255 colors. The
    # last one is transparent, for what stays as it was: that makes a file a third as large.
    colors = "split[a][b];[a]palettegen=reserve_transparent=1[p];"
    colors += "[b][p]paletteuse=dither=none:diff_mode=rectangle"
    # Browsers slow down what is faster than fifty frames per second.
    _ffmpeg(frames, path, min(fps, 50.0), ["-filter_complex", colors, "-loop", "0"])


def _write_mp4(frames: Frames, path: pathlib.Path, fps: float, title: str) -> None:
    del title
    height, width = frames[0].shape[:2]
    # Half as many color samples per side, so both sides have to be even: repeat the last line.
    pad = ((0, height % 2), (0, width % 2), (0, 0))
    even = [np.pad(frame, pad, "edge") for frame in frames]
    codec = ["-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    _ffmpeg(even, path, fps, codec)


def _ffmpeg(frames: Frames, path: pathlib.Path, fps: float, options: list[str]) -> None:
    """Hands the frames to the ffmpeg that imageio-ffmpeg brings."""
    height, width = frames[0].shape[:2]
    size = ["-s", f"{width}x{height}", "-r", str(fps)]
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", *size, "-i", "-"]
    # imageio's own plugin leaves its pipes open.
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *source, *options]
    film = b"".join(frame.tobytes() for frame in frames)
    done = subprocess.run([*command, str(path)], input=film, capture_output=True, check=False)
    if done.returncode:
        raise OSError(f"ffmpeg could not write {path.name}: {done.stderr.decode().strip()}")


def _write_html(frames: Frames, path: pathlib.Path, fps: float, title: str) -> None:
    path.write_text(webpage.player(frames, fps, title), encoding="utf-8")


WRITERS = {".gif": _write_gif, ".mp4": _write_mp4, ".html": _write_html}
