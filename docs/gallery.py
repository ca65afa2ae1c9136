"""The page of all pictures."""

from pages import NOTE, Game, families, family_title, games

import jaxenvs


def gallery_page() -> str:
    """A picture of each class, by family, with a link to its page."""
    num_ids = len(jaxenvs.list_envs())
    parts = ["---\nhide:\n  - toc\n---", "# Gallery", NOTE]
    parts.append(
        f"{len(games())} games under {num_ids} ids. A picture leads to its page, which has the "
        "game at play; [the list](index.md) says what each is about."
    )
    for family, members in families().items():
        name = family_title(family).partition(": ")[0]
        cells = [card(game) for game in members]
        parts.append(f"## [{name}]({family}/index.md)")
        parts.append('<div class="gallery" markdown>\n\n' + "\n\n".join(cells) + "\n\n</div>")
    return "\n\n".join(parts) + "\n"


def card(game: Game) -> str:
    """A picture with its name under it; as HTML, which GitHub shows too, loads when near."""
    source = f"{game.family}/{game.name}.png"
    image = f'<img src="{source}" alt="" width="128" loading="lazy">'
    return f"[{image}<br>{game.name}]({game.family}/{game.name}.md)"
