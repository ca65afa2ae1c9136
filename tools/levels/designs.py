"""All designs, by full name."""

from tools.levels import large, machines, medium, small  # noqa: F401 (they enter their designs)
from tools.levels.base import DESIGNS, Design

__all__ = ["DESIGNS", "Design"]
