"""The page of Kinetix's levels, and a picture of each.

usage: python docs/levels.py

Draws docs/images/kinetix/*.png; `docs/generate.py` writes the page.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from pages import NOTE, ROOT

from jaxenvs.envs.kinetix._library import about, handmade, load_level
from jaxenvs.envs.kinetix._published import published

PAGE = ROOT / "docs" / "kinetix_levels.md"
IMAGES = ROOT / "docs" / "images" / "kinetix"
SIDE = 200  # pixels
NUM_COLORS = 96  # flat colors and their edges: a few kB each
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}


def image(name: str) -> pathlib.Path:
    """The picture of a level such as "l/gears"."""
    return IMAGES / f"{name.replace('/', '_')}.png"


def draw() -> None:
    """Draws every level, and removes pictures of others."""
    from PIL import Image

    from jaxenvs.envs.kinetix.pictures import thumbnail

    IMAGES.mkdir(parents=True, exist_ok=True)
    names = (*handmade(), *published())
    for name in names:
        picture = Image.fromarray(thumbnail(load_level(name), SIDE))
        few = picture.quantize(NUM_COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(image(name), optimize=True)
    for path in set(IMAGES.iterdir()) - {image(name) for name in names}:
        path.unlink()
    total = sum(path.stat().st_size for path in IMAGES.iterdir())
    print(f"{IMAGES.relative_to(ROOT)}: {len(names)} pictures, {total / 1000:.0f} kB")


def levels_page() -> str:
    """All levels by size: ours with their goals, and Kinetix's."""
    parts = [
        "---\nhide:\n  - toc\n---",
        "# Levels of Kinetix",
        NOTE,
        "Green (a dot) has to touch blue (a ring), and must not touch red (a cross); what is "
        "hatched never moves. Yellow, purple, sky blue and orange tell which command drives a "
        "motor or a thruster. Any of them is an environment:",
        '```console\n$ jaxenvs play Kinetix-L-Symbolic-MultiDiscrete-v0 --set "level=l/gears" '
        "--picture theme=dark\n```",
        "So is a file of your own, `--set level=my_level.json`.",
    ]
    for size, title in SIZES.items():
        ours = [name for name in handmade() if name.startswith(f"{size}/")]
        theirs = [name for name in published() if name.startswith(f"{size}/")]
        if ours:
            parts += [f"## {title}: ours", cards(ours)]
        parts += [f"## {title}: Kinetix's", cards(theirs)]
    return "\n\n".join(parts) + "\n"


def cards(names: list[str]) -> str:
    """Pictures with what is to be known under them."""
    return '<div class="gallery" markdown>\n\n' + "\n\n".join(map(card, names)) + "\n\n</div>"


def card(name: str) -> str:
    """One of them: its name; of ours, its goal and difficulty."""
    source = image(name).relative_to(PAGE.parent).as_posix()
    words = f"`{name}`"
    if name in handmade():
        known = about(name)
        words += f" {'●' * known.difficulty}{'○' * (5 - known.difficulty)} {known.goal}"
    return f'<img src="{source}" alt="" width="128" loading="lazy"><br>{words}'


if __name__ == "__main__":
    draw()
