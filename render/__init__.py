"""Everything that draws for people: frames, films, windows.

    rgb = jaxenvs.render.frame(env, state)
    jaxenvs.render.film(env, "random.gif")

Importing it loads no graphics library: each module brings what it needs when it is imported.
"""

from jaxenvs.render.controls import Controls
from jaxenvs.render.films import Film, film
from jaxenvs.render.picture import Picture, draw, frame, picture_of

__all__ = ["Controls", "Film", "Picture", "draw", "film", "frame", "picture_of"]
