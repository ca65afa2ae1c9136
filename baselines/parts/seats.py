"""Who plays: one agent, or the team of a game of several agents.

`seats` are the axes between those of the environments and those of an observation or action: `()`
for one agent, `(num_agents,)` for a team. Algorithms write their arrays as `[..., *seats, ...]`, so
that one text serves both, and the axis costs nothing where it is not needed.

Networks take every agent's observation as one vector of the same length, padded with zeros, and
after it, if asked for, which agent it is; their choices come back as one array of actions.
"""

import functools
import math
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import spaces
from jaxenvs.baselines.parts.heads import BoxHead, FactorizedHead, Head, head_of
from jaxenvs.baselines.parts.metrics import episode_metrics
from jaxenvs.baselines.parts.trainer import Metrics
from jaxenvs.core import Env
from jaxenvs.multi import has_agents
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.base import Wrapper
from jaxenvs.wrappers.flatten import flatten, flatten_batch


class Seen(PyTree):
    """What a state shows to networks; leading axes as of the states."""

    obs: jax.Array  # (*seats, num_features) float32
    mask: jax.Array | None  # (*seats, num_actions) bool, the legal actions; None: all
    world: jax.Array | None  # (num_world,) float32, the global state; None where nobody needs it


class Seats(Protocol):
    """The players of an environment: what their networks see, what becomes of their choices."""

    shape: tuple[int, ...]
    """The axes of the seats: `()` or `(num_agents,)`."""

    names: tuple[str, ...]
    """The agents' names; none for one agent."""

    space: spaces.Space
    """Where one player's observation lies before it is flattened; what is left out is not seen."""

    head: Head
    """The head that fits the largest of the agents' action spaces."""

    def shown(self, env: Env) -> Env:
        """The environment whose observations `observe` takes."""
        ...

    def observe(self, shown: Any) -> Seen:
        """What networks take of observations of `shown(env)`, `[n, ...]`."""
        ...

    def as_input(self, action: jax.Array) -> jax.Array:
        """Choices of the head as networks take them, `[..., *seats, n]` float32."""
        ...

    def to_env(self, action: jax.Array) -> Any:
        """The environments' actions for choices `[..., *seats(, n)]` of the head."""
        ...

    def spread(self, per_env: jax.Array) -> jax.Array:
        """`[...]` values of environments as `[..., *seats]`, the same for every agent."""
        ...

    def metrics(self, episode: dict[str, jax.Array]) -> Metrics:
        """Figures of the episodes that ended; `episode` is the batch engine's."""
        ...


class One:
    """A single agent."""

    shape: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    def __init__(self, env: Env) -> None:
        """Raises `TypeError` for a game of several agents, and for actions that have no head."""
        if has_agents(env):
            raise TypeError(f"env: expected a game of one agent, got {type(env).__name__}")
        self.space = env.observation_space()
        self.head: Head = head_of(env.action_space())

    def shown(self, env: Env) -> Env:
        """See `Seats`."""
        return Shown(env=env)

    def observe(self, shown: Any) -> Seen:
        """See `Seats`."""
        obs = flatten_batch(self.space, shown["obs"])
        return Seen(obs=obs, mask=shown.get("mask"), world=None)

    def as_input(self, action: jax.Array) -> jax.Array:
        """See `Seats`."""
        return self.head.as_input(action)

    def to_env(self, action: jax.Array) -> Any:
        """See `Seats`."""
        return self.head.to_env(action)

    def spread(self, per_env: jax.Array) -> jax.Array:
        """See `Seats`."""
        return per_env

    def metrics(self, episode: dict[str, jax.Array]) -> Metrics:
        """See `Seats`."""
        return episode_metrics(episode)


class Team:
    """The agents of a game of several."""

    def __init__(self, env: Env, show_id: bool = False, show_world: bool = False) -> None:
        """Prepares the spaces.

        `show_id` puts a one-hot vector of the agent behind its observation, `show_world` adds the
        global state to what a state shows.

        Raises `TypeError` for a game without an axis of agents, and for spaces that do not fit
        into one network.
        """
        if not has_agents(env):
            raise TypeError(f"env: expected a game of several agents, got {type(env).__name__}")
        self.names: tuple[str, ...] = env.agents
        self.num = len(self.names)
        self.shape: tuple[int, ...] = (self.num,)
        self.show_id, self.show_world = show_id, show_world
        observed, acted = env.observation_spaces(), env.action_spaces()
        self.space = common_space([observed[name] for name in self.names], "observation spaces")
        own = [acted[name] for name in self.names]
        self.head: Head = head_of(common_space(own, "action spaces"))
        self.joint = env.action_space()
        self.coordinates = _coordinates(own) if isinstance(self.head, BoxHead) else None
        """Of actions that are boxes of different sizes: which there are, `[num_agents, n]` bool."""

    def shown(self, env: Env) -> Env:
        """See `Seats`."""
        return Shown(env=env, world=self.show_world)

    def observe(self, shown: Any) -> Seen:
        """See `Seats`."""
        obs = self.features(shown["obs"])
        mask = shown.get("mask")
        if self.coordinates is not None:  # the mask of continuous actions: an agent's padding
            mask = jnp.broadcast_to(self.coordinates, (len(obs), *self.coordinates.shape))
        world = shown["world"][:, 0] if "world" in shown else None
        return Seen(obs=obs, mask=mask, world=world)

    def features(self, obs: Any) -> jax.Array:
        """Observations `[n, num_agents, ...]` as `[n, num_agents, num_features]` float32."""
        flat = jax.vmap(jax.vmap(functools.partial(flatten, self.space)))(obs)
        if not self.show_id:
            return flat
        ids = jnp.broadcast_to(np.eye(self.num, dtype=np.float32), (len(flat), self.num, self.num))
        return jnp.concatenate([flat, ids], axis=-1)

    def as_input(self, action: jax.Array) -> jax.Array:
        """See `Seats`."""
        shown = self.head.as_input(action)
        return shown if self.coordinates is None else jnp.where(self.coordinates, shown, 0.0)

    def to_env(self, action: jax.Array) -> Any:
        """See `Seats`."""
        if isinstance(self.head, FactorizedHead):  # all agents have the same space
            return self.head.to_env(action)
        if isinstance(self.joint, spaces.Box):
            whole = action.reshape(*action.shape[:-2], -1)
            return BoxHead(self.joint).to_env(whole)
        assert isinstance(self.joint, spaces.MultiDiscrete)
        return action + self.joint.start.astype(np.int32)

    def spread(self, per_env: jax.Array) -> jax.Array:
        """See `Seats`."""
        return jnp.broadcast_to(per_env[..., None], (*per_env.shape, self.num))

    def metrics(self, episode: dict[str, jax.Array]) -> Metrics:
        """See `Seats`."""
        return team_metrics(episode, self.names)


class Shown(Wrapper):
    """Observations are `{"obs": ..., "mask": the legal actions, "world": the global state}`.

    So masks and global states are known wherever an observation is, final ones included, and a
    learner can bootstrap from them. `mask` is left out where the game has none, `world`, `(n,)`
    float32 and the same for every agent, where it is not asked for.
    """

    world: bool = False
    """Whether the global state is shown."""

    def observe(self, state: Any, params: Any) -> dict[str, Any]:
        """All of the same state."""
        shown = {"obs": self.env.observe(state, params)}
        mask = self.env.action_mask(state, params)
        if mask is not None:
            shown["mask"] = mask
        if self.world:
            world = self.global_state(state, params)
            shown["world"] = jnp.broadcast_to(world, (len(self.agents), *world.shape))
        return shown

    def wrap_observation_space(self, space: spaces.Space) -> spaces.Dict:
        """The agent's space, bits for its mask and, without bounds, numbers for the world."""
        params = self.env.default_params
        start = jax.eval_shape(self.env.initial, jax.random.key(0), params)
        parts: dict[str, spaces.Space] = {"obs": space}
        mask = jax.eval_shape(self.env.action_mask, start, params)
        if mask is not None:
            parts["mask"] = spaces.MultiBinary(mask.shape[1:] if self.agents else mask.shape)
        if self.world:
            shape = jax.eval_shape(self.global_state, start, params).shape
            parts["world"] = spaces.Box(-np.inf, np.inf, shape)
        return spaces.Dict(parts)


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
