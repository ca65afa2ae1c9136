"""Writes what the registry knows into the docs: a page per class and family, the gallery, and the
tables and figures of README.md and of the home page.

usage: python docs/generate.py [--check | --images [NAME] [--steps N] | --films [NAME]]

Without options it writes the texts. `--check` writes nothing and fails if a text is out of date, as
a test does. `--images` also draws the picture of every class that `jaxenvs.render` can draw, or of
those whose name or family is NAME, after N random steps; `--films` films them.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from figures import cards, headline_table
from gallery import gallery_page
from levels import PAGE as LEVELS
from levels import levels_page
from pages import (
    PAGES,
    ROOT,
    Game,
    class_page,
    families,
    family_page,
    games,
    index_page,
    readme_table,
)

import jaxenvs

README, HOME = ROOT / "README.md", ROOT / "docs" / "index.md"


def between(text: str, mark: str, new: str) -> str:
    """The text with what stands between the comments "MARK: begin" and "MARK: end" replaced."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"expected the markers {begin} and {end}")
    return f"{before}{begin}\n\n{new}\n\n{end}{after}"


def readme() -> str:
    """The README with fresh tables between its markers."""
    text = between(README.read_text(), "environments", readme_table("docs/envs"))
    return between(text, "figures", headline_table("docs/performance.md"))


def home() -> str:
    """The home page with fresh figures and tables between its markers."""
    text = between(HOME.read_text(), "cards", cards(len(jaxenvs.list_envs()), len(families())))
    text = between(text, "environments", readme_table("envs"))
    return between(text, "figures", headline_table("performance.md"))


def texts() -> dict[pathlib.Path, str]:
    """Every file that this script keeps, with the text that it should have."""
    wanted = {game.page: class_page(game) for game in games()}
    for family, members in families().items():
        wanted[PAGES / family / "index.md"] = family_page(family, members)
    wanted |= {PAGES / "index.md": index_page(), PAGES / "gallery.md": gallery_page()}
    return wanted | {LEVELS: levels_page(), README: readme(), HOME: home()}


def stale(wanted: dict[pathlib.Path, str]) -> list[pathlib.Path]:
    """Files that are missing, differ, or belong to a class that is gone."""
    differ = [
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    ]
    kept = {path.with_suffix(suffix) for path in wanted for suffix in (".md", ".png", ".webp")}
    return differ + [path for path in sorted(PAGES.glob("*/*")) if path not in kept]


def write(wanted: dict[pathlib.Path, str]) -> None:
    """Brings every stale file up to date and says which."""
    for path in stale(wanted):
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
        print(path.relative_to(ROOT))


def chosen(name: str) -> list[Game]:
    """The classes of that name or family; all for no name."""
    return [game for game in games() if name in ("", game.name, game.family)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail if a text is out of date")
    mode.add_argument("--images", nargs="?", const="", metavar="NAME", help="draw pictures as well")
    mode.add_argument("--films", nargs="?", const="", metavar="NAME", help="film them as well")
    parser.add_argument("--steps", type=int, default=12, help="before a picture")
    options = parser.parse_args(arguments)
    if options.check:
        if old := [str(path.relative_to(ROOT)) for path in stale(texts())]:
            sys.exit(f"out of date: {', '.join(old)}; run python docs/generate.py")
        return
    if options.images is not None:
        import pictures

        for game in chosen(options.images):
            print(pictures.write(game, options.steps).relative_to(ROOT))
    if options.films is not None:
        import films

        for game in chosen(options.films):
            if path := films.write(game):
                print(path.relative_to(ROOT))
    write(texts())


if __name__ == "__main__":
    main()
