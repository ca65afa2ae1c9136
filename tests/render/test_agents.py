"""Pictures of games of several agents show the state."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.mpe import pictures as mpe
from jaxenvs.render import draw, palette

IDS = [*jaxenvs.list_envs("mpe")[:-2], *jaxenvs.list_envs("social")]
OFTEN = ("SpeakerListener", "Crypto", "WorldComm", "CollectTreasure", "Social")


@pytest.mark.parametrize(
    "env_id",
    [
        pytest.param(i, marks=[] if any(part in i for part in OFTEN) else [pytest.mark.slow])
        for i in IDS
    ],
)
def test_every_game_has_a_picture_that_moves_with_it(env_id):
    env: Any = jaxenvs.make(env_id)

    @jax.jit
    def play(key):
        state = env.reset(key)[1]
        for i in range(3):
            action = env.action_space().sample(jax.random.key(i))
            state = env.step(jax.random.key(i), state, action).state
        return env.reset(key)[1], state

    first, later = play(jax.random.key(1))
    pictures = [draw(env, state, size=128) for state in (first, later)]
    assert pictures[0].dtype == np.uint8
    assert max(pictures[0].shape[:2]) == 128
    assert len(np.unique(pictures[1].reshape(-1, 3), axis=0)) > 5
    assert (pictures[0] != pictures[1]).any()


def test_messages_are_shown():
    env: Any = jaxenvs.make("MPE-SimpleReference-v3")
    _, state = env.reset(jax.random.key(0))
    silent = draw(env, state, size=200)
    said = state.replace(message=jax.nn.one_hot(jnp.array([2, 9]), 10, dtype=jnp.float32))
    assert (draw(env, said, size=200)[-40:] != silent[-40:]).any()
    assert mpe.word(np.array([0, 0, 1.0])) == "C"
    assert mpe.word(np.zeros(3)) == "–"
    assert mpe.word(np.array([0.5, 1.0])) == "A 0.50 B 1.00"


def test_who_runs_away_stays_in_the_picture():
    env: Any = jaxenvs.make("MPE-SimpleTag-v3")
    _, state = env.reset(jax.random.key(0))
    far = state.replace(position=state.position.at[3].set(jnp.array([8.0, -9.0])))
    picture = draw(env, far, size=512)
    off = (picture.astype(int) - np.array(mpe.AGENTS["agent"])) ** 2
    assert (off.sum(axis=2) < 200).any()


@pytest.mark.parametrize("env_id", [i for i in IDS if i.startswith("MPE") and "Crypto" not in i])
def test_no_two_kinds_look_alike(env_id):
    env: Any = jaxenvs.make(env_id)
    _, shapes = jax.eval_shape(env.reset, jax.random.key(0))
    signs = mpe._signs(env, shapes, env.default_params)
    looks = {(mark, color) for mark, color, _ in signs}
    assert len(looks) == len(signs)
    if isinstance(env.unwrapped, mpe._COLORED):
        agents = {mpe.AGENTS[kind.name] for kind in env.unwrapped.movers(env.default_params)}
        assert not agents & set(mpe.HUES)


def test_the_profit_of_a_firm_is_an_area():
    env: Any = jaxenvs.make("Social-Cournot-v1")
    _, state = env.reset(jax.random.key(0))

    def area(*quantity):
        picture = draw(env, state.replace(quantity=jnp.array(quantity)), size=512)
        return (picture == np.array(palette.BLUE)).all(axis=2).sum()

    assert area(40.0, 10.0) == pytest.approx(2 * area(20.0, 30.0), rel=0.05)  # at one price
    assert area(20.0, 30.0) == pytest.approx(2 * area(20.0, 50.0), rel=0.06)  # 40 and 20 over cost
