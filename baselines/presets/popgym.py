"""POPGym's memory tasks."""

from typing import Any

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo_rnn": {"POPGym-RepeatPreviousEasy-v0": {}},
}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn_rnn": {
        # A right answer pays 1/48 and is about one card: values of order 1, and short traces.
        "POPGym-RepeatPreviousEasy-v0": {
            "num_minibatches": 8,
            "gamma": 0.9,
            "trace_lambda": 0.5,
            "reward_scale": 20.0,
        },
    },
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
