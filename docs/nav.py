"""A hook of mkdocs: pages of environments in the navigation, and the repository's address."""

import os
import pathlib
import tomllib
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "envs"
OVERVIEWS = ["envs/index.md", {"Gallery": "envs/gallery.md"}]


def on_config(config: Any) -> Any:
    """Fills the section that consists of envs/index.md alone, and links the repository."""
    for item in config.nav:
        if item == {"Environments": "envs/index.md"}:
            item["Environments"] = [*OVERVIEWS, *map(_family, sorted(PAGES.glob("*/index.md")))]
    config.repo_url = config.repo_url or repository()
    config.repo_name = config.repo_name or "Repository"
    return config


def repository() -> str | None:
    """The address in pyproject.toml; without one, where GitHub builds this; else none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    if address := project.get("urls", {}).get("Repository"):
        return address
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"{server}/{name}" if server and name else None


def _family(index: pathlib.Path) -> dict[str, list[Any]]:
    games = sorted(path for path in index.parent.glob("*.md") if path != index)
    pages = [{path.stem: f"envs/{path.relative_to(PAGES)}"} for path in games]
    return {_heading(index): [f"envs/{index.relative_to(PAGES)}", *pages]}


def _heading(page: pathlib.Path) -> str:
    return page.read_text().partition("\n")[0].removeprefix("# ")
