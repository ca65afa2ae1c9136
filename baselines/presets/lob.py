"""Order books and models of markets."""

from typing import Any

# Nothing is discounted: what the models ask for is the sum of rewards over an episode.
_MODELS: dict[str, Any] = {
    "num_minibatches": 8,
    "hidden": (32,),
    "memory_width": 32,
    "lr": 2e-3,
    "gamma": 1.0,
    "ent_coef": 0.0,
    "normalize_reward": True,
}
_MAKING = _MODELS | {
    "total_steps": 1_500_000,
    "num_envs": 64,
    "num_steps": 200,
    "log_std_init": -1.0,
}
_EXECUTION = _MODELS | {"num_envs": 128, "log_std_init": -1.5}

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo_rnn": {
        "LOB-CarteaJaimungalMaking-v0": _MAKING,
        "LOB-AvellanedaStoikov-v0": _MAKING,
        "LOB-AlmgrenChriss-v0": _EXECUTION | {"total_steps": 300_000, "num_steps": 10},
        "LOB-CarteaJaimungalExecution-v0": _EXECUTION | {"total_steps": 1_500_000, "num_steps": 50},
    },
}
