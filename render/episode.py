"""Watching a policy: frames of whole episodes."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from jaxenvs.core import Env
from jaxenvs.render import panel
from jaxenvs.render.picture import frame, picture_of
from jaxenvs.scripted import Scripted
from jaxenvs.spaces import sample_legal

Policy = Callable[..., Any]
"""`(key, obs, mask) -> action` for one observation; mask is None where every action is legal.

With a memory, `(key, obs, mask, memory) -> (action, memory)`. One that comes with the game
(`jaxenvs.scripted`) is given the state instead.
"""


def random_policy(env: Env[Any, Any]) -> Policy:
    """Uniform over the action space, over the legal actions where there is a mask."""

    def act(key: jax.Array, obs: Any, mask: jax.Array | None) -> Any:
        del obs
        return sample_legal(env.action_space(), key, mask)

    return act


def frame_rate(env: Env[Any, Any], default: float = 15.0) -> float:
    """Steps per second at which the game looks right, as its keys say, or `default`."""
    controls = picture_of(env).controls
    return controls.rate if controls else default


def actor(env: Env[Any, Any], policy: Policy, memory: Any) -> Callable[..., Any]:
    """`(key, obs, state, memory) -> (action, memory)`, compiled, with a memory or without."""

    @jax.jit
    def act(key: jax.Array, obs: Any, state: Any, past: Any) -> Any:
        if isinstance(policy, Scripted):
            return policy(key, state), None
        seen = (key, obs, env.action_mask(state))
        return (policy(*seen), None) if memory is None else policy(*seen, past)

    return act


def film(
    env: Env[Any, Any],
    policy: Policy,
    key: jax.Array,
    *,
    episodes: int = 1,
    max_steps: int = 1000,
    size: int = 512,
    title: str | None = None,
    pause: int = 20,
    memory: Any = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[list[np.ndarray], list[Any]]:
    """Frames, uint8 `[height, size, 3]`, of `episodes` episodes, and the return of each.

    An episode is cut after `max_steps`; its last frame is shown `pause` times more. With a `title`,
    a strip with it, the step and the score stands under each frame. A policy with a memory gets
    `memory` at the start of each episode. `options` are those of the picture. The key is consumed.
    """
    act, look = actor(env, policy, memory), options or {}

    @jax.jit
    def step(key: jax.Array, obs: Any, state: Any, past: Any) -> Any:
        act_key, step_key = jax.random.split(key)
        action, past = act(act_key, obs, state, past)
        return env.step(step_key, state, action), past

    reset = jax.jit(env.reset)
    frames: list[np.ndarray] = []
    returns = []

    def show(state: Any, steps: int, score: Any) -> None:
        picture = frame(env, state, size=size, **look)
        if title is not None:
            score = panel.score(score)
            left, theme = f"{title}   step {steps}", look.get("theme", "light")
            picture = panel.below(picture, left, f"score {score}", theme=theme)
        frames.append(picture)

    for episode_key in jax.random.split(key, episodes):
        obs, state = reset(jax.random.fold_in(episode_key, 0))
        score: Any = np.zeros(len(env.agents)) if env.agents else 0.0
        past = memory
        show(state, 0, score)
        for steps in range(1, max_steps + 1):
            t, past = step(jax.random.fold_in(episode_key, steps), obs, state, past)
            obs, state, score = t.obs, t.state, score + np.asarray(t.reward)
            show(state, steps, score)
            if np.all(t.terminated | t.truncated):
                break
        frames.extend(frames[-1:] * pause)
        returns.append(score)
    return frames, returns
