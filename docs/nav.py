"""A hook of mkdocs: lists the pages of the environments in the navigation, family by family."""

import pathlib
from typing import Any

PAGES = pathlib.Path(__file__).parent / "envs"


def on_config(config: Any) -> Any:
    """Fills the section of the navigation that consists of envs/index.md alone."""
    for item in config.nav:
        if item == {"Environments": "envs/index.md"}:
            item["Environments"] = [
                "envs/index.md",
                *map(_family, sorted(PAGES.glob("*/index.md"))),
            ]
    return config


def _family(index: pathlib.Path) -> dict[str, list[Any]]:
    games = sorted(path for path in index.parent.glob("*.md") if path != index)
    pages = [{path.stem: f"envs/{path.relative_to(PAGES)}"} for path in games]
    return {_heading(index): [f"envs/{index.relative_to(PAGES)}", *pages]}


def _heading(page: pathlib.Path) -> str:
    return page.read_text().partition("\n")[0].removeprefix("# ")
