"""Everything that draws for people: frames, windows, recordings.

Importing it loads no graphics library: each module brings what it needs when it is imported.
"""

from jaxenvs.render.picture import Picture, draw, picture_of

__all__ = ["Picture", "draw", "picture_of"]
