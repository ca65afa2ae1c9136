"""The defaults of the value-based algorithms: what differs from those of their config's class."""

from typing import Any

_REPLAYING_TEAM: dict[str, Any] = {
    "env": "MPE-SimpleSpread-v3",
    "total_steps": 1_000_000,
    "num_steps": 25,
    "replay": "sequences",
    "num_gradient_steps": 2,
    "sample_size": 32,
    "buffer_size": 1_000,
    "target_every": 20,
    "memory": "gru",
    "hidden": (64,),
    "lr": 1e-3,
    "epsilon_share": 0.2,
}

DEFAULTS: dict[str, dict[str, Any]] = {
    "pqn": {},
    "pqn_rnn": {
        "env": "POPGym-RepeatPreviousEasy-v0",
        "targets": "per_minibatch",
        "window": 4,
        "num_minibatches": 4,
        "memory": "gru",
        "hidden": (64,),
        "lr": 1e-3,
        "trace_lambda": 0.95,
        "epsilon_end": 0.01,
        "epsilon_share": 0.1,
    },
    "pqn_vdn": {
        "env": "MPE-SimpleSpread-v3",
        "total_steps": 1_000_000,
        "num_envs": 64,
        "num_steps": 25,
        "targets": "per_minibatch",
        "window": 4,
        "num_minibatches": 4,
        "memory": "gru",
        "hidden": (64,),
        "lr": 1e-3,
        "trace_lambda": 0.3,
        "mixing": "sum",
    },
    "dqn": {},
    "iql": {**_REPLAYING_TEAM, "mixing": "own"},
    "vdn": {**_REPLAYING_TEAM, "mixing": "sum"},
    "qmix": {**_REPLAYING_TEAM, "mixing": "monotonic"},
}
"""Algorithm -> fields of `pqn.Config` or `dqn.Config`, or, of a team, of their `TeamConfig`."""
