"""Games of several agents as batches for networks: one row per agent.

Arrays are `[..., num_agents, ...]`, as the environments give them. Networks see every agent's
observation as one vector of the same length, padded with zeros, and after it, if asked for, which
agent it is; their choices come back as one array of actions.
"""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.baselines.common.heads import BoxHead, DiscreteHead, head_of
from jaxenvs.baselines.common.metrics import episode_metrics
from jaxenvs.baselines.common.trainer import Metrics
from jaxenvs.core import Env
from jaxenvs.multi import has_agents
from jaxenvs.wrappers.base import Wrapper
from jaxenvs.wrappers.flatten import flatten


class Agents:
    """The agents of a game: what their networks see, and what becomes of their choices."""

    def __init__(self, env: Env, show_id: bool = False) -> None:
        """Looks at the spaces; `show_id` puts a one-hot vector of the agent behind what it sees.

        Raises `TypeError` for a game without an axis of agents, and for spaces that do not fit
        into one network.
        """
        if not has_agents(env):
            raise TypeError(f"env: expected a game of several agents, got {type(env).__name__}")
        self.names: tuple[str, ...] = env.agents
        self.num = len(self.names)
        self.show_id = show_id
        observed, acted = env.observation_spaces(), env.action_spaces()
        self.seen = common_space([observed[name] for name in self.names], "observation spaces")
        own = [acted[name] for name in self.names]
        self.head: DiscreteHead | BoxHead = head_of(common_space(own, "action spaces"))
        """The head that fits the largest of the agents' action spaces."""
        self.joint = env.action_space()
        self.coordinates = _coordinates(own) if isinstance(self.head, BoxHead) else None
        """Of actions that are boxes of different sizes: which there are, `[num_agents, n]` bool."""

    def features(self, obs: Any) -> jax.Array:
        """Observations `[n, num_agents, ...]` as `[n, num_agents, num_features]` float32."""
        flat = jax.vmap(jax.vmap(functools.partial(flatten, self.seen)))(obs)
        if not self.show_id:
            return flat
        ids = jnp.broadcast_to(np.eye(self.num, dtype=np.float32), (len(flat), self.num, self.num))
        return jnp.concatenate([flat, ids], axis=-1)

    def legal(self, mask: jax.Array | None, num_envs: int) -> jax.Array | None:
        """What the head's distribution takes for a mask, `[num_envs, num_agents, n]` bool or None.

        `mask` is the environments' own; an agent's padding is never legal.
        """
        if self.coordinates is None:
            return mask
        return jnp.broadcast_to(self.coordinates, (num_envs, *self.coordinates.shape))

    def as_input(self, action: jax.Array) -> jax.Array:
        """Choices `[..., num_agents(, n)]` as networks see them, `[..., num_agents, n]` float32."""
        seen = self.head.as_input(action)
        return seen if self.coordinates is None else jnp.where(self.coordinates, seen, 0.0)

    def to_env(self, action: jax.Array) -> jax.Array:
        """The environments' actions for choices `[..., num_agents(, n)]` of the head."""
        if isinstance(self.joint, spaces.Box):
            whole = action.reshape(*action.shape[:-2], -1)
            return BoxHead(self.joint).to_env(whole)
        assert isinstance(self.joint, spaces.MultiDiscrete)
        return action + self.joint.start.astype(np.int32)


class WithGlobalState(Wrapper):
    """Observations are `{"obs": the agents', "world": the global state}`.

    So that whoever learns from the global state gets it wherever an observation is given, also that
    of an episode's last state. `world` is `(n,)` float32.
    """

    def observe(self, state: Any, params: Any) -> dict[str, Any]:
        """Both, of the same state."""
        world = self.global_state(state, params)
        return {"obs": self.env.observe(state, params), "world": world}

    def observation_space(self, params: Any = None) -> spaces.Dict:
        """The agents' space and, without bounds, that of the global state."""
        params = self.env.canonical_params(params)
        start = jax.eval_shape(self.env.initial, jax.random.key(0), params)
        shape = jax.eval_shape(self.global_state, start, params).shape
        world = spaces.Box(-np.inf, np.inf, shape)
        return spaces.Dict({"obs": self.env.observation_space(params), "world": world})


def still_there(present: jax.Array, terminated: jax.Array, done: jax.Array) -> jax.Array:
    """Which agents play at the next step, `[n, num_agents]` bool.

    Args:
      present: `[n, num_agents]` bool, who played at this one.
      terminated: `[n, num_agents]` bool.
      done: `[n]` bool, whether the episode is over and all are back.
    """
    return done[:, None] | (present & ~terminated)


def team_metrics(episode: dict[str, jax.Array], names: tuple[str, ...]) -> Metrics:
    """Of the episodes that ended: `episode_return`, the mean over agents, and that of each agent.

    `episode` is the batch engine's, with returns `[..., num_agents]`.
    """
    returns = episode["return"]
    metrics = episode_metrics(episode | {"return": jnp.mean(returns, axis=-1)})
    for i, name in enumerate(names):
        own = episode_metrics(episode | {"return": returns[..., i]})
        metrics[f"episode_return_{name}"] = own["episode_return"]
    return metrics


def common_space(own: list[spaces.Space], what: str) -> spaces.Space:
    """The space of one padded row; raises `TypeError`, naming `what`, where there is none.

    Boxes are padded to the largest shape, with the widest bounds; of discrete spaces with one
    start the largest is taken; others must be equal.
    """
    first = own[0]
    if all(space == first for space in own):
        return first
    if all(isinstance(space, spaces.Discrete) for space in own):
        discrete = [space for space in own if isinstance(space, spaces.Discrete)]
        if len({space.start for space in discrete}) == 1:
            return max(discrete, key=lambda space: space.n)
    boxes = [space for space in own if isinstance(space, spaces.Box)]
    kinds = {(len(space.shape), space.dtype) for space in boxes}
    if len(boxes) == len(own) and len(kinds) == 1:
        shape = tuple(map(max, zip(*(box.shape for box in boxes), strict=True)))
        low, high = min(box.low.min() for box in boxes), max(box.high.max() for box in boxes)
        return spaces.Box(low, high, shape, boxes[0].dtype)
    raise TypeError(f"{what}: expected boxes of one kind or equal spaces, got {own}")


def _coordinates(own: list[spaces.Space]) -> np.ndarray | None:
    """Which coordinates of a padded row are an agent's, `[num_agents, n]`; None: all."""
    shapes = [space.shape for space in own if isinstance(space, spaces.Box)]
    largest = tuple(map(max, zip(*shapes, strict=True)))
    there = np.zeros((len(own), *largest), np.bool_)
    for i, shape in enumerate(shapes):
        there[(i, *map(slice, shape))] = True
    return None if there.all() else there.reshape(len(own), math.prod(largest))
