"""Order books and models of markets."""

from typing import Any

# Nothing is discounted: what the models ask for is the sum of rewards over an episode.
_MODELS: dict[str, Any] = {
    "hidden": (32,),
    "memory_width": 32,
    "gamma": 1.0,
    "ent_coef": 0.0,
    "normalize_reward": True,
}
_MAKING = _MODELS | {
    "total_steps": 500_000,
    "num_envs": 32,
    "num_steps": 200,
    "lr": 3e-3,
    "log_std_init": -1.0,
}
_EXECUTION = _MODELS | {"num_envs": 128, "log_std_init": -1.5}

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo_rnn": {
        "LOB-CarteaJaimungalMaking-v0": _MAKING,
        # Aversion to risk has to be learned from the spread of outcomes: it takes many of them.
        "LOB-AvellanedaStoikov-v0": _MAKING
        | {"total_steps": 5_000_000, "num_envs": 256, "num_minibatches": 8},
        "LOB-AlmgrenChriss-v0": _EXECUTION | {"total_steps": 300_000, "num_steps": 10, "lr": 3e-3},
        # The price is louder than the costs; large batches hear them.
        "LOB-CarteaJaimungalExecution-v0": _EXECUTION
        | {
            "total_steps": 1_500_000,
            "num_steps": 50,
            "num_minibatches": 8,
            "lr": 2e-3,
        },
    },
}
