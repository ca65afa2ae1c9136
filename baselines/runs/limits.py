"""What a run may ask for: settings in their ranges, and no more memory than there is."""

import dataclasses
import os
from typing import Any

import jax
from jax.extend.core import subjaxprs

import jaxenvs
from jaxenvs import ranges
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.baselines.runs import algorithms
from jaxenvs.baselines.runs.options import Options, RunError, learners_of

_TAKES_TIME = ("total_steps", "num_epochs", "generations", "target_every", "num_gradient_steps")
"""Counts that take no memory."""
_LARGE = 2**20  # numbers; a smaller run is not worth the tracing
_LOOPS = ("scan", "while")
_GIB = 2**30


def check(algorithm: str, config: Any, options: Options) -> None:
    """Checks all settings, those of the sweep included.

    Raises `RunError` that names the option, the field or `sweep.` and the field.
    """
    options.check()
    check_game(algorithm, config.env)
    try:
        config.check()
        declared = config.sweepable
        for name in declared:
            for value in options.sweep.get(name, ()):
                ranges.check_value(f"sweep.{name}", value, declared[name])
    except (TypeError, ValueError) as error:
        raise RunError(str(error)) from error
    learners_of(options, list(declared))
    for name, values in options.sweep.items():
        for value in values:
            _check_combination(config, name, value)


def check_game(algorithm: str, env_id: str) -> None:
    """Raises `RunError` for a game of several agents where one learns, and the other way round."""
    try:
        several = jaxenvs.spec(env_id).multi_agent
    except (TypeError, ValueError) as error:
        raise RunError(f"env: {error}") from error
    if several == algorithms.serves_teams(algorithm):
        return
    fitting = [name for name in algorithms.ALGORITHMS if algorithms.serves_teams(name) == several]
    kinds = ("one agent", "several agents")
    raise RunError(
        f"env: {algorithm} expects a game of {kinds[not several]}, and {env_id} has "
        f"{kinds[several]}: choose one of {', '.join(fitting)}"
    )


def check_memory(algorithm: str, config: Any, options: Options) -> None:
    """Raises `RunError` where a run would need more memory than the machine has.

    The message names the setting that asks for it. The estimate is a lower bound, by the shapes of
    what is carried from update to update and from step to step.
    """
    num_learners = -(-len(learners_of(options, list(config.sweepable))) // options.num_processes)
    if num_learners * _scale(config) < _LARGE:
        return
    available = _memory()
    needed = num_learners * _bytes_of(algorithms.make_train(algorithm, config))
    if available is None or needed <= available:
        return
    name, value = _to_blame(algorithm, config, options, needed / num_learners, available)
    raise RunError(
        f"{name}: expected a run that fits into the {available / _GIB:,.0f} GiB of memory here, "
        f"got {value!r}, which takes at least {needed / _GIB:,.0f} GiB"
    )


def _check_combination(config: Any, name: str, value: float) -> None:
    """Raises `RunError` where a swept value does not go with the other settings."""
    if name not in {field.name for field in dataclasses.fields(config)}:
        return  # of an inner config, where each goes with all
    try:
        dataclasses.replace(config, **{name: value}).check()
    except ValueError as error:
        raise RunError(f"sweep.{error}") from error


def _scale(config: Any) -> int:
    """The largest count of numbers that one learner holds, without the sizes of observations."""
    sizes = [getattr(config, "batch_size", 1)]
    for name, value in _sizes(config).items():
        if isinstance(value, tuple):
            sizes += [width * width for width in value]
        elif name not in _TAKES_TIME:
            sizes.append(value)
    agents = getattr(config, "agents", None)  # whose lives are a search's experience
    if agents is not None:
        sizes.append(config.population * config.num_seeds * _scale(agents))
    return max(sizes)


def _sizes(config: Any) -> dict[str, Any]:
    """The fields of a config that are whole numbers or tuples of them."""
    fields = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    return {
        name: value
        for name, value in fields.items()
        if all(type(one) is int for one in (value if isinstance(value, tuple) else (value,)))
    }


def _bytes_of(trainer: Trainer) -> int:
    """What a learner needs at least: all that is carried, and the largest that a loop collects."""
    key = jax.random.key(0)
    carry = jax.eval_shape(trainer.init, key, trainer.hp)
    programs = (
        jax.make_jaxpr(trainer.update)(carry),
        jax.make_jaxpr(trainer.evaluate)(carry, key),
    )
    loops = max(_largest(program.jaxpr) for program in programs)
    return _bytes(jax.tree.leaves(carry)) + loops


def _largest(program: Any) -> int:
    """The bytes of what the largest loop in a program gives, which has to lie in memory."""
    found = [_bytes(eqn.outvars) for eqn in program.eqns if eqn.primitive.name in _LOOPS]
    return max([*found, *map(_largest, subjaxprs(program))], default=0)


def _bytes(arrays: Any) -> int:
    shapes = [getattr(array, "aval", array) for array in arrays]
    return sum(shape.size * shape.dtype.itemsize for shape in shapes)


def _memory() -> int | None:
    """The bytes of memory of this process's devices; None where they do not tell."""
    if jax.default_backend() == "cpu":
        if not hasattr(os, "sysconf"):
            return None
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    stats = [device.memory_stats() or {} for device in jax.local_devices()]
    return sum(one.get("bytes_limit", 0) for one in stats) or None


def _to_blame(
    algorithm: str, config: Any, options: Options, needed: float, available: int
) -> tuple[str, Any]:
    """The setting, and its value, that makes a run too large: `needed` bytes for each learner.

    It is the one whose default would save most, or `seeds` where one learner would fit.
    """
    if needed <= available:
        return "seeds", options.seeds
    default = algorithms.default_config(algorithm)
    least, blamed = needed, "num_envs"
    for name in _sizes(config):
        usual = getattr(default, name)
        if usual == getattr(config, name) or name in _TAKES_TIME:
            continue
        try:
            smaller = algorithms.make_train(algorithm, dataclasses.replace(config, **{name: usual}))
        except (TypeError, ValueError):
            continue  # it does not go with the others
        saved = _bytes_of(smaller)
        if saved < least:
            least, blamed = saved, name
    return blamed, getattr(config, blamed)
