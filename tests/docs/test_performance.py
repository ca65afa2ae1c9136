"""The tables of docs/performance.md are those of the rows that were measured."""

import json

import jaxenvs
from benchmarks import suite, talk

ROWS = json.loads(suite.ROWS.read_text())


def test_the_tables_are_up_to_date():
    page = suite.PAGE.read_text()
    assert suite.written(page, ROWS) == page


def test_the_table_of_three_sizes_is_up_to_date():
    page = suite.PAGE.read_text()
    assert talk.written(page) == page


def test_originals_and_batches_stand_in_their_columns():
    speeds = {"jaxenvs 1": 2e3, "jaxenvs 100": 1e5, "jaxenvs 10000": 4e6, "jaxmarl 100": 5e4}
    cells = talk.row("X-v0", {"HLE in Python 1": 1e3, "HLE in C++ 1": 4e5} | speeds)
    assert cells[1:3] == ["HLE in Python; HLE in C++", "1 k; 400 k"]
    assert cells[3:] == ["", "2 k", "50 k", "100 k", "", "4 M", "4,000; 10"]


def test_rows_are_of_ids_that_exist():
    assert set(ROWS) <= set(jaxenvs.list_envs())


def test_one_id_stands_for_a_task():
    assert len(suite.chosen("popgym")) == 14
    assert "MiniGrid-DoorKey-16x16-v0" in suite.chosen("grid")
    assert "MiniGrid-DoorKey-5x5-v0" not in suite.chosen("grid")


def test_numbers_are_brief():
    assert [suite.brief(n) for n in (999, 1234, 123_456, 9_870_000, 523_000_000)] == [
        "999",
        "1.23 k",
        "123 k",
        "9.87 M",
        "523 M",
    ]


def test_peers_stand_in_their_columns():
    row = {"id": "X-v0", "bytes_per_env": 8, "compile_seconds": 1.0, "first_step_seconds": 0.5}
    libraries = {"jaxenvs": 4e6, "gymnax": 1e6, "gymnasium (numpy vector)": 2e6}
    libraries["gymnasium (sync, 8 envs)"] = 1e4
    found = [row | {"library": name, "steps_per_second": n} for name, n in libraries.items()]
    assert suite.speed_row("X-v0", found)[1:] == ["4 M", "1 M", "4", "10 k", "400", "8"]
    assert suite.compile_row("X-v0", found)[1:] == ["1.00", "1.00", "0.50", "0.50"]
    assert suite.speed_row("X-v0", found[:1])[1:] == ["4 M", "", "", "", "", "8"]
