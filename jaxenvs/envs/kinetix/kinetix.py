"""Kinetix: drive motors and thrusters until the green body touches the blue one, not the red.

Source: Matthews, Beukman, Lu & Foerster, "Kinetix: Investigating the training of general agents
through open-ended physics-based control tasks", 2024 (arXiv:2410.23208), and the package
`kinetix-env` 3.0.2 (environment/env.py, environment/spaces.py).
Differs from it in: bodies move as in `jaxenvs.physics2d` unless `engine` is "jax2d" (discs and
triangles have their true moments of inertia, centers of mass are true, a motor's torque is
limited, nothing tunnels); a time limit truncates and does not terminate; a level's gravity counts,
and its time limit where it is the only level; what is not there is zero in the observation of
entities; the next episode's level is drawn when it begins, not at every step; where the first of
an action's physics steps ends the game, `distance` is that after the last, unless `engine` is
"jax2d".
"""

from typing import Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core, spaces
from jaxenvs.envs.kinetix import (
    _actions,
    _engine_jax2d,
    _engine_modern,
    _goal,
    _named,
    _start,
)
from jaxenvs.envs.kinetix._level import (
    NUM_MOTOR_BINDINGS,
    NUM_THRUSTER_BINDINGS,
    NUM_WALLS,
    SIZES,
    Level,
    Size,
)
from jaxenvs.envs.kinetix._state import Params, State
from jaxenvs.envs.kinetix.files._from_json import from_content
from jaxenvs.envs.kinetix.files._to_json import to_content
from jaxenvs.envs.kinetix.levels._generate import random_level
from jaxenvs.envs.kinetix.levels._mutate import mutate
from jaxenvs.envs.kinetix.observations import _entity, _symbolic
from jaxenvs.levels import LevelEnv
from jaxenvs.ranges import Range, check_value

_ENGINES = {"modern": _engine_modern, "jax2d": _engine_jax2d}
_FEWEST = 3  # bodies of a random level
_LEAST, _MOST = Size(5, 0, 0, 0), Size(64, 64, 64, 64)
_STRONG = 1000.0  # the strongest gravity that a picture's numbers tell, in units of 10 m/s^2


class Kinetix(LevelEnv[State, Params, Level]):
    """Motors and thrusters have kinds, four and two, which actions command.

    Discrete: motors of kind k backward (2 k) or forward (2 k + 1), nothing (8), thrusters of a kind
    (9, 10). Multi-discrete: each kind of motors 0 off, 1 forward, 2 backward, of thrusters 0 off, 1
    on. Continuous: motors -1 to 1, thrusters 0 to 1, off below.
    Observation: all numbers in a row, a dict of entities with masks, or a picture. Reward: 1 when
    green touches blue, -1 when it touches red, which end the episode, and 0.1 per meter that green
    and blue come nearer. Info: `success`; `distance` in meters between green and blue. Truncated
    after 256 steps.
    """

    size: Literal["s", "m", "l"] | Size = "s"
    """How many slots a level has: small, medium, large, or any number of polygons (with the four
    walls), circles, joints and thrusters."""

    observation: Literal["symbolic", "symbolic-padded", "entity", "pixels"] = "symbolic"
    """`symbolic-padded`: the numbers as a table with a row for each slot."""

    actions: _actions.Kind = "discrete"
    """One command at a time, one for each kind of motors and thrusters, or numbers for them."""

    engine: Literal["modern", "jax2d"] = "modern"
    """What moves the bodies; `jax2d` reproduces Kinetix's own engine, faults included."""

    frame_skip: Annotated[int, Range(1, 100)] = 2
    """Physics steps of 1/60 s for each action."""

    level: str | Level | _named.FixedLevel | None = None
    """The only level: a name such as "l/h7_maze_1" or "lunar_lander", the path of a level file
    (`*.json`), or a level. None: a random one in each episode."""

    def __post_init__(self) -> None:
        if isinstance(self.size, Size):
            for name, low, value, high in zip(Size._fields, _LEAST, self.size, _MOST, strict=True):
                check_value(f"size.{name}", value, Annotated[int, Range(low, high)])
        room = self.slots
        if self.level is None and room.bodies < NUM_WALLS + _FEWEST:
            expected = f"{NUM_WALLS} walls and {_FEWEST} bodies or more, for random levels"
            raise ValueError(f"size: expected {expected}, got {room}")
        if self.level is not None:
            object.__setattr__(self, "level", _named.fixed(self.level, self.slots))

    @property
    def slots(self) -> Size:
        """How many slots levels have of each kind."""
        return self.size if isinstance(self.size, Size) else SIZES[self.size]

    @property
    def reset_cost(self) -> Literal["cheap", "expensive"]:  # type: ignore[override]
        """What a reset costs: little where there is one level."""
        return "expensive" if self.level is None else "cheap"

    def original_params(self) -> Params:
        if isinstance(self.level, _named.FixedLevel):
            return Params(max_steps=int(self.level.tree.max_timesteps))
        return Params()

    # -- levels --------------------------------------------------------------------------------

    def sample_level(self, key: jax.Array, params: Params) -> Level:
        del params
        if isinstance(self.level, _named.FixedLevel):
            return jax.tree.map(jnp.asarray, self.level.tree)
        return random_level(key, self.slots)

    def initial_on(self, key: jax.Array, level: Level, params: Params) -> State:
        del key
        return self._engine.build(level, params)

    def initial(self, key: jax.Array, params: Params) -> State:
        if isinstance(self.level, _named.FixedLevel):
            return _start.start(self._engine, self.level, params)
        return super().initial(key, params)

    def mutate_level(
        self, key: jax.Array, level: Level, num_edits: jax.Array | int, params: Params
    ) -> Level:
        del params
        return mutate(key, level, num_edits)

    def level_to_dict(self, level: Level) -> dict[str, Any]:
        return to_content(level)

    def level_from_dict(self, fields: dict[str, Any]) -> Level:
        return _named.fitted(from_content(fields), self.slots)

    # -- play ----------------------------------------------------------------------------------

    def transition(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        del key
        bindings = NUM_MOTOR_BINDINGS, NUM_THRUSTER_BINDINGS
        commands = _actions.commands(self.actions, action, *bindings)
        return self.play(state, *commands, params)

    def play(
        self,
        state: State,
        motors: list[jax.Array],
        thrusters: list[jax.Array],
        params: Params,
    ) -> tuple[State, jax.Array, jax.Array, core.Info]:
        """`transition` by what each kind of motors and of thrusters is told, () float32 each."""
        motor, thrust = _actions.controls(state.level, motors, thrusters)
        played = _goal.play(self._engine.steps, state, motor, thrust, self.frame_skip)
        state, outcome, distance = played
        decided = jnp.where(
            outcome == _goal.LOST,
            params.loss_reward,
            jnp.where(outcome == _goal.WON, params.win_reward, np.float32(0)),
        )
        nearer = params.dense_reward_scale * (state.last_distance - distance)
        shaped = (state.last_distance != -1) & jnp.isfinite(nearer)
        reward = decided + jnp.where(shaped, nearer, np.float32(0))
        terminated = (outcome != _goal.OPEN) | _goal.is_broken(state)
        info = {"success": outcome == _goal.WON, "distance": distance}
        told = jnp.stack([*motors, *thrusters])
        state = state.replace(last_distance=distance, commands=told)
        return state, reward, terminated, info

    @property
    def _engine(self) -> Any:
        return _ENGINES[self.engine]

    # -- spaces --------------------------------------------------------------------------------

    def observe(self, state: State, params: Params) -> Any:
        del params
        match self.observation:
            case "symbolic":
                return _symbolic.observe(state)
            case "symbolic-padded":
                return _symbolic.observe_padded(state)
            case "entity":
                return _entity.observe(state, self._engine.pairs(self.slots))
            case "pixels":
                from jaxenvs.envs.kinetix.observations import _pixels

                gravity = jnp.clip(state.level.gravity[1:] / np.float32(10), -_STRONG, _STRONG)
                return {"image": _pixels.pixels(state), "global_info": gravity}

    def observation_space(self, params: Params | None = None) -> spaces.Space:
        del params
        match self.observation:
            case "symbolic":
                return _symbolic.space(self.slots)
            case "symbolic-padded":
                return _symbolic.padded_space(self.slots)
            case "entity":
                return _entity.space(self.slots)
            case "pixels":
                image = spaces.Box(0.0, 1.0, (125, 125, 3))
                gravity = spaces.Box(-_STRONG, _STRONG, (1,))
                return spaces.Dict({"image": image, "global_info": gravity})

    def action_space(self, params: Params | None = None) -> spaces.Space:
        del params
        return _actions.space(self.actions, NUM_MOTOR_BINDINGS, NUM_THRUSTER_BINDINGS)
