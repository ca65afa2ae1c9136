"""MiniGrid: rooms, doors and keys, observed from the inside."""

from typing import Any

from jaxenvs.registry import register


def _add(name: str, entry: str, max_steps: int, version: int = 0, **kwargs: Any) -> None:
    register(
        f"MiniGrid-{name}-v{version}",
        f"jaxenvs.envs.grid.{entry}",
        max_steps=max_steps,
        reference=f"MiniGrid 3.2 MiniGrid-{name}-v{version}",
        **kwargs,
    )


for _size, _random in ((5, False), (5, True), (6, False), (6, True), (8, False), (16, False)):
    _add(
        f"Empty-{'Random-' if _random else ''}{_size}x{_size}",
        "empty:Empty",
        4 * _size**2,
        size=_size,
        random_start=_random,
    )
_add("FourRooms", "four_rooms:FourRooms", 100)
for _size in (5, 6, 8, 16):
    _add(f"DoorKey-{_size}x{_size}", "door_key:DoorKey", 10 * _size**2, size=_size)
for _size in (5, 6, 7):
    _add(f"LavaGapS{_size}", "lava_gap:LavaGap", 4 * _size**2, size=_size)
for _obstacle, _name in (("wall", "SimpleCrossing"), ("lava", "LavaCrossing")):
    for _size, _number in ((9, 1), (9, 2), (9, 3), (11, 5)):
        _add(
            f"{_name}S{_size}N{_number}",
            "crossing:Crossing",
            4 * _size**2,
            size=_size,
            num_crossings=_number,
            obstacle=_obstacle,
        )
for _size, _balls, _random in (
    (5, 2, False),
    (5, 2, True),
    (6, 3, False),
    (6, 3, True),
    (8, 4, False),
    (16, 8, False),
):
    _add(
        f"Dynamic-Obstacles-{'Random-' if _random else ''}{_size}x{_size}",
        "dynamic_obstacles:DynamicObstacles",
        4 * _size**2,
        size=_size,
        num_obstacles=_balls,
        random_start=_random,
    )
for _size, _rows in ((3, 1), (3, 2), (3, 3), (4, 3), (5, 3), (6, 3)):
    _add(
        f"KeyCorridorS{_size}R{_rows}",
        "key_corridor:KeyCorridor",
        30 * _size**2,
        room_size=_size,
        num_rows=_rows,
    )
_add("LockedRoom", "locked_room:LockedRoom", 190)
for _name, _version, _rooms, _size in (
    ("N2-S4", 0, 2, 4),
    ("N4-S5", 0, 6, 5),  # six rooms, whatever the name says, as in the original
    ("N4-S5", 1, 4, 5),
    ("N6", 0, 6, 10),
):
    _add(
        f"MultiRoom-{_name}",
        "multi_room:MultiRoom",
        20 * _rooms,
        version=_version,
        min_rooms=_rooms,
        max_rooms=_rooms,
        max_room_size=_size,
    )
_add("Unlock", "unlock:Unlock", 288)
