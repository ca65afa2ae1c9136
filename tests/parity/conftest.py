"""Keeps what parity tests report, and holds docs/parity.md to it."""

from collections.abc import Iterator

import pytest

from tests.parity import report


@pytest.fixture(autouse=True)
def rows_reach_the_page(request: pytest.FixtureRequest) -> Iterator[None]:
    """Writes the rows of a test that passed; fails where the page does not list their ids."""
    failed_before = request.session.testsfailed
    report.take()
    yield
    rows = report.take()
    if not rows or request.session.testsfailed > failed_before:
        return
    report.write(request.node.nodeid, rows)
    missing = sorted({row.env_id for row in rows} - report.listed())
    assert not missing, f"docs/parity.md does not list {missing}: run python docs/parity.py"
