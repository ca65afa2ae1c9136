"""Toy text: small games of tables and cards, as in Gymnasium."""

from jaxenvs.registry import register

_FOLDER = "jaxenvs.envs.toy_text"
_SEEDED_MAP = "a random map (map_name=None) is drawn from map_seed, not from the clock"
_STRICT_MAP = "a map without a start, or with letters other than S, F, H and G, is refused"

register(
    "FrozenLake-v1",
    f"{_FOLDER}.frozen_lake:FrozenLake",
    max_steps=100,
    reference="Gymnasium 1.4 FrozenLake-v1",
    deviations=(_SEEDED_MAP, _STRICT_MAP),
)
register(
    "FrozenLake8x8-v1",
    f"{_FOLDER}.frozen_lake:FrozenLake",
    max_steps=200,
    reference="Gymnasium 1.4 FrozenLake8x8-v1",
    deviations=(_SEEDED_MAP, _STRICT_MAP),
    map_name="8x8",
)
register(
    "Taxi-v4",
    f"{_FOLDER}.taxi:Taxi",
    max_steps=200,
    reference="Gymnasium 1.4 Taxi-v4",
    deviations=("the action mask is of bools, where Gymnasium's is of int8",),
)
for _id, _is_slippery in (("CliffWalking-v1", False), ("CliffWalkingSlippery-v1", True)):
    register(
        _id,
        f"{_FOLDER}.cliff_walking:CliffWalking",
        max_steps=0,
        reference=f"Gymnasium 1.4 {_id}",
        is_slippery=_is_slippery,
    )
register(
    "Blackjack-v1",
    f"{_FOLDER}.blackjack:Blackjack",
    max_steps=0,
    reference="Gymnasium 1.4 Blackjack-v1",
    deviations=("a player who is over 21 gets no more cards",),
    sab=True,
)
