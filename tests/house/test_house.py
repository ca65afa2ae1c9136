"""The house stays as it is: modules and functions that fit a head, nothing written twice."""

import pytest

from tests.house.allowed import ALLOWED
from tests.house.lint import ROOT, faults, python_files

COPIED = [f"a[{i}] = b[{i}]" for i in range(8)]


@pytest.fixture(scope="module")
def found():
    return faults(ROOT)


def test_nothing_is_too_long_or_written_twice(found):
    """A fault is mended; where it must stay, `allowed.py` says why."""
    new = [fault for fault in found if (fault.rule, fault.where) not in ALLOWED]
    assert not new, "\n".join(f"{rule} {where}: {what}" for rule, where, what in new)


def test_what_is_allowed_is_needed(found):
    stale = set(ALLOWED) - {(fault.rule, fault.where) for fault in found}
    assert not stale, "tests/house/allowed.py lists what is mended: take it out"


def test_what_is_allowed_has_its_reason():
    assert all(reason.strip() for reason in ALLOWED.values())


def lines(count, indent=""):
    """So many lines of code, no two equal."""
    return "".join(f"{indent}x{i} = {i}\n" for i in range(count))


@pytest.fixture
def look(tmp_path):
    """A function that writes files into an empty tree and lists (rule, where) of its faults."""

    def written(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [(fault.rule, fault.where) for fault in faults(tmp_path)]

    return written


def test_a_module_over_400_lines_is_found(look):
    assert look({"render/a.py": lines(400)}) == []
    assert look({"render/a.py": lines(401)}) == [("module", "render/a.py")]


def test_a_function_over_60_lines_is_found(look):
    assert look({"jaxenvs/a.py": "def f():\n" + lines(59, "    ")}) == []
    longer = "def f():\n" + lines(60, "    ")
    assert look({"jaxenvs/a.py": longer}) == [("function", "jaxenvs/a.py::f")]


def test_a_method_and_a_function_inside_one_are_named(look):
    start = "class C:\n    def f(self):\n        def g():\n"
    assert look({"tests/a.py": start + lines(58, " " * 12)}) == []
    found = look({"tests/a.py": start + lines(60, " " * 12)})
    assert found == [("function", "tests/a.py::C.f"), ("function", "tests/a.py::C.f.g")]


def test_a_crowded_family_is_found(look):
    family = {f"jaxenvs/envs/zoo/{i}.py": "" for i in range(20)} | {
        "jaxenvs/envs/zoo/__init__.py": "",
        "jaxenvs/envs/zoo/cats/lion.py": "",
        **{f"jaxenvs/wrappers/{i}.py": "" for i in range(30)},
    }
    assert look(family) == []
    assert look({"jaxenvs/envs/zoo/20.py": ""}) == [("folder", "jaxenvs/envs/zoo")]


def test_a_copied_run_of_8_lines_is_found_however_it_is_laid_out(look):
    other = "\n\n    # why\n".join(f"    {line}  # so" for line in COPIED)
    files = {
        "tests/a.py": "\n".join(["one = 1", *COPIED]),
        "docs/z.py": f'def f():\n    """Text."""\n    import os\n\n{other}\n',
    }
    assert look(files) == [("copy", "docs/z.py ~ tests/a.py")]


def test_a_run_copied_within_a_file_is_found_once_with_its_length(look, tmp_path):
    twice = [*COPIED, "c = 1", "between = 1", *COPIED, "c = 1"]
    assert look({"tests/a.py": "\n".join(twice)}) == [("copy", "tests/a.py ~ tests/a.py")]
    assert faults(tmp_path)[0].what == "9 lines, 1-9 as from 11"


def test_seven_lines_are_no_copy(look):
    seven = "\n".join(COPIED[:7])
    assert look({"tests/a.py": seven, "tests/b.py": seven}) == []


def test_imports_texts_and_lone_punctuation_are_no_copy(look):
    names = "".join(f"    name_{i},\n" for i in range(9))
    text = '"""' + "Words.\n" * 9 + f'"""\nfrom os import (\n{names})\n' + "(\n)\n" * 9
    assert look({"tests/a.py": text, "tests/b.py": text}) == []


def test_links_are_not_followed(look, tmp_path):
    look({"baselines/a.py": "x = 1\n", "jaxenvs/b.py": ""})
    (tmp_path / "jaxenvs" / "baselines").symlink_to(tmp_path / "baselines")
    assert [path.name for path in python_files(tmp_path)] == ["b.py", "a.py"]
