"""FourRooms: find the way through the doors to a goal in another room.

Source: gymnax's `environments/misc/rooms.py`; Sutton, Precup & Singh, "Between MDPs and semi-MDPs"
(1999), section 3.
Differs from it in: the picture shows the goal, and the agent where it is, where gymnax swaps rows
and columns; no episode begins at its goal; observations are float32, as the space says, where
gymnax's are int32.
"""

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.ranges import Range, Share

PLAN = (
    "xxxxxxxxxxxxx",
    "x     x     x",
    "x     x     x",
    "x           x",
    "x     x     x",
    "x     x     x",
    "xx xxxx     x",
    "x     xxx xxx",
    "x     x     x",
    "x     x     x",
    "x           x",
    "x     x     x",
    "xxxxxxxxxxxxx",
)
WALLS = np.array([[letter == "x" for letter in row] for row in PLAN])
SIZE = len(PLAN)
_CELLS = np.flatnonzero(~WALLS).astype(np.int32)  # the 104 that can be entered, by number
_MOVES = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]], np.int32)  # up, right, down, left


class State(core.State):
    """Where things are, row and column from the top left."""

    position: jax.Array  # (2,) int32
    goal: jax.Array  # (2,) int32


_Inside = Annotated[int, Range(1, SIZE - 2)]


class Params(core.Params):
    """gymnax's numbers."""

    fail_prob: Share = 1 / 3  # chance to move another way than meant
    resample_init_pos: bool = False  # episodes begin anywhere
    resample_goal_pos: bool = False  # the goal is anywhere
    start: tuple[_Inside, _Inside] = (4, 1)  # row and column where episodes begin otherwise
    goal: tuple[_Inside, _Inside] = (8, 9)  # row and column of the goal otherwise
    max_steps: int = 500


class FourRooms(core.Env[State, Params]):
    """Actions: 0 up, 1 right, 2 down, 3 left. Observation `(4,)`: row, column; the goal's too.

    A third of the moves goes astray, to each other side alike; walls stop the agent. Reward: 1 at
    the goal. Ends there; truncated after 500 steps.
    """

    use_visual_obs: bool = False
    """Observations are `(13, 13, 3)` pictures of zeros and ones: walls, agent, goal."""

    def original_params(self) -> Params:
        return Params()

    def initial(self, key: jax.Array, params: Params) -> State:
        draws = jax.random.bits(key, (2,), jnp.uint32)
        start, fixed_goal = _number(params.start), _number(params.goal)
        # The first draw may be any cell, the second one any that is not taken then.
        anywhere = jnp.asarray(_CELLS)[(draws[0] % np.uint32(len(_CELLS))).astype(jnp.int32)]
        goal_first = ~params.resample_goal_pos | params.resample_init_pos
        goal = jnp.where(params.resample_goal_pos, anywhere, fixed_goal)
        taken = jnp.where(goal_first, goal, start)
        other = _other_cell(draws[1], taken)
        position = jnp.where(params.resample_init_pos, other, start)
        goal = jnp.where(goal_first, goal, other)
        return State(time=jnp.int32(0), position=_place(position), goal=_place(goal))

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        draw = jax.random.uniform(key, (), jnp.float32)
        # One draw decides whether a move goes astray and which of the three other ways.
        share = draw / jnp.maximum(params.fail_prob, np.float32(1e-9))
        turn = 1 + jnp.minimum(share * 3, np.float32(2)).astype(jnp.int32)
        moved = (action + jnp.where(draw < params.fail_prob, turn, 0)) % 4
        ahead = state.position + jnp.asarray(_MOVES)[moved]
        position = jnp.where(jnp.asarray(WALLS)[ahead[0], ahead[1]], state.position, ahead)
        found = (position == state.goal).all()
        return state.replace(position=position), found.astype(jnp.float32), found, {}

    def observe(self, state: State, params: Params) -> jax.Array:
        del params
        if not self.use_visual_obs:
            return jnp.concatenate([state.position, state.goal]).astype(jnp.float32)
        across = np.arange(SIZE, dtype=np.int32)
        planes = [
            (across == place[0])[:, None] & (across == place[1])
            for place in (state.position, state.goal)
        ]
        return jnp.stack([jnp.asarray(WALLS), *planes], axis=-1).astype(jnp.float32)

    def observation_space(self, params: Params | None = None) -> spaces.Box:
        del params
        if self.use_visual_obs:
            return spaces.Box(0, 1, (SIZE, SIZE, 3))
        return spaces.Box(1, SIZE - 2, (4,))

    def action_space(self, params: Params | None = None) -> spaces.Discrete:
        del params
        return spaces.Discrete(4)


def _number(place: tuple[int, int]) -> jax.Array:
    """The number of a cell, rows first."""
    return jnp.asarray(place[0] * SIZE + place[1])


def _place(number: jax.Array) -> jax.Array:
    """Row and column of a cell."""
    return jnp.stack([number // SIZE, number % SIZE])


def _other_cell(bits: jax.Array, taken: jax.Array) -> jax.Array:
    """Any cell but one, by number; `bits` is a random uint32."""
    index = (bits % np.uint32(len(_CELLS) - 1)).astype(jnp.int32)
    # Those from the taken one on move up by one.
    index = index + (index >= (taken > _CELLS).sum(dtype=jnp.int32)).astype(jnp.int32)
    return jnp.asarray(_CELLS)[index]
