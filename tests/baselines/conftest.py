"""Trainers are compiled in a hurry here: what they compute is tested, not how fast they are."""

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def compiled_in_a_hurry() -> Iterator[None]:
    """Leaves out most of XLA's and LLVM's optimizations, which take half of these tests' time."""
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)
