"""Miscellany: small bandits, mazes and toys, as in gymnax."""

from jaxenvs.registry import register

_FOLDER = "jaxenvs.envs.misc"
_ORIGINAL = "gymnax 1.0.1"

register(
    "Misc-BernoulliBandit-v0",
    f"{_FOLDER}.bernoulli_bandit:BernoulliBandit",
    max_steps=100,
    reference=f"{_ORIGINAL} BernoulliBandit-misc",
)
register(
    "Misc-GaussianBandit-v0",
    f"{_FOLDER}.gaussian_bandit:GaussianBandit",
    max_steps=100,
    reference=f"{_ORIGINAL} GaussianBandit-misc",
)
register(
    "Misc-FourRooms-v0",
    f"{_FOLDER}.four_rooms:FourRooms",
    max_steps=500,
    reference=f"{_ORIGINAL} FourRooms-misc",
)
register(
    "Misc-MetaMaze-v0",
    f"{_FOLDER}.meta_maze:MetaMaze",
    max_steps=200,
    reference=f"{_ORIGINAL} MetaMaze-misc",
)
register(
    "Misc-PointRobot-v0",
    f"{_FOLDER}.point_robot:PointRobot",
    max_steps=100,
    reference=f"{_ORIGINAL} PointRobot-misc",
)
register("Misc-Pong-v0", f"{_FOLDER}.pong:Pong", max_steps=1000, reference=f"{_ORIGINAL} Pong-misc")
register(
    "Misc-Reacher-v0",
    f"{_FOLDER}.reacher:Reacher",
    max_steps=100,
    reference=f"{_ORIGINAL} Reacher-misc",
)
register(
    "Misc-Swimmer-v0",
    f"{_FOLDER}.swimmer:Swimmer",
    max_steps=500,
    reference=f"{_ORIGINAL} Swimmer-misc",
)
