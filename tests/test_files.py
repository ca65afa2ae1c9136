"""Files that are written whole or not at all."""

import pytest

from jaxenvs.files import replacing


def test_a_file_is_replaced_at_the_end(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "new"


def write_half(path):
    with replacing(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt


def test_what_fails_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_half(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "old"
