"""Overcooked: cooks who have to share a kitchen."""

import re

from jaxenvs.registry import register

LAYOUTS = (
    "cramped_room",
    "asymmetric_advantages",
    "coordination_ring",
    "forced_coordination",
    "counter_circuit_o_1order",
    "asymmetric_advantages_tomato",
    "bonus_order_test",
    "bottleneck",
    "centre_objects",
    "centre_pots",
    "corridor",
    "counter_circuit",
    "cramped_corridor",
    "cramped_room_o_3orders",
    "cramped_room_single",
    "cramped_room_tomato",
    "five_by_five",
    "forced_coordination_tomato",
    "inverse_marshmallow_experiment",
    "large_room",
    "long_cook_time",
    "m_shaped_s",
    "marshmallow_experiment",
    "marshmallow_experiment_coordination",
    "mdp_test",
    "multiplayer_schelling",
    "pipeline",
    "scenario1_s",
    "scenario2",
    "scenario2_s",
    "scenario3",
    "scenario4",
    "schelling",
    "schelling_s",
    "simple_o",
    "simple_o_t",
    "simple_tomato",
    "small_corridor",
    "soup_coordination",
    "tutorial_0",
    "tutorial_1",
    "tutorial_2",
    "tutorial_3",
    "unident",
    "you_shall_not_pass",
)
"""The kitchens of overcooked-ai; the first five are the classic ones."""


def env_id(layout: str) -> str:
    """The id of a layout: its words, and the parts of words that follow digits, in capitals."""
    words = re.findall(r"[0-9]+|[a-z]+", layout)
    return f"Overcooked-{''.join(word.capitalize() for word in words)}-v0"


for _layout in LAYOUTS:
    register(
        env_id(_layout),
        "jaxenvs.envs.overcooked.overcooked:Overcooked",
        max_steps=400,
        reference=f"overcooked-ai 1.1.0's {_layout}",
        multi_agent=True,
        layout=_layout,
    )
