"""The headline figures of the README and of the home page: benchmarks/suite.json, and the times of
training in docs/performance.md. No figure is written down anywhere else."""

import json
from typing import Any

import numpy as np
from solved import ROOT, tables
from words import table

PERFORMANCE = ROOT / "docs" / "performance.md"
HEADLINES = (
    "CartPole-v1",
    "Acrobot-v1",
    "MinAtar-Breakout-v1",
    "MiniGrid-DoorKey-16x16-v0",
    "MPE-SimpleSpread-v3",
    "Overcooked-CrampedRoom-v0",
    "Hanabi-Full-2p-v0",
)
PEERS = {
    "gymnax": "gymnax",
    "navix": "Navix",
    "jaxmarl": "JaxMARL",
    "gymnasium (numpy vector)": "Gymnasium's numpy batch",
}
"""Libraries that also step a whole batch at once."""


def speeds() -> dict[str, dict[str, float]]:
    """Steps per second by id and library."""
    rows: dict[str, list[dict[str, Any]]] = json.loads(
        (ROOT / "benchmarks" / "suite.json").read_text()
    )
    return {
        env_id: {row["library"]: row["steps_per_second"] for row in found}
        for env_id, found in rows.items()
    }


def training_seconds(what: str, num_agents: int) -> str:
    """Seconds of PPO on CartPole from start to end, compile included, as the page has them."""
    for head, rows in tables(PERFORMANCE.read_text()):
        if head[:2] == ["what", "agents"]:
            return next(
                row[4] for row in rows if row[0].strip("`") == what and row[1] == str(num_agents)
            )
    raise LookupError(f"{PERFORMANCE.name}: no table of training times")


def headline_table(performance: str) -> str:
    """The figures beside the peers', with a link to the page of them all."""
    rows = [_speed_row(env_id, by_library) for env_id, by_library in _chosen()]
    ours, theirs = "jaxenvs, one program", "recipe on gymnax, one program"
    rows += [
        (
            "PPO, 500,000 steps of CartPole, compile included",
            f"**{training_seconds(ours, 1)} s**",
            f"PureJaxRL's recipe on gymnax {training_seconds(theirs, 1)} s",
        ),
        ("the same, eight agents", f"**{training_seconds('jaxenvs train', 8)} s**", ""),
    ]
    return "\n\n".join(
        [
            "Steps per second of 1,024 environments with random actions, on two cores of a CPU, "
            "beside what else steps a batch at once, in the same run:",
            table(("what", "jaxenvs", "others"), rows),
            f"[Performance]({performance}) has every family, with the machine and the command that "
            "made each figure.",
        ]
    )


def cards(num_ids: int, num_families: int) -> str:
    """Four figures, large, for the home page."""
    by_id = speeds()
    cartpole, hanabi = by_id["CartPole-v1"], by_id["Hanabi-Full-2p-v0"]
    texts = [
        (str(num_ids), f"environments in {num_families} families, compared with their originals"),
        (
            f"{brief(cartpole['jaxenvs'])}",
            "steps of CartPole per second on two CPU cores; "
            f"gymnax {brief(cartpole['gymnax'])} beside it",
        ),
        (f"{ratio(hanabi, 'jaxmarl')} ×", "JaxMARL's speed in Hanabi for two, and the same game"),
        (
            f"{training_seconds('jaxenvs, one program', 1)} s",
            "for PPO to solve CartPole, compile included",
        ),
    ]
    boxes = [f"<div><strong>{figure}</strong> {text}</div>" for figure, text in texts]
    return "\n".join(['<div class="figures">', *boxes, "</div>"])


def _chosen() -> list[tuple[str, dict[str, float]]]:
    by_id = speeds()
    return [(env_id, by_id[env_id]) for env_id in HEADLINES]


def _speed_row(env_id: str, by_library: dict[str, float]) -> tuple[str, ...]:
    others = [
        f"{name} {brief(by_library[library])}"
        for library, name in PEERS.items()
        if library in by_library
    ]
    return env_id, f"**{brief(by_library['jaxenvs'])}**", ", ".join(others)


def ratio(by_library: dict[str, float], library: str) -> str:
    """How many of its steps ours makes, in two digits."""
    return f"{by_library['jaxenvs'] / by_library[library]:.2g}"


def brief(number: float) -> str:
    """A number of steps in three digits: 40.2 M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            digits = np.format_float_positional(number / size, 3, fractional=False, trim="-")
            return f"{digits} {unit}"
    return f"{number:.0f}"
