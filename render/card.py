"""What a notebook shows of an environment: a card with its picture, its spaces and its numbers."""

import base64
import dataclasses
import html
import inspect
import io
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from jaxenvs.core import Env
from jaxenvs.multi import has_agents
from jaxenvs.render.picture import frame
from jaxenvs.spaces import Box, Space

SIDE = 220  # pixels of the picture's longer side
MOST_LETTERS = 80  # of a value that is an array

CARD = """<div style="display:flex;gap:1.2em;align-items:flex-start">
{picture}<div style="flex:1;min-width:0;max-width:44em">
<div style="font-weight:600;font-size:1.1em">{name}</div>
<div>{about}</div>
<table>
{rows}
</table>
</div></div>"""


def card(env: Env[Any, Any]) -> str:
    """The card, HTML in one element. Without the packages that draw, it has no picture."""
    name = type(env).__name__
    if env.unwrapped is not env:
        name += f" of {type(env.unwrapped).__name__}"
    doc = inspect.getdoc(type(env.unwrapped)) or ""
    about = " ".join(doc.split("\n\n")[0].replace("`", "").split())
    rows = "\n".join(
        f'<tr><td style="text-align:left">{html.escape(what)}</td>'
        f'<td style="text-align:left"><code>{html.escape(text)}</code></td></tr>'
        for what, text in _facts(env)
    )
    return CARD.format(
        picture=_picture(env), name=html.escape(name), about=html.escape(about), rows=rows
    )


def _facts(env: Env[Any, Any]) -> Iterator[tuple[str, str]]:
    if has_agents(env):
        yield "agents", ", ".join(env.agents)
    yield "observation", _space(env.observation_space())
    yield "action", _space(env.action_space())
    params = env.default_params
    for name in (field.name for field in dataclasses.fields(params)):
        value = ", ".join(_brief(leaf) for leaf in jax.tree.leaves(getattr(params, name)))
        yield name, value if len(value) <= MOST_LETTERS else f"{value[:MOST_LETTERS]}..."


def _space(space: Space) -> str:
    """A space; a box without the bounds of each coordinate."""
    return f"Box{space.shape} {space.dtype}" if isinstance(space, Box) else str(space)


def _brief(leaf: Any) -> str:
    """A number in as many digits as float32 has, an array in brackets."""
    value = np.asarray(leaf)
    if value.ndim:
        return str(value.tolist())
    return str(value.item()) if value.dtype.kind in "bi" else f"{value.item():.7g}"


def _picture(env: Env[Any, Any]) -> str:
    """An image of a first state; nothing where the packages that draw are not installed."""
    _, state = jax.jit(env.reset)(jax.random.key(0))
    try:
        from PIL import Image

        rgb = frame(env, state, size=SIDE)
    except ModuleNotFoundError:
        return ""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img alt="a first state" src="data:image/png;base64,{data}">'
