"""What the pages of the environments hold."""

import pathlib
import re

import jaxenvs
from jaxenvs.envs.kinetix._library import handmade
from jaxenvs.envs.kinetix._published import published

PAGES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "envs"
STILL = {"SimpleBandit", "BanditNoise", "BanditScale"}
"""Classes whose picture never changes: there is nothing to film."""


def page_of(env_id: str) -> pathlib.Path:
    row = jaxenvs.spec(env_id)
    return PAGES / row.family / f"{row.entry_point.partition(':')[2]}.md"


def test_every_class_has_a_page_with_its_ids_and_a_picture() -> None:
    for env_id in jaxenvs.list_envs():
        page = page_of(env_id)
        assert f"`{env_id}`" in page.read_text() or f'"{env_id}"' in page.read_text()
        assert page.with_suffix(".png").exists()
        assert f"]({page.stem}.webp)" in page.read_text() or page.stem in STILL
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


def test_the_gallery_shows_every_class_with_a_link_to_its_page() -> None:
    gallery = (PAGES / "gallery.md").read_text()
    for page in set(PAGES.glob("*/*.md")) - set(PAGES.glob("*/index.md")):
        source = page.relative_to(PAGES)
        assert f'<img src="{source.with_suffix(".png")}"' in gallery
        assert f"]({source})" in gallery


def test_films_move_and_are_small() -> None:
    films = sorted(PAGES.glob("*/*.webp"))
    assert sum(film.stat().st_size for film in films) < 2_500_000
    for film in films:
        assert b"ANMF" in film.read_bytes(), f"{film.name}: a single frame"
        assert film.stat().st_size < 100_000, film.name


def test_a_page_says_what_the_baselines_reach() -> None:
    page = page_of("Acrobot-v1").read_text()
    row = "| [ppo](../../baselines/ppo.md) | `jaxenvs train ppo --env Acrobot-v1` | 500k | -83.8 |"
    assert row in page
    assert "## Baselines" not in page_of("CliffWalking-v1").read_text()
    spread = page_of("MPE-SimpleSpread-v3").read_text()
    for algorithm in ("ippo", "mappo", "vdn", "qmix", "iql", "pqn_vdn"):
        assert f"`jaxenvs train {algorithm} --env MPE-SimpleSpread-v3`" in spread


def test_every_preset_with_a_result_is_known_to_the_command() -> None:
    from jaxenvs.baselines.runs.algorithms import ALGORITHMS

    commands = [
        match.split()
        for page in PAGES.glob("*/*.md")
        for match in re.findall(
            r"^\| \[\w+\]\(.*\) \| `jaxenvs train (.*)`", page.read_text(), re.M
        )
    ]
    assert commands
    for algorithm, flag, env_id in commands:
        assert algorithm in ALGORITHMS
        assert flag == "--env"
        assert jaxenvs.spec(env_id).id == env_id


def test_a_page_leads_to_the_rest_of_its_family() -> None:
    page = page_of("CartPole-v1").read_text().partition("## More of Classic control")[2]
    assert re.findall(r"\((\w+)\.md\)", page) == [
        "index",
        "Pendulum",
        "Acrobot",
        "MountainCar",
        "MountainCarContinuous",
    ]


def test_a_speed_is_the_same_everywhere() -> None:
    """README, home page and the page of the game quote the one table of every family."""
    docs = PAGES.parent
    rows = re.findall(
        r"^\| CartPole-v1 \| ([\d.]+) M \|", (docs / "performance.md").read_text(), re.M
    )
    assert "40.2" in rows
    assert "| CartPole-v1 | **40.2 M** |" in (docs.parent / "README.md").read_text()
    home = (docs / "index.md").read_text()
    assert "| CartPole-v1 | **40.2 M** |" in home
    assert "<strong>40.2 M</strong>" in home
    assert "40 million steps/s" in page_of("CartPole-v1").read_text()


def test_every_level_of_kinetix_has_a_picture_on_its_page() -> None:
    docs = PAGES.parent
    page = (docs / "kinetix_levels.md").read_text()
    shown = re.findall(r'<img src="([^"]+)".*<br>`([sml]/\w+)`', page)
    assert {name for _, name in shown} == {*handmade(), *published()}
    assert {docs / source for source, _ in shown} == set((docs / "images/kinetix").iterdir())
    assert sum((docs / source).stat().st_size for source, _ in shown) < 400_000
