"""The pages of the environments: one for each class, one for each family, and an index of all."""

import dataclasses
import functools
import importlib
import inspect
import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from fields import option_rows, param_rows
from sheets import SHEETS
from solved import results_of
from words import brief, bullets, by_agent, describe, kind, table

import jaxenvs
from jaxenvs import sources, spaces

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "envs"
NOTE = "<!-- Written by docs/generate.py from the code: change that, not this page. -->"


@dataclasses.dataclass(frozen=True)
class Game:
    """A class of environments with its ids."""

    entry_point: str
    ids: tuple[str, ...]  # in the registry's order

    @property
    def name(self) -> str:
        return self.entry_point.partition(":")[2]

    @property
    def family(self) -> str:
        return jaxenvs.spec(self.ids[0]).family

    @property
    def page(self) -> pathlib.Path:
        """Its page; its picture lies beside it."""
        return PAGES / self.family / f"{self.name}.md"

    @property
    def example(self) -> str:
        """The id that the page shows: one that was measured, of the highest version."""
        measured = [env_id for env_id in self.ids if env_id in measured_rows()]
        return max(measured or self.ids, key=lambda env_id: int(env_id.rpartition("-v")[2]))


@functools.cache
def games() -> tuple[Game, ...]:
    """All classes that have an id, in the registry's order."""
    ids: dict[str, list[str]] = {}
    for env_id in jaxenvs.list_envs():
        ids.setdefault(jaxenvs.spec(env_id).entry_point, []).append(env_id)
    return tuple(Game(entry_point, tuple(of_class)) for entry_point, of_class in ids.items())


def families() -> dict[str, list[Game]]:
    """The classes of each family, in the registry's order."""
    found: dict[str, list[Game]] = {}
    for game in games():
        found.setdefault(game.family, []).append(game)
    return found


@functools.cache
def made(env_id: str) -> jaxenvs.Env[Any, Any]:
    return jaxenvs.make(env_id)


# -- a class -----------------------------------------------------------------------------------


def class_page(game: Game) -> str:
    """The Markdown page of a class."""
    env, row = made(game.example), jaxenvs.spec(game.example)
    parts = [f"# {game.name}", NOTE, *views(game)]
    parts += [f"*{subtitle(env.unwrapped)}*", *descriptions(env)]
    if len(game.ids) > 1:
        parts += ["## Ids", ids_table(game)]
    facts = table(("fact", "value"), glance(game))
    parts += ["## At a glance", f'<div class="glance" markdown>\n\n{facts}\n\n</div>']
    of_example = f" Values are those of `{game.example}`." if len(game.ids) > 1 else ""
    if options := option_rows(env):
        text = "Fixed when the environment is made; another value is compiled again."
        parts += ["## Options", text + of_example]
        parts.append(table(("option", "value", "meaning"), options))
    text = "Traced numbers: pass `params` to `reset` and `step`, or vmap over them."
    parts += ["## Parameters", text + of_example]
    parts.append(table(("parameter", "value", "meaning"), param_rows(env.default_params)))
    parts += baselines(game)
    parts += ["## Source", row.source or f"{row.reference}."]
    parts += ["## Differences from the source", bullets(deviations(game)) or "None known."]
    return "\n\n".join([*parts, *neighbors(game)]) + "\n"


def views(game: Game) -> list[str]:
    """The film of a class, and its picture where that shows several ids or there is no film."""
    picture, film = (game.page.with_suffix(suffix).exists() for suffix in (".png", ".webp"))
    shown = []
    if film:
        shown.append(f"![{game.example} at play]({game.name}.webp){{ width=400 }}")
    if picture and (not film or game.name in SHEETS):
        shown.append(f"![{game.name}]({game.name}.png){{ width=400 }}")
    return shown


def baselines(game: Game) -> list[str]:
    """What the baselines reach on the ids of a class; nothing where none was measured."""
    rows = [
        (
            f"[{result.algorithm}](../../baselines/{result.page})",
            f"`{result.command}`",
            result.steps,
            result.greedy_return,
        )
        for result in results_of(game.ids)
    ]
    if not rows:
        return []
    text = "Greedy returns after training with the presets, which the command uses by itself:"
    return ["## Baselines", text, table(("algorithm", "command", "steps", "return"), rows)]


def neighbors(game: Game) -> list[str]:
    """The other classes of the family."""
    others = [one.name for one in families()[game.family] if one != game]
    if not others:
        return []
    family = family_title(game.family).partition(": ")[0]
    links = ", ".join(f"[{name}]({name}.md)" for name in others)
    return [f"## More of {family}", f"[All of them](index.md): {links}."]


def ids_table(game: Game) -> str:
    """What is different about each id of a class; what is the same for all is left out."""
    columns: list[tuple[str, Callable[[str], str]]] = [
        ("made with", kwargs_of),
        ("agents", lambda env_id: str(num_agents(made(env_id)))),
        ("observation", lambda env_id: brief(observed_by_first(made(env_id)))),
        ("action", lambda env_id: brief(acted_by_first(made(env_id)))),
        ("time limit", lambda env_id: limit(env_id).removesuffix(" steps")),
        ("million steps/s", speed),
        ("port of", lambda env_id: jaxenvs.spec(env_id).reference),
    ]
    filled = [(head, [of(env_id) for env_id in game.ids]) for head, of in columns]
    chosen = [(head, cells) for head, cells in filled if len(set(cells)) > 1]
    rows = zip([f"`{env_id}`" for env_id in game.ids], *(cells for _, cells in chosen), strict=True)
    return table(("id", *(head for head, _ in chosen)), rows)


def kwargs_of(env_id: str) -> str:
    """The arguments of the class that make an id."""
    return ", ".join(f"`{name}={value!r}`" for name, value in jaxenvs.spec(env_id).kwargs.items())


def glance(game: Game) -> list[tuple[str, str]]:
    """The facts of the example, and where the class lies."""
    env_id = game.example
    row, env = jaxenvs.spec(env_id), made(env_id)
    facts = [("make", f'`jaxenvs.make("{env_id}")`')]
    if row.multi_agent:
        facts.append(("in PettingZoo", f'`parallel_env("{env_id}")`, `aec_env("{env_id}")`'))
    else:
        facts.append(("in Gymnasium", f'`gym.make("jaxenvs/{env_id}")`'))
    facts += interface(env)
    facts.append(("time limit", limit(env_id)))
    facts.append(("port of", row.reference or "nothing: it was made here"))
    if found := speed(env_id):
        text = f"{found} million steps/s in {num_measured(env_id):,} copies on a CPU"
        facts.append(("speed", f"{text} ([how](../../performance.md))"))
    return [*facts, ("code", f"`{row.entry_point}`")]


def interface(env: jaxenvs.Env[Any, Any]) -> list[tuple[str, str]]:
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


def observed_by_first(env: jaxenvs.Env[Any, Any]) -> spaces.Space:
    """What the only agent observes, or the first of several."""
    if jaxenvs.has_agents(env):
        return env.observation_spaces()[env.agents[0]]
    return env.observation_space()


def acted_by_first(env: jaxenvs.Env[Any, Any]) -> spaces.Space:
    """What the only agent does, or the first of several."""
    if jaxenvs.has_agents(env):
        return env.action_spaces()[env.agents[0]]
    return env.action_space()


def deviations(game: Game) -> list[str]:
    """The differences of a class from its source; those of single ids with these ids."""
    ids: dict[str, list[str]] = {}
    for env_id in game.ids:
        for text in jaxenvs.spec(env_id).deviations:
            ids.setdefault(text, []).append(env_id)
    everyone = len(game.ids)
    return [
        text if len(has) == everyone else f"{text} ({', '.join(has)})" for text, has in ids.items()
    ]


def limit(env_id: str) -> str:
    max_steps = jaxenvs.spec(env_id).max_steps
    return f"{max_steps:,} steps" if max_steps > 0 else "none"


@functools.cache
def measured_rows() -> dict[str, list[dict[str, Any]]]:
    """What benchmarks/suite.py has measured, by id."""
    return json.loads((ROOT / "benchmarks" / "suite.json").read_text())


def _our_row(env_id: str) -> dict[str, Any]:
    return next(row for row in measured_rows()[env_id] if row["library"] == "jaxenvs")


def speed(env_id: str) -> str:
    """Millions of steps per second; nothing where they were not measured."""
    if env_id not in measured_rows():
        return ""
    millions = _our_row(env_id)["steps_per_second"] / 1e6
    return np.format_float_positional(millions, 2, fractional=False, trim="-")


def num_measured(env_id: str) -> int:
    """Copies that were stepped together for the figure."""
    return _our_row(env_id)["num_envs"]


def num_agents(env: jaxenvs.Env[Any, Any]) -> int:
    return max(1, len(env.agents))


# -- docstrings --------------------------------------------------------------------------------


def descriptions(env: jaxenvs.Env[Any, Any]) -> list[str]:
    """The class's docstring, without its source; under a wrapper the game's as well."""
    classes = dict.fromkeys((type(env), type(env.unwrapped)))
    return [sources.without_statements(inspect.getdoc(cls) or "") for cls in classes]


def task(env: jaxenvs.Env[Any, Any]) -> str:
    """What is to be done, in a line; of a game with something added, what that is."""
    if env is not env.unwrapped:
        return (inspect.getdoc(type(env)) or "").partition("\n")[0]
    return subtitle(env)


def subtitle(env: jaxenvs.Env[Any, Any]) -> str:
    """The first line of the module's docstring, without the name that it opens with."""
    line = (inspect.getdoc(sys.modules[type(env).__module__]) or "").partition("\n")[0]
    text = line.partition(": ")[2] or line
    return text[:1].upper() + text[1:]


def family_title(family: str) -> str:
    """The first line of the family's docstring, without its full stop: "Name: what it is"."""
    module = importlib.import_module(f"jaxenvs.envs.{family}")
    return (inspect.getdoc(module) or family).partition("\n")[0].rstrip(".")


# -- overviews ---------------------------------------------------------------------------------


def family_page(family: str, members: list[Game]) -> str:
    """The films of a family, or its pictures, each with a link to its page."""
    name, _, about = family_title(family).partition(": ")
    cards = []
    for game in members:
        link = f"[**{game.name}**]({game.name}.md)"
        shown = [s for s in (".webp", ".png") if game.page.with_suffix(s).exists()]
        lines = [f"[![{game.name}]({game.name}{s})]({game.name}.md)" for s in shown[:1]]
        lines += [link, task(made(game.example))]
        cards.append("-   " + "\n\n    ".join(lines))
    grid = '<div class="grid cards games" markdown>\n\n' + "\n\n".join(cards) + "\n\n</div>"
    return "\n\n".join([f"# {name}", NOTE, f"{about[:1].upper()}{about[1:]}.", grid]) + "\n"


def index_page() -> str:
    """The page that lists every class by family."""
    parts = ["# Environments", NOTE]
    parts.append(
        "All games by family; [the gallery](gallery.md) shows them. `jaxenvs list` prints every "
        "id with its number of agents, and `jaxenvs list --spaces` what is observed and done. "
        "Each id of one agent is `jaxenvs/<id>` in Gymnasium; "
        "games of several are in PettingZoo through `jaxenvs.adapters.pettingzoo`."
    )
    for family, members in families().items():
        name, _, about = family_title(family).partition(": ")
        rows = [index_row(game) for game in members]
        parts += [f"## [{name}]({family}/index.md)", f"{about[:1].upper()}{about[1:]}."]
        parts.append(table(("game", "task", "ids", "agents", "actions"), rows))
    return "\n\n".join(parts) + "\n"


def index_row(game: Game) -> tuple[str, ...]:
    """A class in the index."""
    envs = [made(env_id) for env_id in game.ids]
    agents = sorted({num_agents(env) for env in envs})
    shown = str(agents[0]) if len(agents) == 1 else f"{agents[0]} to {agents[-1]}"
    acted = dict.fromkeys(kind(acted_by_first(env)) for env in envs)
    link = f"[{game.name}]({game.family}/{game.name}.md)"
    return link, task(made(game.example)), str(len(game.ids)), shown, " or ".join(acted)


def readme_table(folder: str) -> str:
    """A row for each family, with a link to its page in a folder."""
    rows = []
    for family, members in families().items():
        name, _, about = family_title(family).partition(": ")
        num_ids = sum(len(game.ids) for game in members)
        rows.append((f"[{name}]({folder}/{family}/index.md)", about, str(num_ids)))
    return table(("family", "what it is", "ids"), rows)
