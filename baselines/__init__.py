"""Training algorithms that are compiled whole, with everything they train on.

    result = jaxenvs.baselines.train("ppo", env="CartPole-v1", seeds=4, out="runs/cartpole")
    agent = jaxenvs.baselines.load_policy("runs/cartpole")
    jaxenvs.render.film(agent, "cartpole.gif")

Importing it loads no algorithm and none of the packages that they need, but refuses where these
are not installed.
"""

import dataclasses
import difflib
import importlib
import os
import pathlib
from typing import TYPE_CHECKING, Any

from jaxenvs.extras import needs, require

if TYPE_CHECKING:
    from jaxenvs.baselines.runs.result import Result
    from jaxenvs.baselines.runs.run import Policy

require("baselines", "flax", "optax", "flashbax")

__all__ = ["load_policy", "train"]


def train(
    algorithm: str = "ppo",
    env: str | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> "Result":
    """Trains agents side by side, as `jaxenvs train` does, and returns what came of it.

    Args:
      algorithm: Its name, such as "ppo", "pqn" or "mappo"; `jaxenvs train --help` lists them.
      env: The id of what is played; settings that are left out are those tuned for it, if any
        are. None: the algorithm's default.
      out: Folder of the run; None: one under runs/ that is named after algorithm, env and time.
      **settings: Fields of the algorithm's `Config` (`lr`, `total_steps`, `env_kwargs`, ...) and
        of the run's `Options` (`seeds`, `sweep={"lr": [1e-3, 3e-4]}`, `resume`, `show`, ...).

    Returns a `Result`: `returns`, float64 `[num_agents]`, are the mean greedy returns, `agents` has
    a row per agent, `out` is the folder.

    Raises `TypeError` for a setting that neither has, `ValueError`, which names the field, for a
    value that does not fit, both before anything is compiled, and `ModuleNotFoundError` where the
    extras `baselines` and `render` are not installed.
    """
    from jaxenvs.baselines.runs import run
    from jaxenvs.baselines.runs.options import Options

    config = run.preset(algorithm, env or run.default_config(algorithm).env)
    with needs("render"):
        importlib.import_module("matplotlib")  # for the learning curve, drawn at the very end
    options = {field.name for field in dataclasses.fields(Options)}
    fields = {field.name for field in dataclasses.fields(config)}
    for name in settings:
        if name not in options | fields:
            near = difflib.get_close_matches(name, options | fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{name!r} is no setting of {algorithm} and no option of a run{hint}")
    chosen = {name: value for name, value in settings.items() if name in fields}
    for name, value in chosen.items():
        if isinstance(value, list):
            chosen[name] = tuple(value)
    config = dataclasses.replace(config, **chosen)
    if hasattr(config, "check"):
        config.check()
    asked = {name: value for name, value in settings.items() if name not in fields}
    folder = None if out is None else pathlib.Path(out)
    return run.train(algorithm, config, Options(out=folder, **asked))


def load_policy(folder: str | os.PathLike[str], agent: int | None = None) -> "Policy":
    """The trained agent of a run, ready to play.

    Args:
      folder: The run's folder, as `train` or `jaxenvs train` has left it.
      agent: Which one, counted from 0 as in result.json; None: the one with the best return.

    Returns a `Policy`: `env`, `params`, and `act(obs) -> action`, greedy and compiled, for one
    observation; with a memory, `act(obs, key, mask, memory) -> (action, memory)`, and `memory` is
    what an episode starts with. `jaxenvs.render.film` takes it as it is.

    Raises `ValueError` where the folder holds no run that can be read, or no such agent.
    """
    from jaxenvs.baselines.runs import run

    return run.load_policy(pathlib.Path(folder), agent)
