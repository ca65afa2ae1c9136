"""Toy text: small games of tables and cards, as in Gymnasium."""

from jaxenvs.registry import register

_FOLDER = "jaxenvs.envs.toy_text"
_ORIGINAL = "Gymnasium 1.4"

register(
    "FrozenLake-v1",
    f"{_FOLDER}.frozen_lake:FrozenLake",
    max_steps=100,
    reference=f"{_ORIGINAL} FrozenLake-v1",
)
register(
    "FrozenLake8x8-v1",
    f"{_FOLDER}.frozen_lake:FrozenLake",
    max_steps=200,
    reference=f"{_ORIGINAL} FrozenLake8x8-v1",
    map_name="8x8",
)
register("Taxi-v4", f"{_FOLDER}.taxi:Taxi", max_steps=200, reference=f"{_ORIGINAL} Taxi-v4")
for _id, _is_slippery in (("CliffWalking-v1", False), ("CliffWalkingSlippery-v1", True)):
    register(
        _id,
        f"{_FOLDER}.cliff_walking:CliffWalking",
        max_steps=0,
        reference=f"{_ORIGINAL} {_id}",
        is_slippery=_is_slippery,
    )
register(
    "Blackjack-v1",
    f"{_FOLDER}.blackjack:Blackjack",
    max_steps=0,
    reference=f"{_ORIGINAL} Blackjack-v1",
    sab=True,
)
