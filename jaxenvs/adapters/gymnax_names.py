"""gymnax's names of games, and which of ours, with which settings, they mean."""

from typing import Any

_MINATAR = {"sticky_action_prob": 0.0, "max_steps": 1000, "as_float": True}

GYMNAX_NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    # MinAtar there has no sticky actions and ends after 1,000 steps.
    **{
        f"{game}-MinAtar": (f"MinAtar-{game}-v1", _MINATAR)
        for game in ("Asterix", "Breakout", "Seaquest", "SpaceInvaders")
    },
    "Freeway-MinAtar": ("MinAtar-Freeway-v1", _MINATAR | {"time_limit": 0, "max_steps": 2500}),
    "Catch-bsuite": ("bsuite-Catch-v0", {}),
    "DeepSea-bsuite": ("bsuite-DeepSea-v0", {"size": 8}),
    "MemoryChain-bsuite": ("bsuite-MemoryLength-v0", {"memory_length": 5}),
    "UmbrellaChain-bsuite": ("bsuite-UmbrellaLength-v0", {"n_distractor": 0}),
    "DiscountingChain-bsuite": ("bsuite-DiscountingChain-v0", {}),
    "MNISTBandit-bsuite": ("bsuite-MNIST-v0", {}),
    "SimpleBandit-bsuite": ("bsuite-Bandit-v0", {}),
    **{
        f"{game}-misc": (f"Misc-{game}-v0", {})
        for game in (
            "BernoulliBandit",
            "FourRooms",
            "GaussianBandit",
            "MetaMaze",
            "PointRobot",
            "Pong",
            "Reacher",
            "Swimmer",
        )
    },
    "FrozenLake-misc": ("FrozenLake-v1", {}),
}
"""From a name there that is not ours to our id, and to the options of `jaxenvs.make`."""
