"""What all scenarios share: agents, actions, a step of the world, and padded observations."""

import abc
from typing import Any, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._world import Landmark, Mover
from jaxenvs.multi import MultiAgentEnv

StateT = TypeVar("StateT", bound=Any)
ParamsT = TypeVar("ParamsT", bound=Any)

NUM_MOVES = 5  # nothing, left, right, down, up


class Scenario(MultiAgentEnv[StateT, ParamsT]):
    """A game in the particle world. Authors write the kinds, views, rewards and starts."""

    continuous_actions: bool = False
    """Boxes for actions: how hard to push to each side, then how loud each symbol is."""

    compat: Literal["mpe2", "jaxmarl"] = "mpe2"
    """`jaxmarl`: as JaxMARL's published numbers were made, episodes last one step longer."""

    # -- for authors -------------------------------------------------------------------------

    @abc.abstractmethod
    def movers(self, params: ParamsT) -> tuple[Mover, ...]:
        """The kinds of bodies that move, in the order of their rows."""

    @abc.abstractmethod
    def landmark_kinds(self, params: ParamsT) -> tuple[Landmark, ...]:
        """The kinds of bodies that do not, in the order of their rows."""

    @abc.abstractmethod
    def view_sizes(self) -> tuple[int, ...]:
        """The length of an observation of each kind of agent."""

    @abc.abstractmethod
    def views(self, state: StateT, params: ParamsT) -> tuple[jax.Array, ...]:
        """The observations of each kind of agent, `(count, size)` float32."""

    @abc.abstractmethod
    def rewards(self, state: StateT, params: ParamsT) -> jax.Array:
        """`(num_agents,)` float32, of the state that a step led to."""

    def finished(self, state: StateT, params: ParamsT) -> jax.Array:
        """`()` bool: whether the game is over for all; never, unless a scenario says so."""
        del state, params
        return jnp.bool_(False)

    # -- the contract ------------------------------------------------------------------------

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"{kind.name}_{i}" for kind in self.agent_kinds for i in range(kind.number))

    @property
    def agent_kinds(self) -> tuple[Mover, ...]:
        """The kinds of agents, with the default numbers."""
        return tuple(kind for kind in self.movers(self.default_params) if not kind.scripted)

    def observation_spaces(self, params: ParamsT | None = None) -> dict[str, spaces.Space]:
        del params
        return self._by_agent([spaces.Box(-np.inf, np.inf, (size,)) for size in self.view_sizes()])

    def action_spaces(self, params: ParamsT | None = None) -> dict[str, spaces.Space]:
        del params
        return self._by_agent([self._actions_of(kind) for kind in self.agent_kinds])

    def transition(
        self, key: jax.Array, state: StateT, action: jax.Array, params: ParamsT
    ) -> tuple[StateT, jax.Array, jax.Array, core.Info]:
        del key
        state = self.act(state, action, params)
        over = jnp.broadcast_to(self.finished(state, params), (self.num_agents,))
        return state, self.rewards(state, params), over, {}

    def advance(
        self, key: jax.Array, state: StateT, action: Any, params: ParamsT
    ) -> tuple[StateT, jax.Array, jax.Array, jax.Array, core.Info]:
        if self.compat == "jaxmarl":
            limited = params.max_steps > 0
            params = params.replace(max_steps=params.max_steps + jnp.int32(limited))
        return super().advance(key, state, action, params)

    def observe(self, state: StateT, params: ParamsT) -> jax.Array:
        size = max(self.view_sizes())
        parts = self.views(state, params)
        return jnp.concatenate([jnp.pad(p, ((0, 0), (0, size - p.shape[1]))) for p in parts])

    def global_state(self, state: StateT, params: ParamsT) -> jax.Array:
        """`(n,)` float32: all observations one after the other, as in PettingZoo."""
        return jnp.concatenate([view.reshape(-1) for view in self.views(state, params)])

    # -- pieces ------------------------------------------------------------------------------

    def scatter(self, key: jax.Array, num_draws: int = 0) -> tuple[dict[str, Any], jax.Array]:
        """The fields of a `world.State` with bodies at random places, and so many draws in [0, 1).

        All randomness of a start is one draw, which is cheap.
        """
        params = self.default_params
        num_movers = world.total(self.movers(params))
        kinds = self.landmark_kinds(params)
        reach = np.repeat([kind.reach for kind in kinds], [kind.number for kind in kinds])
        if self.compat == "jaxmarl":
            reach = np.ones_like(reach)
        num_places = 2 * (num_movers + len(reach))
        draws = jax.random.uniform(key, (num_places + num_draws,), jnp.float32)
        places = (2 * draws[:num_places] - 1).reshape(-1, 2)
        fields = {
            "time": jnp.int32(0),
            "position": places[:num_movers],
            "velocity": jnp.zeros((num_movers, 2), jnp.float32),
            "landmarks": places[num_movers:] * reach.astype(np.float32)[:, None],
        }
        return fields, draws[num_places:]

    def act(self, state: StateT, action: jax.Array, params: ParamsT) -> StateT:
        """The state after the agents have pushed and spoken."""
        push, message = self.decode(action, params)
        position, velocity = world.move(
            state, push, self.movers(params), self.landmark_kinds(params), params
        )
        state = state.replace(position=position, velocity=velocity)
        return state if message is None else state.replace(message=message)

    def decode(self, action: jax.Array, params: ParamsT) -> tuple[jax.Array, jax.Array | None]:
        """Forces `(num_agents, 2)` and messages `(num_agents, vocabulary)`, None if all are silent.

        What is beyond an agent's space does nothing.
        """
        kinds = tuple(kind for kind in self.movers(params) if not kind.scripted)
        movable, speaks = world.flags(kinds, "movable"), world.flags(kinds, "vocabulary")
        vocabulary = max(kind.vocabulary for kind in kinds)
        if self.continuous_actions:
            push, message = _decode_boxes(action, movable, vocabulary)
        else:
            push, message = _decode_numbers(action, movable, vocabulary)
        if not movable.all():
            push = jnp.where(movable[:, None], push, np.float32(0))
        push = push * world.rows(kinds, "acceleration")[:, None]
        if not vocabulary:
            return push, None
        return push, jnp.where(speaks[:, None], message, np.float32(0))

    # -- inside ------------------------------------------------------------------------------

    def _by_agent(self, by_kind: list[spaces.Space]) -> dict[str, spaces.Space]:
        counts = [kind.number for kind in self.agent_kinds]
        each = [space for space, n in zip(by_kind, counts, strict=True) for _ in range(n)]
        return dict(zip(self.agents, each, strict=True))

    def _actions_of(self, kind: Mover) -> spaces.Space:
        moves = NUM_MOVES if kind.movable else 0
        if self.continuous_actions:
            return spaces.Box(0, 1, (moves + kind.vocabulary,))
        return spaces.Discrete(max(moves, 1) * max(kind.vocabulary, 1))


def pick(draw: jax.Array, count: int) -> jax.Array:
    """A number from 0 to `count - 1`, int32, by a draw in [0, 1)."""
    return jnp.minimum((draw * count).astype(jnp.int32), count - 1)


def _decode_numbers(
    action: jax.Array, movable: np.ndarray, vocabulary: int
) -> tuple[jax.Array, jax.Array]:
    """`(n, 2)` pushes of size 0 or 1 and one-hot symbols: moves vary faster than symbols."""
    moves = np.int32(NUM_MOVES)
    turn = jax.lax.rem(action, jnp.full_like(action, moves))
    x = (turn == 2).astype(jnp.float32) - (turn == 1).astype(jnp.float32)
    y = (turn == 4).astype(jnp.float32) - (turn == 3).astype(jnp.float32)
    symbol = jnp.where(movable, jax.lax.div(action, jnp.full_like(action, moves)), action)
    said = symbol[:, None] == np.arange(vocabulary, dtype=np.int32)
    return jnp.stack([x, y], axis=1), said.astype(jnp.float32)


def _decode_boxes(
    action: jax.Array, movable: np.ndarray, vocabulary: int
) -> tuple[jax.Array, jax.Array]:
    """`(n, 2)` pushes between -1 and 1 and symbols between 0 and 1."""
    room = NUM_MOVES + vocabulary - action.shape[1]
    action = jnp.pad(jnp.clip(action, 0, 1), ((0, 0), (0, max(room, 0))))
    push = jnp.stack([action[:, 2] - action[:, 1], action[:, 4] - action[:, 3]], axis=1)
    spoken = action[:, NUM_MOVES : NUM_MOVES + vocabulary]
    return push, jnp.where(movable[:, None], spoken, action[:, :vocabulary])


def out_of_bounds(position: jax.Array) -> jax.Array:
    """`(n,)`: what keeps prey from running away for ever, from positions `(n, 2)`.

    A penalty for being far from the middle, summed over the axes.
    """
    x = jnp.abs(position)
    near = (x - np.float32(0.9)) * 10
    far = jnp.minimum(jnp.exp(2 * x - 2), np.float32(10))
    each = jnp.where(x < np.float32(0.9), np.float32(0), jnp.where(x < 1, near, far))
    return each[:, 0] + each[:, 1]
