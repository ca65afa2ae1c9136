"""What Kinetix remembers between steps, and its numbers.

Arrays over `n` bodies are in the order of `Level`: polygons, the walls first, then circles.
"""

from typing import Any

import jax
import jax.numpy as jnp

from jaxenvs import core
from jaxenvs.envs.kinetix._actions import NUM_COMMANDS
from jaxenvs.envs.kinetix._level import Level
from jaxenvs.ranges import NonNegative
from jaxenvs.struct import ByValue, PyTree


class State(core.State):
    """A level in play. `_view.motion` tells where its bodies are."""

    given: "Given | Pinned"  # what does not change during an episode
    world: Any  # what the engine needs to know of it; fixed during an episode
    physics: Any  # what the engine moves
    touching: jax.Array  # (k,) bool: the pairs that touched in the last physics step
    commands: jax.Array  # (6,) float32, what motors and thrusters were told last; for pictures
    last_distance: jax.Array  # () float32, m, between green and blue; -1 before the first step

    @property
    def level(self) -> Level:
        """As it was at the start."""
        return self._given.level

    @property
    def facts(self) -> Any:
        """`Facts`, what follows from the level."""
        return self._given.facts

    @property
    def _given(self) -> "Given":
        return self.given.tree if isinstance(self.given, Pinned) else self.given


class Given(PyTree):
    """A level, and what follows from it."""

    level: Level
    facts: Any  # `Facts`
    row: Any = None  # (m,) float32, the flat observation of the start; None: not kept


@jax.tree_util.register_static
class Pinned(ByValue):
    """A `Given` with its row, as a value: constants of the program, which no copy has to carry."""


def first_state(level: Level, world: Any, physics: Any, facts: Any) -> State:
    """The state of a level at its start, in whichever engine."""
    return State(
        time=jnp.int32(0),
        given=Given(level=level, facts=facts),
        world=world,
        physics=physics,
        touching=jnp.zeros(facts.wins.shape, jnp.bool_),
        commands=jnp.zeros(NUM_COMMANDS, jnp.float32),
        last_distance=jnp.float32(-1),
    )


class Params(core.Params):
    """Kinetix's numbers; gravity, and what bodies, motors and thrusters are like, say the levels.

    Those of motors, thrusters and friction count when an episode begins.
    """

    max_steps: int = 256
    win_reward: float = 1.0  # for green on blue
    loss_reward: float = -1.0  # for green on red
    dense_reward_scale: float = 0.1  # per meter that green and blue come nearer; 0: none
    base_motor_speed: float = 6.0  # rad/s, of a motor whose own speed is 1
    base_motor_power: NonNegative = 900.0  # rad/s^2, of a motor whose own power is 1
    base_thruster_power: NonNegative = 10.0  # N, of a thruster whose own power is 1
    base_friction: NonNegative = 0.4  # of a body whose own friction is 1
