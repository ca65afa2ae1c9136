import re
import subprocess

import imageio.v3 as iio
import imageio_ffmpeg
import numpy as np
import pytest

from jaxenvs.render import record


@pytest.fixture
def frames():
    """A white square that moves over black, 33 x 47 pixels: odd on purpose."""
    pictures = np.zeros((8, 33, 47, 3), np.uint8)
    for i in range(8):
        pictures[i, 8:24, 4 * i : 4 * i + 10] = 255
    return list(pictures)


def test_a_gif_holds_the_frames_and_their_pace(tmp_path, frames):
    path = record.save(frames, tmp_path / "new" / "a.gif", fps=20)
    assert (np.stack(frames) == iio.imread(path)).all()
    assert iio.immeta(path)["duration"] == 50
    assert iio.immeta(path)["loop"] == 0


def test_many_colors_stay_close(tmp_path):
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    frame = np.stack(np.broadcast_arrays(ramp[:, None], ramp, np.uint8(128)), axis=-1)
    film = iio.imread(record.save([frame, frame[::-1]], tmp_path / "a.gif", fps=10))
    assert np.abs(film.astype(int) - np.stack([frame, frame[::-1]])).mean() < 8


def test_an_mp4_holds_the_frames(tmp_path, frames):
    path = record.save(frames, tmp_path / "a.mp4", fps=20)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo"]
    done = subprocess.run(
        [*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True, timeout=60
    )
    film = np.frombuffer(done.stdout, np.uint8).reshape(8, 34, 48, 3)
    assert np.abs(film[:, :33, :47].astype(int) - np.stack(frames)).mean() < 8
    assert b"20 fps" in done.stderr


def test_a_page_holds_the_frames_and_loads_nothing(tmp_path, frames):
    path = record.save(frames, tmp_path / "a.html", fps=20, title="<Cart> & pole")
    page = path.read_text()
    assert "&lt;Cart&gt; &amp; pole" in page
    assert "http" not in page
    assert "const fps = 20.0;" in page
    assert len(re.findall(r'"UklGR', page)) == 8  # how WebP starts, in base64
    assert 'id="play"' in page


@pytest.mark.parametrize("name", ["a.avi", "a", "gif"])
def test_another_suffix_is_refused(tmp_path, frames, name):
    with pytest.raises(ValueError, match=r"ends in \.gif, \.mp4 or \.html, got"):
        record.save(frames, tmp_path / name, fps=20)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frames: [], "at least one"),
        (lambda frames: [*frames, frames[0][:-1]], "one shape"),
        (lambda frames: [frame[..., 0] for frame in frames], "height, width, 3"),
    ],
)
def test_frames_that_make_no_film_are_refused(tmp_path, frames, change, message):
    with pytest.raises(ValueError, match=message):
        record.save(change(frames), tmp_path / "a.gif", fps=20)


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_pace_of_nothing_is_refused(tmp_path, frames, fps):
    with pytest.raises(ValueError, match="fps"):
        record.save(frames, tmp_path / "a.gif", fps=fps)


def test_a_failure_leaves_the_old_file(tmp_path, frames, monkeypatch):
    path = record.save(frames, tmp_path / "a.gif", fps=20)
    before = path.read_bytes()

    def fail(frames, unfinished, fps, title):
        unfinished.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setitem(record.WRITERS, ".gif", fail)
    with pytest.raises(OSError, match="disk full"):
        record.save(frames, path, fps=20)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
