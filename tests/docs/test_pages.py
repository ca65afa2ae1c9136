"""What the pages of the environments hold."""

import pathlib
import re

import jaxenvs

PAGES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "envs"


def page_of(env_id: str) -> pathlib.Path:
    row = jaxenvs.spec(env_id)
    return PAGES / row.family / f"{row.entry_point.partition(':')[2]}.md"


def test_every_class_has_a_page_with_its_ids_and_a_picture() -> None:
    for env_id in jaxenvs.list_envs():
        page = page_of(env_id)
        assert f"`{env_id}`" in page.read_text() or f'"{env_id}"' in page.read_text()
        assert page.with_suffix(".png").exists()
    classes = {jaxenvs.spec(env_id).entry_point for env_id in jaxenvs.list_envs()}
    pages = set(PAGES.glob("*/*.md")) - set(PAGES.glob("*/index.md"))
    assert len(pages) == len(classes)


def test_the_table_of_ids_shows_what_is_different_about_them() -> None:
    page = page_of("MinAtar-Breakout-v1").read_text()
    (head,) = re.findall(r"^\| id \|.*$", page, re.M)
    assert "made with" in head
    assert "time limit" not in head  # the same for both
    assert "| `MinAtar-Breakout-v0` | `minimal_actions=False` |" in page
    kitchens = page_of("Overcooked-CrampedRoom-v0").read_text()
    assert len(re.findall(r"^\| `Overcooked-", kitchens, re.M)) == 45


def test_a_page_names_the_source_and_the_differences_once() -> None:
    page = page_of("Pendulum-v1").read_text()
    assert page.count("pendulum.py") == 1
    for text in jaxenvs.spec("Pendulum-v1").deviations:
        assert page.count(f"- {text}") == 1
    assert "None known." in page_of("CliffWalking-v1").read_text()


def test_every_family_has_a_page_that_links_its_classes() -> None:
    for env_id in jaxenvs.list_envs():
        page = page_of(env_id)
        assert f"]({page.name})" in (page.parent / "index.md").read_text()
