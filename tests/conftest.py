"""Strict settings for every test: no silent promotion, no window, one compilation cache.

Compiling is most of the suite's time, so programs are compiled quickly rather than well, except for
the slow tests and those in tests/learning, which run as users' programs do.

Warnings are errors too; that setting is in pyproject.toml, where pytest reads it.
"""

import importlib.metadata
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Through the environment, before JAX or pygame are imported: subprocesses of tests inherit them.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
os.environ["MPLBACKEND"] = "Agg"

from collections.abc import Callable, Iterator

import jax
import pytest

jax.config.update("jax_numpy_dtype_promotion", "strict")


def pytest_configure(config: pytest.Config) -> None:
    """Leaves out what XLA's compiler takes half of its time for; subprocesses inherit it."""
    if config.getoption("markexpr") != "not slow":
        return
    os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"
    jax.config.update("jax_disable_most_optimizations", True)
    # Flags are read when the first device is asked for; one that XLA does not know ends Python.
    if importlib.metadata.version("jaxlib").startswith("0.10."):
        flags = os.environ.get("XLA_FLAGS", "")
        if "fusion_emitters" not in flags:
            os.environ["XLA_FLAGS"] = f"{flags} --xla_cpu_use_fusion_emitters=false"


@pytest.fixture
def optimized() -> Iterator[None]:
    """All of XLA's optimizations, as users have them."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture
def getkey() -> Callable[[], jax.Array]:
    """A function that returns a new, independent PRNG key at each call, the same in every run."""
    keys = [jax.random.key(0)]

    def next_key() -> jax.Array:
        keys[0], key = jax.random.split(keys[0])
        return key

    return next_key
