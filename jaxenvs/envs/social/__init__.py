"""Social: dilemmas and riddles with coins, prisoners and markets."""

from typing import Any

from jaxenvs.registry import register

_JAXMARL = "JaxMARL 0.2.0"
_PAX = "https://github.com/ucl-dark/pax"


def _add(name: str, entry: str, max_steps: int, reference: str, **kwargs: Any) -> None:
    register(
        f"Social-{name}-v1",
        f"jaxenvs.envs.social.{entry}",
        max_steps=max_steps,
        reference=reference,
        multi_agent=True,
        **kwargs,
    )


_add(
    "CoinGame",
    "coin_game:CoinGame",
    100,
    f"{_JAXMARL} coin_game",
    deviations=("the step that ends a round has its reward, which JaxMARL drops",),
)
_add(
    "CoinGameLOLA",
    "coin_game:CoinGame",
    150,
    "LOLA lola/envs/coin_game.py",
    deviations=("each player sees its own side first, where LOLA shows both the same planes",),
    one_coin=True,
    round_steps=0,
)
_add("SwitchRiddle", "switch_riddle:SwitchRiddle", 6, f"{_JAXMARL} switch_riddle")
_add("MatrixGame", "matrix_game:MatrixGame", 100, f"pax iterated_matrix_game ({_PAX})")
_add("TensorGame", "matrix_game:TensorGame", 100, f"pax iterated_tensor_game_n_player ({_PAX})")
_add("InfiniteGame", "infinite_game:InfiniteGame", 100, f"pax infinite_matrix_game ({_PAX})")
_add("Cournot", "markets:Cournot", 100, f"pax cournot ({_PAX})")
_add("Fishery", "markets:Fishery", 100, f"pax fishery ({_PAX})")
