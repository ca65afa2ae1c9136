from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.render import draw
from jaxenvs.render.play import controls_of
from tests.frames import check_picture, drawn

IDS = [
    "LOB-AvellanedaStoikov-v0",
    "LOB-CarteaJaimungalMaking-v0",
    "LOB-AlmgrenChriss-v0",
    "LOB-CarteaJaimungalExecution-v0",
]


@pytest.mark.parametrize("env_id", IDS)
def test_every_model_has_a_picture_and_keys(env_id):
    env = jaxenvs.make(env_id)
    _, state = env.reset(jax.random.key(0))
    check_picture(draw(env, state, size=96), 96)
    controls = controls_of(env)
    actions = {tuple(controls.action([name], env.action_space(), 0)) for name in controls.keys}
    assert len(actions) == 4
    for action in actions:
        assert env.action_space().contains(jnp.asarray(action))


def test_makers_show_quotes_fills_inventory_and_wealth():
    env = jaxenvs.make("LOB-CarteaJaimungalMaking-v0")
    quotes = np.array([0.5, 1.0], np.float32)
    start = drawn(env, depths=quotes)
    changes: tuple[dict[str, Any], ...] = (
        {"fills": np.array([True, False])},
        {"inventory": np.int32(3)},
        {"wealth": np.float32(5)},
        {"moved": np.float32(1)},
        {"time": np.int32(100)},
        {"depths": np.array([1.0, 1.0], np.float32)},
    )
    for change in changes:
        shown: dict[str, Any] = {"depths": quotes} | change
        assert (drawn(env, **shown) != start).any(), change


def test_sellers_show_what_is_left_and_what_was_sold():
    env = jaxenvs.make("LOB-AlmgrenChriss-v0")
    half: dict[str, Any] = {"inventory": np.float32(5e5), "time": np.int32(2)}
    pictures = [
        drawn(env),
        drawn(env, **half),
        drawn(env, **half, traded=np.float32(3e5)),
        drawn(env, **half, wealth=np.float32(-3e5)),
        drawn(env, **half, moved=np.float32(-1)),
    ]
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
