"""Kinetix by its entities: the paper's settings, brought down to a CPU.

Source: FLAIROx/Kinetix (configs/learning/ppo-base.yaml, configs/env, configs/model). Its numbers of
environments, of steps between updates and of passes, its network and its learning rate are for a
GPU; docs/baselines/kinetix.md has the flags for them.
"""

from typing import Any

_PPO: dict[str, Any] = {
    "env_kwargs": {"dense_reward_scale": 0.2},
    "total_steps": 1_000_000,
    "num_envs": 64,
    "num_steps": 64,
    "trunk": True,
    "hidden": (64, 64),
    "encoder": "sets",
    "entity_width": 32,
    "activation": "relu",
    "lr": 1e-3,
    "gamma": 0.995,
    "gae_lambda": 0.9,
    "max_grad_norm": 1.0,
}

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "ppo": {f"Kinetix-{size}-Entity-MultiDiscrete-v0": _PPO for size in ("S", "M", "L")},
}
