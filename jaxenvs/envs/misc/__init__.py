"""Miscellany: small bandits, mazes and toys, as in gymnax."""

from jaxenvs.registry import register

_FOLDER = "jaxenvs.envs.misc"
_CLOCK = "the clock is scaled by the time limit, where gymnax's is by 100 steps"
_CLIPPED = "actions beyond the space are clipped"

register(
    "Misc-BernoulliBandit-v0",
    f"{_FOLDER}.bernoulli_bandit:BernoulliBandit",
    max_steps=100,
    reference="gymnax 1.0.1 BernoulliBandit-misc",
    deviations=(_CLOCK, "rewards are floats, where gymnax's are integers"),
)
register(
    "Misc-GaussianBandit-v0",
    f"{_FOLDER}.gaussian_bandit:GaussianBandit",
    max_steps=100,
    reference="gymnax 1.0.1 GaussianBandit-misc",
    deviations=(_CLOCK, "observations lie in the declared space"),
)
register(
    "Misc-FourRooms-v0",
    f"{_FOLDER}.four_rooms:FourRooms",
    max_steps=500,
    reference="gymnax 1.0.1 FourRooms-misc",
    deviations=(
        "the picture shows the goal, and the agent where it is: gymnax swaps rows and columns",
        "no episode begins at its goal",
        "observations are float32, as the space says, where gymnax's are int32",
    ),
)
register(
    "Misc-MetaMaze-v0",
    f"{_FOLDER}.meta_maze:MetaMaze",
    max_steps=200,
    reference="gymnax 1.0.1 MetaMaze-misc",
    deviations=(
        _CLOCK,
        "nobody is put onto the goal, where gymnax ends one episode in 65 by that",
        "the middle of the maze, where episodes begin, is never a wall",
        "observations lie in the declared space",
    ),
)
register(
    "Misc-PointRobot-v0",
    f"{_FOLDER}.point_robot:PointRobot",
    max_steps=100,
    reference="gymnax 1.0.1 PointRobot-misc",
    deviations=(
        "the reward is for the place that a step leads to, where gymnax pays for the one it leaves",
        "the last action is shown as it was played, clipped",
        _CLOCK,
    ),
)
register(
    "Misc-Pong-v0",
    f"{_FOLDER}.pong:Pong",
    max_steps=1000,
    reference="gymnax 1.0.1 Pong-misc",
    deviations=(
        "the ball bounces off the upper border, through which it leaves gymnax's court",
        "1 for a point and -1 for one against, where gymnax gives 1 for each step but the last",
        "serves are random, where gymnax's are all the same",
        "observations are bools, where gymnax's are float32",
    ),
)
register(
    "Misc-Reacher-v0",
    f"{_FOLDER}.reacher:Reacher",
    max_steps=100,
    reference="gymnax 1.0.1 Reacher-misc",
    deviations=(_CLIPPED,),
)
register(
    "Misc-Swimmer-v0",
    f"{_FOLDER}.swimmer:Swimmer",
    max_steps=500,
    reference="gymnax 1.0.1 Swimmer-misc",
    deviations=(_CLIPPED,),
)
