"""Spaces: gymnax's own where it is installed, as environments give them then; ours elsewhere."""

from typing import Any

from jaxenvs.adapters.gymnax import spaces_module

_spaces: Any = spaces_module()
Box, Dict, Discrete, Tuple = _spaces.Box, _spaces.Dict, _spaces.Discrete, _spaces.Tuple

__all__ = ["Box", "Dict", "Discrete", "Tuple"]
