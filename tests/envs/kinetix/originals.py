"""Kinetix's 74 level files as they are published, under the license in the archive.

    python -m tests.envs.kinetix.originals

writes jaxenvs/envs/kinetix/levels.json anew.
"""

import functools
import json
import pathlib
import tarfile
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np

from jaxenvs.envs import kinetix
from jaxenvs.envs.kinetix import files as level_files
from jaxenvs.envs.kinetix._level import SIZES, Level

ARCHIVE = pathlib.Path(__file__).with_name("originals.tar.xz")
PACKED = pathlib.Path(kinetix.__file__).with_name("levels.json")


@functools.cache
def files() -> dict[str, str]:
    """The texts by name, such as "s/h0_weak_thrust", and "LICENSE"."""
    with tarfile.open(ARCHIVE) as archive:
        members = [(member, archive.extractfile(member)) for member in archive.getmembers()]
        return {
            member.name.removesuffix(".json"): file.read().decode()
            for member, file in members
            if file is not None
        }


def names() -> list[str]:
    """The names of the levels."""
    return [name for name in files() if name != "LICENSE"]


def web_form(content: dict[str, Any], size: str = "") -> dict[str, Any]:
    """The content as the web editor would export it; with a size, as it would share it."""
    content = json.loads(json.dumps(content)) | {"version": "1.0.0"}
    for slot in content["env_state"]["polygon"] + content["env_state"]["circle"]:
        del slot["highlighted"]
    del content["static_env_params"]["downscale"]
    if size:
        content["env_params"] = {"type": "size", "size": "s", "params": None}
        content["static_env_params"] = {"type": "size", "size": size, "params": None}
    return content


def nested_form(content: dict[str, Any]) -> dict[str, Any]:
    """The content as the web editor would share a level of another size."""
    content = web_form(content)
    full = {"type": "full", "size": None, "params": content["static_env_params"]}
    return content | {"static_env_params": full}


def pack(levels: Mapping[str, Level]) -> str:
    """The text of `levels.json` for levels whose names begin with their size and "/"."""
    packed: dict[str, Any] = {}
    for size in SIZES:
        chosen = [name for name in levels if name.startswith(f"{size}/")]
        stacked = jax.tree.map(lambda *x: np.stack(x), *[levels[name] for name in chosen])
        packed[size] = {"names": [name.partition("/")[2] for name in chosen]} | {
            jax.tree_util.keystr(path, simple=True, separator="."): _plain(column)
            for path, column in jax.tree_util.tree_flatten_with_path(stacked)[0]
        }
    return json.dumps(packed, separators=(",", ":")).replace('],"', '],\n"') + "\n"


def _plain(array: np.ndarray) -> list[Any]:
    """As lists; a float in the shortest text that float32 reads back exactly, a bool as 0 or 1."""
    if array.dtype == np.float32:
        return [_plain(x) if x.ndim else float(str(x)) for x in array]
    return array.astype(np.int32).tolist()


# -- what two files must have in common to be one level ----------------------------------------

_BODY = (
    *("position", "rotation", "velocity", "angular_velocity", "friction", "restitution"),
    *("collision_mode", "role", "density"),
)
_JOINT = (
    *("a_index", "b_index", "a_relative_pos", "b_relative_pos", "motor_speed", "motor_power"),
    *("motor_on", "motor_has_joint_limits", "min_rotation", "max_rotation", "is_fixed_joint"),
    *("rotation", "motor_binding", "acc_impulse", "acc_r_impulse"),
)
_THRUSTER = ("object_index", "relative_position", "rotation", "power", "thruster_binding")
COPIED = {
    "polygon": (*_BODY, "n_vertices", "vertices"),
    "circle": (*_BODY, "radius"),
    "joint": _JOINT,
    "thruster": _THRUSTER,
}
SETTINGS = {"pixels_per_unit", "dense_reward_scale", "screen_dim", "downscale", "frame_skip"}


def differences(one: Any, other: Any, tolerance: float) -> Iterator[str]:
    """Where two files tell of different levels; `tolerance` is that of what is reckoned."""
    here, there = one["env_state"], other["env_state"]
    for kind, copied in COPIED.items():
        if len(here[kind]) != len(there[kind]):
            yield kind
        for i, (a, b) in enumerate(zip(here[kind], there[kind], strict=False)):
            if a["active"] is not b["active"]:
                yield f"{kind}.{i}.active"
            if not a["active"]:
                continue
            yield from (f"{kind}.{i}.{name}" for name in copied if not _equal(a[name], b[name]))
            for name in ("inverse_mass", "inverse_inertia"):
                if name in a and not _near(a[name], b[name], tolerance):
                    yield f"{kind}.{i}.{name}"
    active = [slot["active"] for kind in ("polygon", "circle") for slot in here[kind]]
    for i in np.flatnonzero(active):
        for j in np.flatnonzero(active):
            if (
                here["collision_matrix"][str(i)][str(j)]
                != there["collision_matrix"][str(i)][str(j)]
            ):
                yield f"collision_matrix.{i}.{j}"
    for i, joint in enumerate(here["joint"]):
        auto = [state.get("motor_auto", [False] * (i + 1))[i] for state in (here, there)]
        if joint["active"] and auto[0] is not auto[1]:
            yield f"motor_auto.{i}"
    for name in ("acc_rr_manifolds", "acc_cr_manifolds", "acc_cc_manifolds"):
        if len(here[name]) != len(there[name]):
            yield name
    if not _equal(here["gravity"], there["gravity"]):
        yield "gravity"
    for part in ("env_params", "static_env_params"):
        params = one[part]
        params = params if "type" not in params else params.get("params") or {}
        for name in params.keys() - SETTINGS:
            if not _equal(params[name], other[part][name]):
                yield f"{part}.{name}"


def _equal(a: Any, b: Any) -> bool:
    """Whether two values are the same in float32."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return bool(np.float32(a) == np.float32(b))


def _near(a: float, b: float, tolerance: float) -> bool:
    a, b = float(np.float32(a)), float(np.float32(b))  # 1e-46 is 0
    return abs(a - b) <= tolerance * abs(a)


if __name__ == "__main__":
    PACKED.write_text(pack({name: level_files.parse(files()[name]) for name in names()}))
