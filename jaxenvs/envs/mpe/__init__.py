"""The multi-agent particle world: teams, adversaries and messages, as in MPE2."""

from typing import Any

from jaxenvs.registry import register

_FLAGS = "the last step of an episode may be terminated and truncated at once"
_TOGETHER = "bodies at the very same place do not push each other, where the original gives NaN"


def _add(
    name: str,
    entry: str,
    original: str,
    version: int,
    deviations: tuple[str, ...] = (),
    **kwargs: Any,
) -> None:
    register(
        f"MPE-{name}-v{version}",
        f"jaxenvs.envs.mpe.{entry}",
        max_steps=25,
        reference=f"{original}_v{version}",
        deviations=deviations,
        multi_agent=True,
        **kwargs,
    )


_add("Simple", "simple:Simple", "mpe2 1.1.1 simple", 3)
_add("SimpleAdversary", "adversary:Adversary", "mpe2 1.1.1 simple_adversary", 3)
_add("SimpleCrypto", "crypto:Crypto", "mpe2 1.1.1 simple_crypto", 3)
_add("SimplePush", "push:Push", "mpe2 1.1.1 simple_push", 3, (_TOGETHER,))
_add("SimpleReference", "reference:Reference", "mpe2 1.1.1 simple_reference", 3)
_add(
    "SimpleSpeakerListener",
    "speaker_listener:SpeakerListener",
    "mpe2 1.1.1 simple_speaker_listener",
    4,
)
_add("SimpleSpread", "spread:Spread", "mpe2 1.1.1 simple_spread", 3, (_FLAGS, _TOGETHER))
_add("SimpleTag", "tag:Tag", "mpe2 1.1.1 simple_tag", 3, (_FLAGS, _TOGETHER))
_add("SimpleWorldComm", "world_comm:WorldComm", "mpe2 1.1.1 simple_world_comm", 3, (_TOGETHER,))
_add(
    "SimpleFormation", "formation:Formation", "mpe2 1.1.1 simple_formation", 1, (_FLAGS, _TOGETHER)
)
_add("SimpleLine", "line:Line", "mpe2 1.1.1 simple_line", 1, (_FLAGS, _TOGETHER))
_add("CollectTreasure", "collect_treasure:CollectTreasure", "mpe2 1.1.1 collect_treasure", 1)
for _predators, _prey, _obstacles in ((3, 1, 2), (6, 2, 4), (9, 3, 6)):
    register(
        f"MPE-Facmac{_predators}a-v1",
        "jaxenvs.envs.mpe.facmac:Facmac",
        max_steps=25,
        reference=f"FACMAC continuous_pred_prey_{_predators}a",
        deviations=(
            "actions are MPE's five, where FACMAC's are pushes along two axes",
            "every predator gets the team's reward, and sees 1.5 far unless told otherwise",
        ),
        multi_agent=True,
        num_predators=_predators,
        num_prey=_prey,
        num_obstacles=_obstacles,
    )
