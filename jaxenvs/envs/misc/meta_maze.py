"""MetaMaze: find a hidden goal in a maze, and find it again from wherever you are put then.

Source: gymnax's `environments/misc/meta_maze.py`; Miconi et al., "Backpropamine: training
self-modifying neural networks with differentiable neuromodulated plasticity" (2019).
Differs from it in: the clock is scaled by the time limit, where gymnax's is by 100 steps; nobody is
put onto the goal, neither at the start nor after reaching it, where gymnax ends one episode in 65
by that; the middle of the maze, where episodes begin, is never a wall, and is the middle for all
sizes of the view; observations lie in the declared space.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.misc import _clock as clock
from jaxenvs.ranges import Range

_MOVES = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]], np.int32)  # up, right, down, left


class State(core.State):
    """The agent, the goal, and what was seen last."""

    position: jax.Array  # (2,) int32, row and column within the walls
    goal: jax.Array  # (2,) int32, row and column within the walls
    last_action: jax.Array  # () int32, 0 at the start
    last_reward: jax.Array  # () float32, 0 at the start


class Params(clock.Params):
    """gymnax's numbers."""

    reward: float = 10.0  # for reaching the goal
    punishment: float = 0.0  # reward for running into a wall, 0 or less
    normalize_time: bool = False  # the clock goes from -1 to 1 at the time limit, else counts steps
    max_steps: int = 200


class MetaMaze(core.Env[State, Params]):
    """Actions: 0 up, 1 right, 2 down, 3 left.

    Observation `(rf_size^2 + 6,)`: walls around the agent, last action (one-hot), last reward,
    clock. The goal is not shown. Reward: 10 at the goal, from where the agent is put elsewhere at
    random. Never terminates; truncated after 200 steps.
    """

    maze_size: Annotated[int, Range(3, 255)] = 9
    """Cells along each side within the walls, an odd number."""

    rf_size: Annotated[int, Range(3, 255)] = 3
    """Cells along each side of what the agent sees, an odd number above 1."""

    def __post_init__(self) -> None:
        for name in ("maze_size", "rf_size"):
            if getattr(self, name) % 2 == 0:
                raise ValueError(f"{name}: expected an odd number, got {getattr(self, name)}")

    @property
    def walls(self) -> np.ndarray:
        """The maze without its outer walls, `(maze_size, maze_size)` bool."""
        odd = np.arange(self.maze_size) % 2 == 1
        walls = odd[:, None] & odd
        walls[self.maze_size // 2, self.maze_size // 2] = False
        return walls

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        del params
        middle = jnp.full(2, self.maze_size // 2, jnp.int32)
        return State(
            time=jnp.int32(0),
            position=middle,
            goal=self._elsewhere(key, middle),
            last_action=jnp.int32(0),
            last_reward=jnp.float32(0),
        )

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        ahead = state.position + jnp.asarray(_MOVES)[action]
        window = jnp.asarray(np.pad(self.walls, 1, constant_values=True))
        is_wall = window[ahead[0] + 1, ahead[1] + 1]
        position = jnp.where(is_wall, state.position, ahead)
        found = (position == state.goal).all()
        reward = jnp.where(found, params.reward, np.float32(0))
        reward = reward + jnp.where(is_wall, params.punishment, np.float32(0))
        state = state.replace(
            position=jnp.where(found, self._elsewhere(key, state.goal), position),
            last_action=action,
            last_reward=reward,
        )
        return state, reward, jnp.bool_(False), {}

    def observe(self, state: State, params: Params) -> jax.Array:
        reach = self.rf_size // 2
        maze = jnp.asarray(np.pad(self.walls, reach, constant_values=True))
        seen = jax.lax.dynamic_slice(maze, state.position, (self.rf_size, self.rf_size))
        moved = state.last_action == np.arange(4, dtype=np.int32)
        ends = jnp.stack([state.last_reward, clock.shown_time(state.time, params)])
        flags = jnp.concatenate([seen.ravel(), moved]).astype(jnp.float32)
        return jnp.concatenate([flags, ends])

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        params = self.canonical_params(params)
        early, late = clock.bounds(params)
        flags = self.rf_size**2 + 4
        # The last reward: none, the reward, the punishment, or both.
        xp = spaces.namespace(params.reward, params.punishment)
        rewards = xp.asarray([params.reward, params.punishment], np.float32)
        least, most = xp.minimum(rewards, 0).sum(), xp.maximum(rewards, 0).sum()
        return spaces.Box([0] * flags + [least, early], [1] * flags + [most, late])

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(4)

    def _elsewhere(self, key: jax.Array, taken: jax.Array) -> jax.Array:
        """Any cell but one, row and column; consumes the key."""
        cells = np.flatnonzero(~self.walls).astype(np.int32)
        bits = jax.random.bits(key, (), jnp.uint32)
        index = (bits % np.uint32(len(cells) - 1)).astype(jnp.int32)
        number = taken[0] * self.maze_size + taken[1]
        # Those from the taken one on move up by one.
        index = index + (index >= (number > cells).sum(dtype=jnp.int32)).astype(jnp.int32)
        number = jnp.asarray(cells)[index]
        return jnp.stack([number // self.maze_size, number % self.maze_size])
