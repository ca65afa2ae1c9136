"""Time that has passed, as a bar."""

from jaxenvs.render import palette
from jaxenvs.render.canvas import Canvas


def progress_bar(
    canvas: Canvas, share: float, top: float, unit: float, color: palette.Color = palette.BLUE
) -> None:
    """Time that has passed, as a bar across the picture."""
    left, width, height = 24 * unit, canvas.width - 48 * unit, 10 * unit
    canvas.rect(left, top, width, height, palette.FAINT, None, radius=5 * unit)
    full = width * min(max(share, 0.0), 1.0)
    if full > height:
        canvas.rect(left, top, full, height, color, None, radius=5 * unit)
