"""Light and dark: the colors of what is around a game, and eight to tell things apart.

The eight are those of Okabe and Ito, "Color Universal Design" (2008), which people who see fewer
colors tell apart as well; on a dark ground the darkest of them are lighter.
"""

import dataclasses

from jaxenvs.render import palette
from jaxenvs.render.palette import Color, blend


@dataclasses.dataclass(frozen=True)
class Theme:
    """What pictures are colored in."""

    name: str
    background: Color  # around the scene
    field: Color  # of the scene
    ink: Color  # outlines and text
    muted: Color  # text of second rank
    faint: Color  # lines of second rank
    mark: Color  # symbols on bodies
    grey: Color  # bodies without a role
    fixed: Color  # what bodies that never move are nearer to
    orange: Color
    sky: Color
    green: Color
    yellow: Color
    blue: Color
    red: Color
    purple: Color

    @property
    def roles(self) -> tuple[Color, Color, Color, Color]:
        """No role, green, blue, red."""
        return self.grey, self.green, self.blue, self.red

    @property
    def bindings(self) -> tuple[Color, Color, Color, Color]:
        """Of motors and thrusters that one action commands."""
        return self.yellow, self.purple, self.sky, self.orange

    def still(self, color: Color) -> Color:
        """The same color of a body that never moves."""
        return blend(color, self.fixed, 0.45)


LIGHT = Theme(
    name="light",
    background=palette.BACKGROUND,
    field=palette.WHITE,
    ink=palette.INK,
    muted=(104, 109, 119),
    faint=palette.FAINT,
    mark=palette.WHITE,
    grey=(176, 180, 188),
    fixed=(62, 66, 76),
    orange=(230, 159, 0),
    sky=(86, 180, 233),
    green=(0, 158, 115),
    yellow=(240, 228, 66),
    blue=(0, 114, 178),
    red=(213, 94, 0),
    purple=(204, 121, 167),
)
DARK = Theme(
    name="dark",
    background=(21, 24, 30),
    field=(33, 37, 46),
    ink=(230, 232, 236),
    muted=(160, 166, 176),
    faint=(64, 69, 80),
    mark=palette.WHITE,
    grey=(142, 148, 159),
    fixed=(58, 62, 73),
    orange=(236, 168, 28),
    sky=(112, 196, 240),
    green=(16, 172, 130),
    yellow=(243, 233, 98),
    blue=(30, 132, 202),
    red=(226, 108, 24),
    purple=(214, 140, 182),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def named(theme: str) -> Theme:
    """The theme of that name. Raises `ValueError` for another one."""
    if theme not in THEMES:
        raise ValueError(f"theme: expected {' or '.join(THEMES)}, got {theme!r}")
    return THEMES[theme]
