"""Classic control."""

from typing import Any

_LIGHT: dict[str, Any] = {"num_envs": 16, "num_steps": 64, "num_epochs": 2, "lr": 2e-3}

_ACTOR_CRITICS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo": {
        "CartPole-v1": _LIGHT,
        "CartPole-v0": _LIGHT,
        "Acrobot-v1": {"num_envs": 16, "num_epochs": 2, "lr": 2e-3},
        "Pendulum-v1": {
            "total_steps": 200_000,
            "num_envs": 16,
            "num_steps": 64,
            "num_epochs": 8,
            "lr": 1e-3,
            "gamma": 0.95,
            "ent_coef": 0.0,
            "normalize_reward": True,
        },
        "MountainCar-v0": {
            "total_steps": 1_000_000,
            "num_envs": 32,
            "num_steps": 256,
            "num_minibatches": 8,
            "lr": 1e-3,
            "gamma": 0.999,
            "normalize_obs": True,
            "normalize_reward": True,
        },
        # Wide noise, clipped into the box, is nearly bang-bang: it swings the car up by chance.
        "MountainCarContinuous-v0": {
            "total_steps": 200_000,
            "num_envs": 16,
            "num_steps": 256,
            "num_minibatches": 8,
            "lr": 1e-3,
            "gamma": 0.999,
            "clip_value": False,
            "ent_coef": 0.0,
            "log_std_init": 1.0,
            "normalize_obs": True,
            "normalize_reward": True,
        },
    },
    "lpo": {"CartPole-v1": {}},
}

_LONG_TRACES: dict[str, Any] = {"trace_lambda": 0.95, "reward_scale": 0.1}

_Q_LEARNERS: dict[str, dict[str, dict[str, Any]]] = {
    "pqn": {"CartPole-v1": _LONG_TRACES, "Acrobot-v1": _LONG_TRACES},
    "dqn": {
        # A buffer that soon holds nothing but good balance forgets what a fall is.
        "CartPole-v1": {"buffer_size": 100_000, "layer_norm": True},
        "Acrobot-v1": {"total_steps": 300_000},
    },
}

PRESETS = _ACTOR_CRITICS | _Q_LEARNERS
