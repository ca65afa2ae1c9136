"""Writes what the registry knows into the docs: a page per class and family, and README's table.

usage: python docs/generate.py [--check | --images [NAME] [--steps N]]

Without options it writes the texts. `--check` writes nothing and fails if a text is out of date, as
a test does. `--images` also draws the picture of every class that `jaxenvs.render` can draw, or of
those whose name or family is NAME, after N random steps.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from pages import PAGES, ROOT, class_page, families, family_page, games, index_page, readme_table

BEGIN, END = "<!-- environments: begin -->", "<!-- environments: end -->"


def readme() -> str:
    """The README with a fresh table between its markers."""
    text = (ROOT / "README.md").read_text()
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"README.md: expected the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{readme_table()}\n\n{END}{after}"


def texts() -> dict[pathlib.Path, str]:
    """Every file that this script keeps, with the text that it should have."""
    wanted = {game.page: class_page(game) for game in games()}
    for family, members in families().items():
        wanted[PAGES / family / "index.md"] = family_page(family, members)
    return wanted | {PAGES / "index.md": index_page(), ROOT / "README.md": readme()}


def stale(wanted: dict[pathlib.Path, str]) -> list[pathlib.Path]:
    """Files that are missing, differ, or belong to a class that is gone."""
    differ = [
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    ]
    pictures = {path.with_suffix(".png") for path in wanted}
    gone = [path for path in PAGES.glob("*/*.md") if path not in wanted]
    return differ + gone + [path for path in PAGES.glob("*/*.png") if path not in pictures]


def write(wanted: dict[pathlib.Path, str]) -> None:
    """Brings every stale file up to date and says which."""
    for path in stale(wanted):
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
        print(path.relative_to(ROOT))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail if a text is out of date")
    mode.add_argument("--images", nargs="?", const="", metavar="NAME", help="draw pictures as well")
    parser.add_argument("--steps", type=int, default=12, help="before a picture")
    options = parser.parse_args(arguments)
    if options.check:
        if old := [str(path.relative_to(ROOT)) for path in stale(texts())]:
            sys.exit(f"out of date: {', '.join(old)}; run python docs/generate.py")
        return
    if options.images is not None:
        import pictures

        chosen = [g for g in games() if options.images in ("", g.name, g.family)]
        for path in filter(None, (pictures.write(game, options.steps) for game in chosen)):
            print(path.relative_to(ROOT))
    write(texts())


if __name__ == "__main__":
    main()
