"""Small environments that use every corner of the contract, for tests."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import LevelEnv, MultiAgentEnv, core, spaces
from jaxenvs.struct import PyTree


class WalkState(core.State):
    position: jax.Array  # () int32
    luck: jax.Array  # () float32


class WalkParams(core.Params):
    width: int = 3  # the walk ends this far from 0
    bonus: float = 0.5
    max_steps: int = 5


class Walk(core.Env[WalkState, WalkParams]):
    """A random walk: random starts, steps, rewards; ends often, also at the very limit."""

    scale: int = 1

    def original_params(self) -> WalkParams:
        return WalkParams()

    def initial(self, key: jax.Array, params: WalkParams) -> WalkState:
        position_key, luck_key = jax.random.split(key)
        return WalkState(
            time=jnp.int32(0),
            position=jax.random.randint(position_key, (), -1, 2, dtype=jnp.int32),
            luck=jax.random.uniform(luck_key, (), jnp.float32),
        )

    def transition(
        self, key: jax.Array, state: WalkState, action: jax.Array, params: WalkParams
    ) -> tuple[WalkState, jax.Array, jax.Array, core.Info]:
        push_key, luck_key = jax.random.split(key)
        push = jax.random.randint(push_key, (), -1, 2, dtype=jnp.int32)
        moved = state.replace(
            position=state.position + self.scale * (action - 1) + push,
            luck=jax.random.uniform(luck_key, (), jnp.float32),
        )
        terminated = jnp.abs(moved.position) >= params.width
        return moved, moved.luck + params.bonus, terminated, {"push": push}

    def observe(self, state: WalkState, params: WalkParams) -> dict[str, jax.Array]:
        return {"luck": state.luck[None], "position": state.position}

    def observation_space(self, params: WalkParams | None = None) -> spaces.Dict:
        return spaces.Dict({"luck": spaces.Box(0, 1, (1,)), "position": spaces.Discrete(11, -5)})

    def action_space(self, params: WalkParams | None = None) -> spaces.Discrete:
        return spaces.Discrete(3)


class Goal(PyTree):
    place: jax.Array  # () int32


class RaceState(core.State):
    place: jax.Array  # () int32, of the goal
    position: jax.Array  # () int32


class RaceParams(core.Params):
    max_place: int = 4
    max_steps: int = 8


class Race(LevelEnv[RaceState, RaceParams, Goal]):
    """Walk to the place that the level names."""

    reset_cost = "expensive"

    def original_params(self) -> RaceParams:
        return RaceParams()

    def sample_level(self, key: jax.Array, params: RaceParams) -> Goal:
        return Goal(place=jax.random.randint(key, (), 1, params.max_place + 1, dtype=jnp.int32))

    def initial_on(self, key: jax.Array, level: Goal, params: RaceParams) -> RaceState:
        return RaceState(time=jnp.int32(0), place=level.place, position=jnp.int32(0))

    def mutate_level(
        self, key: jax.Array, level: Goal, num_edits: jax.Array | int, params: RaceParams
    ) -> Goal:
        moved = level.place + jnp.asarray(num_edits, jnp.int32)
        return Goal(place=jnp.clip(moved, 1, params.max_place))

    def level_to_dict(self, level: Goal) -> dict[str, Any]:
        return {"place": int(level.place)}

    def level_from_dict(self, fields: dict[str, Any]) -> Goal:
        place = fields.get("place")
        if not isinstance(place, int) or not 1 <= place <= 4:
            raise ValueError(f"place: expected an integer from 1 to 4, got {place!r}")
        return Goal(place=jnp.int32(place))

    def transition(
        self, key: jax.Array, state: RaceState, action: jax.Array, params: RaceParams
    ) -> tuple[RaceState, jax.Array, jax.Array, core.Info]:
        moved = state.replace(position=jnp.maximum(state.position + 2 * action - 1, 0))
        success = moved.position == state.place
        return moved, success.astype(jnp.float32), success, {"success": success}

    def observe(self, state: RaceState, params: RaceParams) -> jax.Array:
        return jnp.stack([state.place, state.position])

    def observation_space(self, params: RaceParams | None = None) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete([5, 10])

    def action_space(self, params: RaceParams | None = None) -> spaces.Discrete:
        return spaces.Discrete(2)


class Turns(core.Env[core.State, core.Params]):
    """Three numbers, of which that of the turn is legal, `time % 3`; the limit is at turn 2."""

    def original_params(self) -> core.Params:
        return core.Params(max_steps=2)

    def initial(self, key: jax.Array, params: core.Params) -> core.State:
        return core.State(time=jnp.int32(0))

    def transition(
        self, key: jax.Array, state: core.State, action: jax.Array, params: core.Params
    ) -> tuple[core.State, jax.Array, jax.Array, core.Info]:
        return state, jnp.float32(1), jnp.bool_(False), {}

    def observe(self, state: core.State, params: core.Params) -> jax.Array:
        return state.time % 3

    def observation_space(self, params: core.Params | None = None) -> spaces.Discrete:
        return spaces.Discrete(3)

    def action_space(self, params: core.Params | None = None) -> spaces.Discrete:
        return spaces.Discrete(3)

    def action_mask(self, state: core.State, params: core.Params | None = None) -> jax.Array | None:
        return jnp.arange(3, dtype=jnp.int32) == state.time % 3


class CrowdState(core.State):
    sums: jax.Array  # (3,) int32


class Crowd(MultiAgentEnv[CrowdState, core.Params]):
    """Three agents with different sizes; agent `i` leaves at its own time."""

    def original_params(self) -> core.Params:
        return core.Params(max_steps=7)

    @property
    def agents(self) -> tuple[str, ...]:
        return ("small", "middle", "large")

    def observation_spaces(self, params: core.Params | None = None) -> dict[str, spaces.Space]:
        return {name: spaces.Box(0, 100, (i + 1,)) for i, name in enumerate(self.agents)}

    def action_spaces(self, params: core.Params | None = None) -> dict[str, spaces.Space]:
        return {name: spaces.Discrete(i + 2) for i, name in enumerate(self.agents)}

    def initial(self, key: jax.Array, params: core.Params) -> CrowdState:
        return CrowdState(time=jnp.int32(0), sums=jnp.zeros(3, jnp.int32))

    def transition(
        self, key: jax.Array, state: CrowdState, action: jax.Array, params: core.Params
    ) -> tuple[CrowdState, jax.Array, jax.Array, core.Info]:
        sums = state.sums + action
        leaves = sums >= np.array([3, 4, 5], np.int32)
        return state.replace(sums=sums), action.astype(jnp.float32), leaves, {}

    def observe(self, state: CrowdState, params: core.Params) -> jax.Array:
        own = np.tril(np.ones((3, 3), np.float32))  # agent i sees i + 1 numbers
        return state.sums.astype(jnp.float32)[:, None] * own

    def action_mask(self, state: CrowdState, params: core.Params | None = None) -> jax.Array | None:
        return jnp.arange(4, dtype=jnp.int32) < np.array([[2], [3], [4]], np.int32)

    def global_state(self, state: CrowdState, params: core.Params) -> jax.Array:
        return state.sums.astype(jnp.float32)
