"""What is said where an optional package is missing."""

import importlib.util
import sys

import pytest

from jaxenvs import extras


def test_a_missing_package_names_its_extra_for_an_install_and_a_checkout() -> None:
    with pytest.raises(extras.MissingExtra) as error, extras.needs("render"):
        import no_such_package  # type: ignore[import-not-found] # noqa: F401
    assert str(error.value) == (
        "needs no_such_package, which is not installed: "
        "pip install 'jaxenvs[render]', or '.[render]' in a checkout"
    )
    assert isinstance(error.value, ImportError)
    assert error.value.name == "no_such_package"


def test_a_module_of_ours_that_is_missing_is_no_extra() -> None:
    with pytest.raises(ModuleNotFoundError) as error, extras.needs("render"):
        import jaxenvs.no_such_module  # type: ignore[import-not-found] # noqa: F401
    assert not isinstance(error.value, extras.MissingExtra)


def test_the_inner_extra_is_the_one_that_is_named() -> None:
    with (
        pytest.raises(extras.MissingExtra, match="render"),
        extras.needs("baselines"),
        extras.needs("render"),
    ):
        import no_such_package  # type: ignore[import-not-found] # noqa: F401


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("jaxenvs.baselines", "optax", "baselines"),
        ("jaxenvs.render.window", "pygame", "render"),
        ("jaxenvs.render.record", "imageio_ffmpeg", "render"),
    ],
)
def test_modules_that_need_an_extra_say_so(module, package, extra, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.loader is not None
    with pytest.raises(extras.MissingExtra, match=rf"needs {package}.*jaxenvs\[{extra}\]"):
        found.loader.exec_module(importlib.util.module_from_spec(found))
