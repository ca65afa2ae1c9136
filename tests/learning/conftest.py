"""Training takes longer than compiling here: programs are compiled as users' are."""

import pytest


@pytest.fixture(autouse=True)
def compiled_as_for_users(optimized: None) -> None:
    """Every test of this folder asks for `optimized`."""
