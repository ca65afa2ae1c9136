"""The shipped digits, `digits.npz`: 1,000 images drawn stroke by stroke, as if by many hands.

Written by `python -m jaxenvs.envs.bsuite._digits`; they belong to this project and its licence.
They stand in for MNIST, which is too large to ship, in the same format.
"""

import functools
import pathlib

import numpy as np

PATH = pathlib.Path(__file__).with_name("digits.npz")
SIZE = 28  # pixels, as in MNIST
_PER_CLASS = 100
_BOX = 19.0  # pixels that a digit fills, the rest is margin

_Stroke = list[tuple[float, float]]  # points of a smooth line, x to the right, y down, 0 to 1

_ARCH = [(0.22, 0.28), (0.32, 0.1), (0.5, 0.04), (0.7, 0.13), (0.74, 0.3), (0.6, 0.54)]
_BELLY = [(0.45, 0.46), (0.68, 0.54), (0.76, 0.74), (0.58, 0.94), (0.36, 0.94), (0.2, 0.82)]
_STROKES: dict[int, list[list[_Stroke]]] = {
    0: [
        [[(0.5, 0.04), (0.27, 0.22), (0.22, 0.55), (0.34, 0.88), (0.52, 0.96),
          (0.7, 0.84), (0.78, 0.5), (0.7, 0.17), (0.5, 0.04)]],
    ],
    1: [
        [[(0.52, 0.04), (0.5, 0.96)]],
        [[(0.32, 0.26), (0.54, 0.04)], [(0.54, 0.04), (0.52, 0.96)]],
        [[(0.34, 0.22), (0.52, 0.04)], [(0.52, 0.04), (0.52, 0.95)], [(0.3, 0.95), (0.74, 0.95)]],
    ],
    2: [
        [[*_ARCH, (0.38, 0.76), (0.2, 0.94)], [(0.2, 0.94), (0.8, 0.94)]],
        [[*_ARCH, (0.4, 0.8), (0.22, 0.9), (0.34, 0.84), (0.56, 0.95), (0.8, 0.88)]],
    ],
    3: [
        [[(0.24, 0.16), (0.45, 0.04), (0.68, 0.13), (0.68, 0.32), (0.45, 0.46)], _BELLY],
        [[(0.25, 0.06), (0.74, 0.06)], [(0.74, 0.06), (0.45, 0.46)], _BELLY],
    ],
    4: [
        [[(0.62, 0.04), (0.16, 0.64)], [(0.16, 0.64), (0.84, 0.64)], [(0.62, 0.04), (0.62, 0.96)]],
        [[(0.28, 0.06), (0.2, 0.56)], [(0.2, 0.56), (0.82, 0.54)], [(0.68, 0.1), (0.62, 0.96)]],
    ],
    5: [
        [[(0.74, 0.06), (0.32, 0.06)], [(0.32, 0.06), (0.28, 0.45)],
         [(0.28, 0.45), (0.5, 0.38), (0.73, 0.5), (0.75, 0.74), (0.54, 0.94), (0.2, 0.86)]],
    ],
    6: [
        [[(0.66, 0.05), (0.42, 0.2), (0.27, 0.5), (0.26, 0.78), (0.42, 0.95),
          (0.64, 0.92), (0.74, 0.74), (0.62, 0.56), (0.42, 0.56), (0.28, 0.7)]],
    ],
    7: [
        [[(0.2, 0.07), (0.78, 0.07)], [(0.78, 0.07), (0.55, 0.46), (0.42, 0.96)]],
        [[(0.2, 0.08), (0.78, 0.06)], [(0.78, 0.06), (0.56, 0.46), (0.46, 0.96)],
         [(0.34, 0.5), (0.72, 0.48)]],
    ],
    8: [
        [[(0.5, 0.48), (0.3, 0.32), (0.32, 0.12), (0.5, 0.04), (0.68, 0.12), (0.7, 0.32),
          (0.5, 0.48), (0.27, 0.68), (0.3, 0.9), (0.5, 0.96), (0.7, 0.9), (0.73, 0.68),
          (0.5, 0.48)]],
    ],
    9: [
        [[(0.72, 0.26), (0.58, 0.46), (0.36, 0.44), (0.26, 0.24), (0.4, 0.06), (0.62, 0.07),
          (0.72, 0.26), (0.72, 0.52), (0.64, 0.78), (0.54, 0.96)]],
        [[(0.7, 0.18), (0.54, 0.46), (0.34, 0.42), (0.28, 0.22), (0.44, 0.06), (0.7, 0.14)],
         [(0.71, 0.08), (0.66, 0.96)]],
    ],
}  # fmt: skip
"""For each digit the ways to write it, each as its strokes."""


@functools.lru_cache(maxsize=4)
def load(path: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Images `[n, 28, 28]` uint8 and labels `[n]` int32 of an npz; of the shipped one for "".

    Raises `ValueError` where the file does not hold these two arrays.
    """
    with np.load(path or PATH) as data:
        if missing := {"images", "labels"} - set(data.files):
            raise ValueError(f"data: {path} has no {min(missing)!r}")
        images, labels = data["images"], data["labels"]
    if images.dtype != np.uint8 or images.ndim != 3 or labels.shape != images.shape[:1]:
        found = f"{images.dtype} {images.shape} and {labels.shape}"
        raise ValueError(f"data: expected uint8 [n, h, w] images and [n] labels, got {found}")
    if len(labels) == 0 or labels.min() < 0 or labels.max() > 9:
        raise ValueError("data: expected at least one image and labels from 0 to 9")
    return images, labels.astype(np.int32)


def write(path: pathlib.Path = PATH, seed: int = 0) -> None:
    """Draws all digits and writes them, classes mixed."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(10), _PER_CLASS))
    images = np.stack([draw(int(label), random) for label in labels])
    np.savez_compressed(path, images=images, labels=labels.astype(np.uint8))


def draw(digit: int, random: np.random.Generator) -> np.ndarray:
    """One digit in a random hand, `[28, 28]` uint8."""
    ways = _STROKES[digit]
    strokes = ways[random.integers(len(ways))]
    turn, slant = random.normal(0, 0.09), random.normal(0.08, 0.14)
    width, height = random.uniform(0.72, 1.05), random.uniform(0.85, 1.05)
    bend = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = bend @ np.array([[width, -slant], [0, height]]) * _BOX
    middle = (SIZE - 1) / 2 + random.normal(0, 0.7, 2)
    half_width = random.uniform(0.8, 1.6)
    distance = np.full((SIZE, SIZE), np.inf)
    for stroke in strokes:
        points = np.array(stroke) - 0.5 + random.normal(0, 0.018, (len(stroke), 2))
        path = _smooth(points) @ shape.T + middle
        distance = np.minimum(distance, _distance(path))
    ink = np.clip(half_width + 0.5 - distance, 0, 1) * random.uniform(0.85, 1.0)
    return np.round(ink * 255).astype(np.uint8)


def _smooth(points: np.ndarray, steps: int = 8) -> np.ndarray:
    """A Catmull-Rom curve through the points, `[n, 2]`."""
    if len(points) == 2:
        return points
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    a, b, c, d = (ends[i : len(ends) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def _distance(path: np.ndarray) -> np.ndarray:
    """How far each pixel is from a path of points x, y: `[28, 28]`."""
    y, x = np.mgrid[:SIZE, :SIZE]
    pixels = np.stack([x, y], axis=-1)[..., None, :]
    start, along = path[:-1], np.diff(path, axis=0)
    length = np.maximum((along**2).sum(axis=-1), 1e-9)
    share = np.clip(((pixels - start) * along).sum(axis=-1) / length, 0, 1)
    nearest = start + share[..., None] * along
    return np.sqrt(((pixels - nearest) ** 2).sum(axis=-1)).min(axis=-1)


if __name__ == "__main__":
    write()
