"""MPE: the multi-agent particle world of teams, adversaries and messages, as in MPE2."""

from typing import Any

from jaxenvs.registry import register


def _add(name: str, entry: str, original: str, version: int, **kwargs: Any) -> None:
    register(
        f"MPE-{name}-v{version}",
        f"jaxenvs.envs.mpe.{entry}",
        max_steps=25,
        reference=f"mpe2 1.1.1 {original}_v{version}",
        multi_agent=True,
        **kwargs,
    )


_add("Simple", "simple:Simple", "simple", 3)
_add("SimpleAdversary", "adversary:Adversary", "simple_adversary", 3)
_add("SimpleCrypto", "crypto:Crypto", "simple_crypto", 3)
_add("SimplePush", "push:Push", "simple_push", 3)
_add("SimpleReference", "reference:Reference", "simple_reference", 3)
_add("SimpleSpeakerListener", "speaker_listener:SpeakerListener", "simple_speaker_listener", 4)
_add("SimpleSpread", "spread:Spread", "simple_spread", 3)
_add("SimpleTag", "tag:Tag", "simple_tag", 3)
_add("SimpleWorldComm", "world_comm:WorldComm", "simple_world_comm", 3)
_add("SimpleFormation", "formation:Formation", "simple_formation", 1)
_add("SimpleLine", "line:Line", "simple_line", 1)
_add("CollectTreasure", "collect_treasure:CollectTreasure", "collect_treasure", 1)
for _predators, _prey, _obstacles in ((3, 1, 2), (6, 2, 4), (9, 3, 6)):
    register(
        f"MPE-Facmac{_predators}a-v1",
        "jaxenvs.envs.mpe.facmac:Facmac",
        max_steps=25,
        reference=f"FACMAC continuous_pred_prey_{_predators}a",
        multi_agent=True,
        num_predators=_predators,
        num_prey=_prey,
        num_obstacles=_obstacles,
    )
