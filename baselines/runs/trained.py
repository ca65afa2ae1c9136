"""What a run has trained: its learners, the policy of one of them, and how others start there."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.baselines.runs import checkpoint, folder, loop
from jaxenvs.baselines.runs.algorithms import make_train
from jaxenvs.baselines.runs.folder import Kept
from jaxenvs.baselines.runs.options import RunError, learners_of, read_json
from jaxenvs.core import Env


class Policy(NamedTuple):
    """A trained learner, ready to play."""

    env: Env
    params: Any  # of the env
    act: Callable[..., Any]
    """`act(obs, key=None, mask=None) -> action`: greedy, compiled; the key is not needed.

    Of a learner with a memory, `act(obs, key, mask, memory) -> (action, memory)`.
    """
    memory: Any = None  # what an episode starts with; None: there is no memory


def load_policy(out: str | Path, agent: int | None = None) -> Policy:
    """The policy of a run's newest checkpoint.

    `agent` counts the learners of the run in the order of result.json; by default it is the one
    with the best greedy return, or the first while there is no result.

    Raises `RunError` or `CheckpointError` where the folder holds no run that can be read.
    """
    out = Path(out)
    kept, trainer = _trainer(out)
    if trainer.act is None:
        raise RunError(f"{out}: {kept.algorithm} trains no policy that could play")
    policy = trainer.policy(_learner(kept, trainer, agent))
    choose, params = jax.jit(trainer.act), trainer.env.default_params

    def act(
        obs: Any, key: jax.Array | None = None, mask: jax.Array | None = None, memory: Any = None
    ) -> Any:
        del key
        return choose(policy, obs, mask, *([] if memory is None else [memory]))

    return Policy(trainer.env, params, act, trainer.memory)


def load_learners(kept: Kept, trainer: Trainer) -> tuple[Any, int]:
    """The carry of all learners at the newest whole checkpoint, and the updates done by then.

    Says on stderr which newer ones were left out, and whether another version wrote it.

    Raises `CheckpointError` where none is whole, or where one belongs to another run.
    """
    out = kept.out
    num_learners = len(learners_of(kept.options, names_of(trainer.hp)))
    shapes = loop.shapes_of(trainer, num_learners)[0]
    carry, about, faults = checkpoint.load_newest(
        out / folder.CHECKPOINTS, shapes, folder.fits(kept)
    )
    for fault in faults:
        print(f"left out {fault}", file=sys.stderr)
    versions = about.get("versions")
    version = versions.get("jaxenvs") if isinstance(versions, dict) else None
    if version != jaxenvs.__version__:
        print(
            f"{out}: jaxenvs {version or 'of unknown version'} wrote this checkpoint, "
            f"{jaxenvs.__version__} reads it; it fits, but the last bits of a result may differ",
            file=sys.stderr,
        )
    return carry, about["update_id"]


def names_of(hp: Any) -> list[str]:
    """The names of the traced numbers, which may be swept."""
    return [field.name for field in dataclasses.fields(hp)]


def read_agents(out: Path) -> list[dict[str, Any]]:
    """The learners' rows of result.json, each with a `return`.

    Raises `RunError`, which names the file and the field, for a file of another shape.
    """
    path = out / folder.RESULT
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(rows := content.get("agents"), list):
        raise RunError(f"{path}: agents: expected a list")
    for i, row in enumerate(rows):
        found = row.get("return") if isinstance(row, dict) else None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise RunError(f"{path}: agents[{i}].return: expected a number, got {found!r:.40}")
    return rows


def start_of(source: Path, trainer: Trainer) -> Callable[[Any], Any]:
    """`carry -> carry` that gives all learners what the best learner of another run has learned.

    That is its networks, and the moments by which it normalizes; everything else, the optimizer
    and the environments too, starts anew. Of a Q-learner the target network is the same network.

    Raises `RunError` where the networks of `trainer` are not like those of the run.
    """
    wanted = _learned(loop.shapes_of(trainer, 1)[0])
    if not wanted:
        raise RunError("init_from: this algorithm trains no networks that could be taken over")
    kept, its_trainer = _trainer(source)
    found = _learned(jax.tree.map(lambda leaf: leaf[None], _learner(kept, its_trainer, None)))
    _require_alike(source, wanted, found)

    def start(carry: Any) -> Any:
        own = _learned(carry)
        num = jax.tree.leaves(own["weights"])[0].shape[0]
        taken = jax.tree.map(lambda leaf: jnp.repeat(leaf, num, axis=0), found)
        changes = {"weights": taken["weights"]}
        if hasattr(carry, "target_weights"):
            changes["target_weights"] = jax.tree.map(jnp.copy, taken["weights"])  # both are donated
        if "norms" in own:
            changes["norms"] = taken["norms"].replace(returns=carry.norms.returns)
        return carry.replace(**changes)

    return start


def _learned(carry: Any) -> dict[str, Any]:
    """The parts of a carry that are learned; empty for a search, whose state is no network."""
    if not hasattr(carry, "weights"):
        return {}
    norms = {"norms": carry.norms.replace(returns=None)} if hasattr(carry, "norms") else {}
    return {"weights": carry.weights} | norms


def _require_alike(source: Path, wanted: Any, found: Any) -> None:
    """Raises `RunError` for the first array that is missing, too much, or of another shape."""
    here, there = (
        {
            jax.tree_util.keystr(path): f"{leaf.dtype}{list(leaf.shape[1:])}"
            for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
        }
        for tree in (wanted, found)
    )
    for name in [*here, *there]:
        if here.get(name) != there.get(name):
            raise RunError(
                f"init_from: {source}: {name}: expected {here.get(name, 'nothing')}, "
                f"found {there.get(name, 'nothing')}"
            )


def _trainer(out: Path) -> tuple[Kept, Trainer]:
    """A run's description and its trainer."""
    kept = folder.read(out)
    try:
        return kept, make_train(kept.algorithm, kept.config)
    except (ValueError, TypeError) as error:
        raise RunError(f"{out / folder.CONFIG}: {error}") from error


def _learner(kept: Kept, trainer: Trainer, agent: int | None) -> Any:
    """One learner's carry; by default that of the best."""
    carry, _ = load_learners(kept, trainer)
    out, num_learners = kept.out, jax.tree.leaves(carry)[0].shape[0]
    if agent is None:
        rows = read_agents(out) if (out / folder.RESULT).exists() else []
        agent = int(np.argmax([row["return"] for row in rows])) if rows else 0
    if not 0 <= agent < num_learners:
        raise RunError(f"agent: expected 0 to {num_learners - 1}, got {agent}")
    return jax.tree.map(lambda leaf: leaf[agent], carry)
