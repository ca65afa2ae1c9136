"""Crypto: Alice tells Bob a bit in a code that Eve, who listens, should not break.

Source: mpe2's `simple_crypto_v3`.
Differs from it in nothing.
"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.mpe._scenario import Scenario, pick
from jaxenvs.envs.mpe._world import Landmark, Mover

NUM_SYMBOLS = 4
NUM_SECRETS = 2  # the message and the key are one of the first two symbols
EVE, BOB, ALICE = range(3)


class Params(core.Params):
    """The time limit; nobody moves, so there is no physics."""

    max_steps: int = 25


class State(core.State):
    """What was drawn and what was said last. Nobody moves, so there are no places."""

    goal: jax.Array  # () int32, the secret
    key: jax.Array  # () int32, which Alice and Bob share
    message: jax.Array  # (3, 4) float32, what Eve, Bob and Alice said


class Crypto(Scenario[State, Params]):
    """Agents Eve, Bob and Alice; actions: 0 to 3, the symbol to say; or a `Box` of the four.

    Observations: Eve sees what Alice said `(4,)`, Bob the key and what she said `(8,)`, Alice the
    secret and the key `(8,)`. Rewards: Eve loses the squared distance of her symbol from the
    secret; Bob and Alice gain that and lose the one of Bob's symbol. Silence costs nothing.
    Truncated after 25 steps.
    """

    def original_params(self) -> Params:
        return Params()

    def movers(self, params: Params) -> tuple[Mover, ...]:
        names = ("eve", "bob", "alice")
        return tuple(Mover(n, 1, 0.05, movable=False, vocabulary=NUM_SYMBOLS) for n in names)

    def landmark_kinds(self, params: Params) -> tuple[Landmark, ...]:
        return ()

    def initial(self, key: jax.Array, params: Params) -> State:
        draws = jax.random.uniform(key, (2,), jnp.float32)
        return State(
            time=jnp.int32(0),
            goal=pick(draws[0], NUM_SECRETS),
            key=pick(draws[1], NUM_SECRETS),
            message=jnp.zeros((3, NUM_SYMBOLS), jnp.float32),
        )

    def act(self, state: State, action: jax.Array, params: Params) -> State:
        _, message = self.decode(action, params)
        return state.replace(message=message)

    def rewards(self, state: State, params: Params) -> jax.Array:
        error = jnp.square(state.message - _color(state.goal)).sum(axis=1)
        error = jnp.where((state.message == 0).all(axis=1), np.float32(0), error)
        team = error[EVE] - error[BOB]
        return jnp.stack([-error[EVE], team, team])

    def view_sizes(self) -> tuple[int, ...]:
        return NUM_SYMBOLS, 2 * NUM_SYMBOLS, 2 * NUM_SYMBOLS

    def views(self, state: State, params: Params) -> tuple[jax.Array, ...]:
        heard, key, goal = state.message[ALICE], _color(state.key), _color(state.goal)
        return heard[None], jnp.concatenate([key, heard])[None], jnp.concatenate([goal, key])[None]


def _color(secret: jax.Array) -> jax.Array:
    return (np.arange(NUM_SYMBOLS, dtype=np.int32) == secret).astype(jnp.float32)
