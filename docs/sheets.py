"""Which classes are shown by several of their ids."""

SHEETS: dict[str, list[list[str]]] = {
    "Overcooked": [
        [
            "Overcooked-CrampedRoom-v0",
            "Overcooked-CoordinationRing-v0",
            "Overcooked-ForcedCoordination-v0",
        ],
        ["Overcooked-AsymmetricAdvantages-v0", "Overcooked-CounterCircuitO1Order-v0"],
        [
            "Overcooked-Bottleneck-v0",
            "Overcooked-LargeRoom-v0",
            "Overcooked-MultiplayerSchelling-v0",
        ],
    ],
    "Crossing": [["MiniGrid-SimpleCrossingS9N3-v0", "MiniGrid-LavaCrossingS11N5-v0"]],
    "MultiRoom": [["MiniGrid-MultiRoom-N4-S5-v0", "MiniGrid-MultiRoom-N6-v0"]],
    "KeyCorridor": [["MiniGrid-KeyCorridorS3R1-v0", "MiniGrid-KeyCorridorS6R3-v0"]],
    "FrozenLake": [["FrozenLake-v1", "FrozenLake8x8-v1"]],
    "Kinetix": [
        [f"Kinetix-L-Symbolic-Discrete-v0 level={name}" for name in row]
        for row in (("l/mjc_half_cheetah", "l/hard_lunar_lander"), ("l/h6_lorry", "l/gears"))
    ],
}
"""By class: the ids that its picture shows, row by row, where they look different.

An id may be followed by `NAME=VALUE`, as on the command line.
"""
