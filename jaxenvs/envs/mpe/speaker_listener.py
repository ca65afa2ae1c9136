"""Speaker and listener: one knows the goal and cannot move, the other moves and cannot see it.

Source: mpe2's `simple_speaker_listener_v4`.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.envs.mpe import _view as view
from jaxenvs.envs.mpe import _world as world
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Landmark, Mover
from jaxenvs.ranges import NonNegative

NUM_LANDMARKS = 3


class State(world.State):
    """The world, the goal and what was said last."""

    goal: jax.Array  # () int32, of the landmarks
    message: jax.Array  # (2, 3) float32, of the speaker and of the silent listener


class Params(world.MotionParams):
    """The physics and the sizes."""

    agent_radius: NonNegative = 0.075
    landmark_radius: NonNegative = 0.04


class SpeakerListener(Scenario[State, Params]):
    """A speaker, a listener and three landmarks of different colors; nobody collides.

    Actions: the speaker says 0 to 2; the listener moves, 0 nothing, 1 left, 2 right, 3 down, 4 up;
    or `Box`es of three and five. Observations: the speaker sees the goal's color `(3,)`, the
    listener its velocity, the ways to the landmarks and what was said `(11,)`. Reward of both:
    minus the squared distance of the listener from the goal. Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        radius = params.agent_radius
        speaker = Mover("speaker", 1, radius, movable=False, vocabulary=NUM_LANDMARKS)
        return speaker, Mover("listener", 1, radius)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return (Landmark("landmark", NUM_LANDMARKS, params.landmark_radius),)

    def initial(self, key: jax.Array, params: Params) -> State:
        fields, draws = self.scatter(key, 1)
        message = jnp.zeros((2, NUM_LANDMARKS), jnp.float32)
        return State(**fields, goal=pick(draws[0], NUM_LANDMARKS), message=message)

    def rewards(self, state: State, params: Params) -> jax.Array:
        distances = world.squared_length(state.landmarks - state.position[1])
        off = jnp.where(_is_goal(state), distances, np.float32(0)).sum()
        return jnp.broadcast_to(-off, (2,))

    def view_sizes(self) -> tuple[int, ...]:
        return 3, 2 + 2 * NUM_LANDMARKS + NUM_LANDMARKS

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        color = jnp.where(_is_goal(state), np.float32(0.65), np.float32(0.15))
        ahead = view.flat(world.way(state.position[1:], state.landmarks))
        listened = [state.velocity[1:], ahead, state.message[:1]]
        return color[None], jnp.concatenate(listened, axis=1)


def _is_goal(state: State) -> jax.Array:
    """`(3,)` bool: which landmark is the goal; also the goal's hue."""
    return state.goal == np.arange(NUM_LANDMARKS, dtype=np.int32)
