"""Writes what the registry knows into the docs: a page per id, their index, the README's table.

usage: python docs/generate.py [--check | --images [PREFIX] [--steps N]]

Without options it writes the texts. `--check` writes nothing and fails if a text is out of date, as
a test does. `--images` also draws a frame of every environment that `jaxenvs.render` can draw, or
of those whose ids begin with PREFIX, after N random steps.
"""

import argparse
import ast
import dataclasses
import functools
import importlib
import inspect
import json
import pathlib
import re
import sys
import tokenize
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np

import jaxenvs
from jaxenvs import spaces

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "envs"
NOTE = "<!-- Written by docs/generate.py from the code: change that, not this page. -->"
BEGIN, END = "<!-- environments: begin -->", "<!-- environments: end -->"


# -- one environment's page --------------------------------------------------------------------


def env_page(env_id: str) -> str:
    """The Markdown page of one id."""
    env, row = jaxenvs.make(env_id), jaxenvs.spec(env_id)
    game = env.unwrapped
    parts = [f"# {env_id}", NOTE]
    if page_path(env_id).with_suffix(".png").exists():
        parts.append(f"![A frame of {env_id}]({env_id}.png){{ width=400 }}")
    parts += [f"*{subtitle(game)}*", *descriptions(env), "## At a glance"]
    facts = [
        ("make", f'`jaxenvs.make("{env_id}")`'),
        *seen_and_done(env),
        ("port of", row.reference or "nothing: it was made here"),
        ("time limit", f"{row.max_steps} steps" if row.max_steps > 0 else "none"),
        ("code", f"`{row.entry_point}`"),
    ]
    if found := speed(env_id):
        facts.append(("speed", f"{found} ([how](../../performance.md))"))
    if row.multi_agent:
        facts.insert(1, ("in PettingZoo", f'`parallel_env("{env_id}")`, `aec_env("{env_id}")`'))
    else:
        facts.insert(1, ("in Gymnasium", f'`gym.make("jaxenvs/{env_id}")`'))
    parts.append(table(("", ""), facts))
    if options := option_rows(env):
        parts += ["## Options", "Fixed when the environment is made; another value compiles anew."]
        parts.append(table(("option", "default", "meaning"), options))
    parts += [
        "## Parameters",
        "Traced numbers: pass `params` to `reset` and `step`, or vmap over them.",
    ]
    parts.append(table(("parameter", "default", "meaning"), param_rows(env.default_params)))
    parts += ["## Source", source_note(game) or f"{row.reference}."]
    parts += ["## Differences from the source", bullets(row.deviations) or "None known."]
    return "\n\n".join(parts) + "\n"


def seen_and_done(env: jaxenvs.Env[Any, Any]) -> list[tuple[str, str]]:
    """The spaces; where there are several agents, of each of them."""
    if not jaxenvs.has_agents(env):
        observed, acted = env.observation_space(), env.action_space()
        return [("observation", describe(observed)), ("action", describe(acted))]
    return [
        ("agents", ", ".join(f"`{agent}`" for agent in env.agents)),
        ("observation", by_agent(env.observation_spaces())),
        ("action", by_agent(env.action_spaces())),
        ("as arrays", f"observations {describe(env.observation_space())}"),
    ]


def by_agent(own: dict[str, spaces.Space]) -> str:
    """Spaces in words, each once, with the agents that have it where they differ."""
    agents: dict[spaces.Space, list[str]] = {}
    for agent, space in own.items():
        agents.setdefault(space, []).append(agent)
    if len(agents) == 1:
        return f"each {describe(next(iter(agents)))}"
    return "; ".join(f"{', '.join(names)}: {describe(space)}" for space, names in agents.items())


@functools.cache
def measured_rows() -> dict[str, list[dict[str, Any]]]:
    """What benchmarks/suite.py has measured, by id."""
    kept = ROOT / "benchmarks" / "suite.json"
    return json.loads(kept.read_text()) if kept.exists() else {}


def speed(env_id: str) -> str:
    """What benchmarks/suite.py measured of an id, or of another one of its class; or nothing."""
    rows = measured_rows()
    game = jaxenvs.spec(env_id).entry_point
    ids = [env_id, *(i for i in rows if i in jaxenvs.list_envs())]
    of_game = [i for i in ids if i in rows and jaxenvs.spec(i).entry_point == game]
    if not of_game:
        return ""
    measured = of_game[0]
    ours = next(row for row in rows[measured] if row["library"] == "jaxenvs")
    note = "" if measured == env_id else f" ({measured})"
    millions = np.format_float_positional(
        ours["steps_per_second"] / 1e6, 2, fractional=False, trim="-"
    )
    return f"{millions} million steps/s in {ours['num_envs']:,} copies on a CPU{note}"


def descriptions(env: jaxenvs.Env[Any, Any]) -> list[str]:
    """The class's docstring; under a wrapper the game's as well."""
    classes = dict.fromkeys((type(env), type(env.unwrapped)))
    return [inspect.getdoc(cls) or "" for cls in classes]


def subtitle(env: jaxenvs.Env[Any, Any]) -> str:
    """The first line of the module's docstring, without the name that it opens with."""
    line = module_docstring(env).partition("\n")[0]
    text = line.partition(": ")[2] or line
    return text[:1].upper() + text[1:]


def source_note(env: jaxenvs.Env[Any, Any]) -> str:
    """What the module's docstring says of papers and code, or nothing."""
    found = re.search(r"^Source: (.+?)(?=Differs|^\s*$|\Z)", module_docstring(env), re.M | re.S)
    return " ".join(found[1].split()) if found else ""


def module_docstring(env: jaxenvs.Env[Any, Any]) -> str:
    return inspect.getdoc(sys.modules[type(env).__module__]) or ""


def describe(space: spaces.Space) -> str:
    """A space in words, on one line."""
    match space:
        case spaces.Discrete():
            return f"`Discrete({space.n})`: {space.start} to {space.start + space.n - 1}, int32"
        case spaces.Box():
            kind = f"`Box`, shape `{space.shape}`, {space.dtype}"
            return f"{kind}, from {bound(space.low)} to {bound(space.high)}"
        case spaces.MultiDiscrete():
            return f"`MultiDiscrete({space.num_values.tolist()})`, {space.dtype}"
        case spaces.MultiBinary():
            return f"`MultiBinary`, shape `{space.shape}`"
        case spaces.Dict():
            return "; ".join(f"`{name}`: {describe(part)}" for name, part in space.spaces.items())
        case spaces.Tuple():
            return "; ".join(f"{i}: {describe(part)}" for i, part in enumerate(space.spaces))
        case _:
            return f"`{space!r}`"


def bound(values: np.ndarray) -> str:
    """One number where all coordinates agree, a short list, or the range."""
    if (values == values.flat[0]).all():
        return f"{values.flat[0]:.4g}"
    if values.size <= 8:
        return "[" + ", ".join(f"{value:.4g}" for value in values.flat) + "]"
    return f"{values.min():.4g}..{values.max():.4g}"


# -- fields and the comments beside them -------------------------------------------------------


def param_rows(params: Any) -> list[tuple[str, str, str]]:
    """Name, default and comment of every field of a params record."""
    meanings = field_comments(type(params))
    names = [field.name for field in dataclasses.fields(params)]
    return [(f"`{name}`", number(getattr(params, name)), meanings[name]) for name in names]


def option_rows(env: jaxenvs.Env[Any, Any]) -> list[tuple[str, str, str]]:
    """Name, value and meaning of every constructor field that is a setting."""
    meanings = field_comments(type(env))
    names = [f.name for f in dataclasses.fields(env) if f.name not in ("overrides", "env")]
    return [(f"`{name}`", f"`{getattr(env, name)!r}`", meanings[name]) for name in names]


def number(value: Any) -> str:
    """A default as a reader would write it; large arrays by their shape, records by their repr."""
    if isinstance(value, tuple):
        return f"({', '.join(number(part) for part in value)})"
    if isinstance(value, np.ndarray) and value.ndim > 0:
        if value.size > 12:
            return f"{value.dtype} of shape `{value.shape}`"
        return f"[{', '.join(number(part) for part in value)}]"
    if isinstance(value, np.generic | np.ndarray):
        return f"{value:.6g}" if np.issubdtype(value.dtype, np.floating) else str(value)
    return f"`{' '.join(repr(value).split())}`"


def field_comments(cls: type) -> dict[str, str]:
    """What stands beside each field of a class, or in the string under it; bases included."""
    found = dict.fromkeys((field.name for field in dataclasses.fields(cls)), "")
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] in ("builtins", "abc", "typing"):
            continue
        lines, _ = inspect.getsourcelines(base)
        source = inspect.cleandoc("\n" + "".join(lines))
        found |= {name: text for name, text in class_comments(source).items() if text}
    return found


def class_comments(source: str) -> dict[str, str]:
    """Comments and attribute docstrings of the annotated fields in one class's source."""
    readline = iter(source.splitlines(keepends=True)).__next__
    comments = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokenize.generate_tokens(readline)
        if token.type == tokenize.COMMENT
    }
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for node, following in zip(definition.body, [*definition.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            meaning = comments.get(node.end_lineno or node.lineno, "")
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                meaning = " ".join(str(following.value.value).split())
            found[node.target.id] = meaning
    return found


# -- overviews ---------------------------------------------------------------------------------


def families() -> dict[str, list[str]]:
    """The ids of each family, in the registry's order."""
    names = dict.fromkeys(jaxenvs.spec(env_id).family for env_id in jaxenvs.list_envs())
    return {name: jaxenvs.list_envs(name) for name in names}


def family_title(family: str) -> str:
    """The first line of the family's docstring, without its full stop."""
    module = importlib.import_module(f"jaxenvs.envs.{family}")
    return (inspect.getdoc(module) or family).partition("\n")[0].rstrip(".")


def readme_table(most: int = 12) -> str:
    """One row per family with up to `most` ids, each linked to its page."""
    rows = []
    for family, ids in families().items():
        links = [f"[{i}](docs/envs/{family}/{i}.md)" for i in ids[:most]]
        if len(ids) > most:
            links.append(f"and [{len(ids) - most} more](docs/envs/index.md)")
        rows.append((family_title(family), str(len(ids)), ", ".join(links)))
    return table(("family", "ids", "environments"), rows)


def index_page() -> str:
    """The page that lists every environment by family."""
    parts = ["# Environments", NOTE]
    parts.append(
        "`jaxenvs list` prints this table. Every id of one agent is `jaxenvs/<id>` in Gymnasium; "
        "games of several are in PettingZoo through `jaxenvs.adapters.pettingzoo`."
    )
    for family, ids in families().items():
        rows = []
        for env_id in ids:
            env = jaxenvs.make(env_id)
            where = f"[{env_id}]({family}/{env_id}.md)"
            rows.append((where, subtitle(env.unwrapped), kind(env.action_space())))
        parts += [f"## {family_title(family)}", table(("id", "task", "actions"), rows)]
    return "\n\n".join(parts) + "\n"


def kind(space: spaces.Space) -> str:
    """A space in two words, for overviews."""
    match space:
        case spaces.Discrete():
            return f"{space.n} discrete"
        case spaces.Box():
            return f"{int(np.prod(space.shape))} continuous"
        case _:
            return type(space).__name__


def readme() -> str:
    """The README with a fresh table between its markers."""
    text = (ROOT / "README.md").read_text()
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"README.md: expected the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{readme_table()}\n\n{END}{after}"


# -- frames ------------------------------------------------------------------------------------


def write_images(prefix: str, num_steps: int) -> None:
    """Draws environments after a few random steps; those without a picture are left out."""
    import imageio.v3 as imageio

    from jaxenvs.render import draw

    for env_id in filter(lambda name: name.startswith(prefix), jaxenvs.list_envs()):
        env, path = jaxenvs.make(env_id), page_path(env_id).with_suffix(".png")
        try:
            frame = draw(env, state_in_play(env, num_steps), size=400)
        except ValueError as error:
            print(f"{env_id}: {error}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        imageio.imwrite(path, frame)
        print(path.relative_to(ROOT))


def state_in_play(env: jaxenvs.Env[Any, Any], num_steps: int, num_tries: int = 20) -> Any:
    """The state after random steps, or of the longest of some episodes the one before its end."""
    best: tuple[int, Any] = (-1, None)
    step = jax.jit(env.step)
    for seed in range(num_tries):
        key, num_played = jax.random.key(seed), 0
        _, state = env.reset(key)
        for step_id in range(num_steps):
            action_key, step_key = jax.random.split(jax.random.fold_in(key, step_id))
            t = step(step_key, state, env.action_space().sample(action_key))
            if (t.terminated | t.truncated).any():
                break
            state, num_played = t.state, step_id + 1
        best = max(best, (num_played, state), key=lambda found: found[0])
        if num_played == num_steps:
            break
    return best[1]


# -- Markdown ----------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def bullets(items: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {item}" for item in items)


# -- the command -------------------------------------------------------------------------------


def page_path(env_id: str) -> pathlib.Path:
    return PAGES / jaxenvs.spec(env_id).family / f"{env_id}.md"


def texts() -> dict[pathlib.Path, str]:
    """Every file that this script keeps, with the text that it should have."""
    pages = {page_path(env_id): env_page(env_id) for env_id in jaxenvs.list_envs()}
    return pages | {PAGES / "index.md": index_page(), ROOT / "README.md": readme()}


def stale(wanted: dict[pathlib.Path, str]) -> list[pathlib.Path]:
    """Files that are missing, differ, or belong to an id that is gone."""
    differ = [
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    ]
    return differ + [path for path in PAGES.glob("*/*.md") if path not in wanted]


def write(wanted: dict[pathlib.Path, str]) -> None:
    """Brings every stale file up to date and says which."""
    for path in stale(wanted):
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
        print(path.relative_to(ROOT))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail if a text is out of date")
    mode.add_argument("--images", nargs="?", const="", metavar="PREFIX", help="draw frames as well")
    parser.add_argument("--steps", type=int, default=12, help="before a frame")
    options = parser.parse_args(arguments)
    if options.check:
        if old := [str(path.relative_to(ROOT)) for path in stale(texts())]:
            sys.exit(f"out of date: {', '.join(old)}; run python docs/generate.py")
        return
    if options.images is not None:
        write_images(options.images, options.steps)
    write(texts())


if __name__ == "__main__":
    main()
