"""`jaxenvs --version --verbose`: what a report of a fault has to say about the machine."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterator

import jaxenvs

PACKAGES = ("jax", "jaxlib", "numpy", "gymnasium")
"""What every installation has; the packages of the extras are named with these."""

FLAGS = ("JAX_", "XLA_")
"""How the environment variables begin that change what JAX does."""


def text(verbose: bool) -> str:
    """The version in a line; `verbose`: also of what it runs on, which starts JAX's backend."""
    if not verbose:
        return f"jaxenvs {jaxenvs.__version__}"
    facts = [("jaxenvs", jaxenvs.__version__), ("Python", platform.python_version())]
    facts += [(name, version_of(name) or "not installed") for name in PACKAGES]
    facts += extras()
    facts += [("platform", f"{platform.platform()}, {os.cpu_count()} CPUs")]
    facts += [("devices", devices()), ("flags", flags()), ("cache", cache())]
    width = max(len(name) for name, _ in facts)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in facts)


def version_of(package: str) -> str:
    """The version of an installed package, without loading it; empty where there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def extras() -> list[tuple[str, str]]:
    """Rows of the extras of which something is installed: their packages, with the versions."""
    try:
        required = importlib.metadata.requires("jaxenvs") or []
    except importlib.metadata.PackageNotFoundError:
        return [("extras", "unknown: jaxenvs is run from its source, not installed")]
    rows = []
    for extra, packages in packages_by_extra(required).items():
        versions = {name: version_of(name) for name in packages}
        if any(versions.values()):
            have = [f"{name} {number or 'missing'}" for name, number in versions.items()]
            rows.append((f"[{extra}]", ", ".join(have)))
    return rows or [("extras", "none")]


def packages_by_extra(required: list[str]) -> dict[str, list[str]]:
    """The packages of each extra; an extra that is made of other extras is left out."""
    found: dict[str, list[str]] = {}
    for line in required:
        name = re.match(r"[\w.-]+", line)
        extra = re.search(r"extra == [\"']([\w.-]+)[\"']", line)
        if name and extra:
            found.setdefault(extra[1], []).append(name[0])
    return {extra: names for extra, names in found.items() if "jaxenvs" not in names}


def devices() -> str:
    """The backend with its devices, or why there is none."""
    import jax

    try:
        found = jax.devices()
    except RuntimeError as error:
        return f"none: {str(error).partition(chr(10))[0]}"
    kinds = dict.fromkeys(device.device_kind for device in found)
    return f"{jax.default_backend()}, {len(found)} x {', '.join(kinds)}"


def flags() -> str:
    """The environment variables that change what JAX does."""
    return ", ".join(_set_flags()) or "none"


def _set_flags() -> Iterator[str]:
    for name, value in sorted(os.environ.items()):
        if name.startswith(FLAGS):
            yield f"{name}={value}"


def cache() -> str:
    """The folder where compiled programs are kept between runs."""
    import jax

    return jax.config.jax_compilation_cache_dir or "off"  # type: ignore[attr-defined]
