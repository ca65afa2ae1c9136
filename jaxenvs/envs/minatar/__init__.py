"""MinAtar: five Atari games on a 10 x 10 board.

`v1` has the actions that mean something in the game, `v0` all six of MinAtar.
"""

from jaxenvs.registry import register

_FRESH_START = "an episode opens with no last action to repeat, as MinAtar's first one does"

for _name, _module in (
    ("Asterix", "asterix"),
    ("Breakout", "breakout"),
    ("Freeway", "freeway"),
    ("Seaquest", "seaquest"),
    ("SpaceInvaders", "space_invaders"),
):
    for _version, _minimal in (("v0", False), ("v1", True)):
        register(
            f"MinAtar-{_name}-{_version}",
            f"jaxenvs.envs.minatar.{_module}:{_name}",
            max_steps=0,
            reference=f"MinAtar 1.0.15 MinAtar/{_name}-{_version}",
            deviations=(_FRESH_START,),
            minimal_actions=_minimal,
        )
