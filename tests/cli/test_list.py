import json
import re

import jaxenvs
from jaxenvs.cli import main, table


def listed(capsys, *flags):
    assert main(["list", "--json", *flags]) == 0
    return json.loads(capsys.readouterr().out)


def test_all_environments_are_listed(capsys):
    assert [row["id"] for row in listed(capsys)] == jaxenvs.list_envs()


def test_filters_combine(capsys):
    rows = listed(capsys, "--family", "classic", "cartPOLE")
    assert [row["id"] for row in rows] == ["CartPole-v0", "CartPole-v1"]
    assert not any(row["multi_agent"] for row in listed(capsys, "--single-agent"))


def test_games_are_found_by_the_names_of_their_classes_and_originals(capsys):
    found = {row["id"] for row in listed(capsys, "memorychain")}
    assert found == {"bsuite-MemoryLength-v0", "bsuite-MemorySize-v0"}
    assert "Taxi-v4" in {row["id"] for row in listed(capsys, "gymnasium 1.4")}


def test_a_row_tells_what_it_is_and_how_it_differs(capsys):
    (row,) = listed(capsys, "CartPole-v1", "--spaces")
    assert row["family"] == "classic"
    assert row["max_steps"] == 500
    assert row["reference"].startswith("Gymnasium")
    assert row["deviations"]
    assert row["action_space"] == "Discrete(2)"
    assert "(4,)" in row["observation_space"]


def test_the_table_is_aligned(capsys):
    assert main(["list", "CartPole", "--family", "classic", "--spaces"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:4] == ["id", "family", "limit", "agents"]
    assert [row.split()[0] for row in rows] == ["CartPole-v0", "CartPole-v1"]
    assert "Box(4,) float32" in rows[0]
    assert all(row.index("Gymnasium") == header.index("port of") for row in rows)


def test_numbers_are_right_aligned():
    text = table.plain(["name", "n"], [["a", "1"], ["bbbbb", "1000"]], frozenset({1}))
    assert text.splitlines() == ["name      n", "a         1", "bbbbb  1000"]


def test_a_terminal_gets_a_framed_table(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    table.show(["id", "what"], [["A[1]", "word " * 30]], frozenset())
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert len(shown) > 3  # the prose is wrapped
    assert max(map(len, shown)) <= 60
    assert any("A[1]" in line for line in shown)
