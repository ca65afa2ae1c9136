"""Scenes as plain values and JSON files.

    {"version": 1, "gravity": [0.0, -9.81],
     "bodies": [{"kind": "circle", "position": [0.0, 1.0], "radius": 0.5, "name": "ball"}, ...],
     "planes": [...], "joints": [...], "thrusters": [...], "rules": [...]}

The fields are those of the records. Fields left out have their defaults, which stay what they are
for this version. What is read is the scene that was written, to the last bit.
"""

import dataclasses
import json
import os
import pathlib
from typing import TYPE_CHECKING, Any, TypeVar

from jaxenvs.files import replacing
from jaxenvs.physics2d.records import Record, SceneError, describe
from jaxenvs.physics2d.scene_checks import KINDS

if TYPE_CHECKING:
    from jaxenvs.physics2d.scene import Scene

VERSION = 1
SceneT = TypeVar("SceneT", bound="Scene")


def to_dict(scene: "Scene") -> dict[str, Any]:
    """See `Scene.to_dict`."""
    scene.validate()
    lists = {name: [_changed(part) for part in getattr(scene, name)] for name in KINDS}
    settings = {"gravity": list(scene.gravity), "joined": scene.joined}
    return {"version": VERSION} | settings | {name: parts for name, parts in lists.items() if parts}


def from_dict(cls: type[SceneT], fields: Any) -> SceneT:
    """See `Scene.from_dict`."""
    _check_object("scene", fields)
    if "version" not in fields:
        raise SceneError(f"scene: version: expected {VERSION}, it is missing")
    version = fields["version"]
    if type(version) is not int or version != VERSION:
        raise SceneError(f"scene: version: expected {VERSION}, got {version!r}")
    rest = {name: value for name, value in fields.items() if name != "version"}
    _check_names("scene", rest, cls, also=("version",))
    for name, (kind, record) in KINDS.items():
        parts = rest.get(name, [])
        if not isinstance(parts, list | tuple):
            raise SceneError(f"scene: {name}: expected a list, got {_kind(parts)}")
        rest[name] = tuple(_part(kind, index, part, record) for index, part in enumerate(parts))
    return cls(**rest).validate()


def to_json(scene: "Scene") -> str:
    """See `Scene.to_json`."""
    lines = []
    for name, value in to_dict(scene).items():
        if name in KINDS:
            parts = ",\n  ".join(json.dumps(part, ensure_ascii=False) for part in value)
            lines.append(f'"{name}": [\n  {parts}\n ]')
        else:
            lines.append(f'"{name}": {json.dumps(value)}')
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def from_json(cls: type[SceneT], text: str) -> SceneT:
    """See `Scene.from_json`."""
    try:
        fields = json.loads(text, object_pairs_hook=_without_repeats)
    except SceneError:
        raise
    except ValueError as error:  # also a number of thousands of digits
        raise SceneError(f"scene: not JSON: {error}") from None
    except RecursionError as error:
        raise SceneError(f"scene: not a scene: {error}") from None
    return from_dict(cls, fields)


def save(scene: "Scene", path: str | os.PathLike[str]) -> None:
    """See `Scene.save`."""
    path = pathlib.Path(path)
    text = to_json(scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def load(cls: type[SceneT], path: str | os.PathLike[str]) -> SceneT:
    """See `Scene.load`."""
    try:
        return from_json(cls, pathlib.Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise SceneError(f"{os.fspath(path)}: scene: not text: {error}") from None
    except SceneError as error:
        raise SceneError(f"{os.fspath(path)}: {error}") from None


def _changed(part: Record) -> dict[str, Any]:
    """The fields of a record that differ from their default, or have none."""
    fields = dataclasses.fields(part)  # type: ignore[arg-type]
    values = {field.name: getattr(part, field.name) for field in fields}
    defaults = {field.name: field.default for field in fields}
    return {name: _lists(value) for name, value in values.items() if value != defaults[name]}


def _lists(value: Any) -> Any:
    return [_lists(one) for one in value] if isinstance(value, tuple) else value


def _part(kind: str, index: int, fields: Any, record: type[Any]) -> Any:
    _check_object(f"{kind} {index}", fields)
    label = describe(kind, index, fields)
    _check_names(label, fields, record)
    for field in dataclasses.fields(record):
        if field.default is dataclasses.MISSING and field.name not in fields:
            raise SceneError(f"{label}: {field.name}: expected a value, it is missing")
    return record(**fields)


def _check_object(label: str, fields: Any) -> None:
    if not isinstance(fields, dict):
        raise SceneError(f"{label}: expected an object with fields, got {_kind(fields)}")


def _check_names(
    label: str, fields: dict[Any, Any], record: type[Any], also: tuple[str, ...] = ()
) -> None:
    known = [*also, *(field.name for field in dataclasses.fields(record))]
    for name in fields:
        if name not in known:
            raise SceneError(f"{label}: {name}: unknown field; fields are {', '.join(known)}")


def _kind(value: Any) -> str:
    return {type(None): "null", dict: "an object", list: "a list"}.get(type(value), repr(value))


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise SceneError(f"scene: {repeated}: expected once in an object, it is there twice")
    return fields
