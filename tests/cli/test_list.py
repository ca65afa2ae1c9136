import json
import re

import pytest

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
    names = ["id", "agents", "limit", "observation", "action", "family", "port", "of"]
    assert header.split() == names
    assert [row.split()[0] for row in rows] == ["CartPole-v0", "CartPole-v1"]
    assert "Box(4,)" in rows[0]
    assert all(row.index("Gymnasium") == header.index("port of") for row in rows)


def test_numbers_are_right_aligned():
    text = table.plain(["name", "n"], [["a", "1"], ["bbbbb", "1000"]], {1})
    assert text.splitlines() == ["name      n", "a         1", "bbbbb  1000"]


def in_terminal(monkeypatch, capsys, columns, *argv):
    """What a terminal of that width shows, without colors."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["list", *argv]) == 0
    return capsys.readouterr().out


def test_a_terminal_gets_a_framed_table(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    table.show(["id", "what"], [["A[1]", "word " * 30]], prose={1: 20})
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert len(shown) > 3  # the prose is wrapped
    assert max(map(len, shown)) <= 60
    assert any("A[1]" in line for line in shown)


@pytest.mark.parametrize("flags", [[], ["--spaces", "--family", "mpe"]])
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_narrow_terminal_gets_fewer_columns_and_whole_cells(columns, flags, monkeypatch, capsys):
    shown = in_terminal(monkeypatch, capsys, columns, *flags)
    assert "…" not in shown
    assert "\x1b" not in shown
    header, _, *lines = shown.splitlines()
    assert max(map(len, shown.splitlines())) <= columns
    ids = {line.split()[0] for line in lines if not line.startswith(" ")}
    assert ids == set(jaxenvs.list_envs("mpe" if flags else None))
    if flags and columns == 60:
        assert header.split() == ["id", "observation", "action"]
    else:
        assert header.split()[:2] == ["id", "agents"]
    assert ("port of" in header) == (columns == 120)


def test_the_columns_that_are_left_out_are_the_dispensable_ones():
    header, rows = ["id", "n", "what", "why"], [["a" * 20, "1", "b" * 10, "c" * 50]]
    assert table.fitting(header, rows, 100, {3: 20}, (3, 2)) == [0, 1, 2, 3]
    assert table.fitting(header, rows, 57, {3: 20}, (3, 2)) == [0, 1, 2, 3]
    assert table.fitting(header, rows, 56, {3: 20}, (3, 2)) == [0, 1, 2]
    assert table.fitting(header, rows, 10, {3: 20}, (3, 2)) == [0, 1]


def test_the_number_of_agents_is_that_of_the_game(capsys):
    shown = {row["id"]: row["num_agents"] for row in listed(capsys)}
    for env_id in ("CartPole-v1", "MPE-Simple-v3", "MPE-SimpleSpread-v3", "Hanabi-Full-5p-v0"):
        env = jaxenvs.make(env_id)
        assert shown[env_id] == getattr(env, "num_agents", 1)
    assert main(["list", "Hanabi-Full-5p"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["Hanabi-Full-5p-v0", "5"]
