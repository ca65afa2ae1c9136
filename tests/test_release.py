"""The front door: workflows, templates, and what a release checks before it is built."""

import pathlib
import shutil
import tomllib

import pytest
import yaml

import jaxenvs
from tools import release

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = sorted(path for path in (ROOT / ".github").rglob("*.yml"))
TEMPLATES = [p for p in PAGES if p.parent.name == "ISSUE_TEMPLATE" and p.stem != "config"]

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n\n### Added\n\n- All.\n"


@pytest.fixture
def copy(tmp_path):
    """The files that a release compares."""
    (tmp_path / "jaxenvs").mkdir()
    for name in ("pyproject.toml", "CITATION.cff", "jaxenvs/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_versions_agree():
    assert release.check_versions(ROOT, f"v{jaxenvs.__version__}") == jaxenvs.__version__


@pytest.mark.parametrize("name", ["pyproject.toml", "CITATION.cff", "jaxenvs/__init__.py"])
def test_a_version_that_was_forgotten_is_named(copy, name):
    path = copy / name
    path.write_text(path.read_text().replace(jaxenvs.__version__, "9.9.9", 1))
    named = "jaxenvs/__init__.py" if name == "pyproject.toml" else name
    with pytest.raises(release.Mismatch, match=f"{named}: expected"):
        release.check_versions(copy)


def test_a_tag_of_another_version_is_refused():
    with pytest.raises(release.Mismatch, match="the tag: expected"):
        release.check_versions(ROOT, "v9.9.9")


def test_a_changelog_with_the_version_passes():
    release.check_changelog(CHANGELOG, "1.2.3")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[1.2.3]", "[1.2.2]", "second"),
        (" - 2026-01-31", "", "second"),
        ("2026-01-31", "2026-02-31", "day"),
        ("## [Unreleased]\n", "", "first"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n", "nothing under"),
        ("## [1.2.3] - 2026-01-31\n", "", "nothing under"),
    ],
)
def test_a_changelog_that_is_not_ready_is_refused(old, new, says):
    with pytest.raises(release.Mismatch, match=says):
        release.check_changelog(CHANGELOG.replace(old, new), "1.2.3")


def test_the_changelog_of_the_project_can_become_a_release():
    """Its form is that which the check reads: what is new stands under "Unreleased"."""
    text = (ROOT / "CHANGELOG.md").read_text()
    dated = text.replace("## [Unreleased]", "## [Unreleased]\n\n## [9.9.9] - 2026-01-31", 1)
    release.check_changelog(dated, "9.9.9")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_workflows_and_templates_are_yaml(page):
    assert isinstance(yaml.safe_load(page.read_text()), dict)


def test_the_workflow_runs_the_test_command_on_every_python():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    job = workflow["jobs"]["test"]
    assert any(step.get("run", "").startswith("make test ") for step in job["steps"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [line.rpartition(" ")[2] for line in project["classifiers"] if ":: 3." in line]
    assert job["strategy"]["matrix"]["python"] == named


def test_the_release_workflow_uses_targets_that_exist():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    commands = [step.get("run", "") for step in workflow["jobs"]["release"]["steps"]]
    assert any(command.startswith("make release ") for command in commands)
    assert "\nrelease: " in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: path.name)
def test_templates_ask_for_what_the_command_prints(page):
    form = yaml.safe_load(page.read_text())
    assert {"name", "description", "body"} <= set(form)
    fields = {field["id"]: field for field in form["body"]}
    assert len(fields) == len(form["body"])
    assert fields["version"]["attributes"]["label"] == "`jaxenvs --version --verbose`"
    for field in fields.values():
        assert field["type"] in ("input", "textarea", "checkboxes", "dropdown")
        assert field["attributes"]["label"]
