"""Social dilemmas and riddles: coins, prisoners, markets."""

from typing import Any

from jaxenvs.registry import register

_PAX = "https://github.com/ucl-dark/pax"


def _add(
    name: str,
    entry: str,
    max_steps: int,
    reference: str,
    deviations: tuple[str, ...] = (),
    **kwargs: Any,
) -> None:
    register(
        f"Social-{name}-v1",
        f"jaxenvs.envs.social.{entry}",
        max_steps=max_steps,
        reference=reference,
        deviations=deviations,
        multi_agent=True,
        **kwargs,
    )


_add(
    "CoinGame",
    "coin_game:CoinGame",
    100,
    "JaxMARL 0.2.0 coin_game",
    ("the step that ends a round has its reward, which JaxMARL drops",),
)
_add(
    "CoinGameLOLA",
    "coin_game:CoinGame",
    150,
    "LOLA lola/envs/coin_game.py",
    ("each player sees its own side first, where LOLA shows both the same planes",),
    one_coin=True,
    round_steps=0,
)
_add("SwitchRiddle", "switch_riddle:SwitchRiddle", 6, "JaxMARL 0.2.0 switch_riddle")
_add("MatrixGame", "matrix_game:MatrixGame", 100, f"pax iterated_matrix_game ({_PAX})")
_add(
    "TensorGame",
    "matrix_game:TensorGame",
    100,
    f"pax iterated_tensor_game_n_player ({_PAX})",
    ("the default payoffs are a public good's",),
)
_add(
    "InfiniteGame",
    "infinite_game:InfiniteGame",
    100,
    f"pax infinite_matrix_game ({_PAX})",
    ("at the start everybody sees the same strategies from their own side",),
)
_add(
    "Cournot",
    "markets:Cournot",
    100,
    f"pax cournot ({_PAX})",
    ("at the start nothing has been made, where pax shows random numbers", "any number of firms"),
)
_add(
    "Fishery",
    "markets:Fishery",
    100,
    f"pax fishery ({_PAX})",
    ("at the start nobody has fished, where pax shows random numbers",),
)
