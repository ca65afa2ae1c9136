"""Encoders of entities: order, empty slots and masks; and PPO with them."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs import spaces
from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts.entities import Layout, SetEncoder, layout_of, pooled, used_parts
from jaxenvs.baselines.parts.entities_transformer import Transformer, encoder_of, with_token
from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.wrappers.flatten import flatten
from tests.baselines.entities_toy import (
    BODIES,
    CIRCLES,
    POLYGONS,
    Turn,
    entity_space,
    permuted,
    random_scene,
)

SPACE = entity_space()
ENCODERS = {
    "sets": SetEncoder(Layout(SPACE), 8),
    "transformer": Transformer(Layout(SPACE), 8),
}
both = pytest.mark.parametrize("kind", list(ENCODERS))


@functools.cache
def weights_of(kind):
    x = vector(random_scene(np.random.default_rng(0)))
    return jax.jit(ENCODERS[kind].init)(jax.random.key(0), x)


def vector(scene):
    return np.concatenate([scene[name].ravel().astype(np.float32) for name in SPACE.spaces])


@functools.partial(jax.jit, static_argnums=0)
def applied(kind, weights, x):
    return ENCODERS[kind].apply(weights, x)


@functools.partial(jax.jit, static_argnums=0)
def gradient(kind, weights, x):
    return jax.grad(lambda w: jnp.sum(ENCODERS[kind].apply(w, x) ** 2))(weights)


def encoded(kind, *scenes):
    return np.asarray(applied(kind, weights_of(kind), np.stack([vector(s) for s in scenes])))


@both
def test_the_order_of_entities_does_not_matter(kind):
    rng = np.random.default_rng(1)
    scene = random_scene(rng)
    out = encoded(kind, scene, *(permuted(scene, rng) for _ in range(5)))
    np.testing.assert_allclose(out, np.broadcast_to(out[0], out.shape), atol=2e-5)
    # Two polygons that change their features, but not their joints, are another scene.
    swapped = scene | {"polygons": scene["polygons"][[1, 0, 2]]}
    assert np.abs(encoded(kind, scene)[0] - encoded(kind, swapped)[0]).max() > 1e-3


@both
@pytest.mark.parametrize("junk", [7.0, np.nan, np.inf])
def test_what_is_not_there_changes_nothing(kind, junk):
    scene = random_scene(np.random.default_rng(2))
    dirty = {name: np.array(x) for name, x in scene.items()}
    for name in ("polygon", "circle", "joint", "thruster"):
        dirty[f"{name}s"][~scene[f"{name}_mask"]] = junk
    dirty["joint_indexes"][~scene["joint_mask"]] = 3
    dirty["thruster_indexes"][~scene["thruster_mask"]] = 4
    dirty["attention_mask"][:, POLYGONS - 1] = dirty["attention_mask"][:, :, POLYGONS - 1] = True
    np.testing.assert_array_equal(encoded(kind, scene), encoded(kind, dirty))

    clean, same = (gradient(kind, weights_of(kind), vector(s)) for s in (scene, dirty))
    for one, other in zip(jax.tree.leaves(clean), jax.tree.leaves(same), strict=True):
        assert np.isfinite(one).all()
        np.testing.assert_array_equal(one, other)


def test_large_features_stay_in_bounds():
    # 1 / inertia of a small body is 10^4: unbounded, it would decide the first policy alone.
    scene = random_scene(np.random.default_rng(7))
    heavy = scene | {"circles": scene["circles"] * np.float32(1e4)}
    encoder = SetEncoder(Layout(SPACE), 8, "relu")
    out: Any = encoder.apply(weights_of("sets"), vector(heavy))
    assert np.abs(out).max() < 100


@both
def test_an_empty_scene_is_finite(kind):
    scene = random_scene(np.random.default_rng(3))
    masks = {name: np.zeros_like(x) for name, x in scene.items() if x.dtype == np.bool_}
    assert np.isfinite(encoded(kind, scene | masks)).all()


@both
@pytest.mark.parametrize("part", ["joints", "thrusters", "joint_indexes", "thruster_indexes"])
def test_joints_and_thrusters_are_seen(kind, part):
    scene = random_scene(np.random.default_rng(4))
    other = dict(scene)
    if part in ("joints", "thrusters"):
        other[part] = scene[part] + np.float32(1)
    else:
        bodies = np.array([1, 3, 0, 4, 2], np.int32)  # to another body that is there, or 2, not
        other[part] = bodies[scene[part]]
    assert np.abs(encoded(kind, scene) - encoded(kind, other)).max() > 1e-4


def test_indices_may_be_one_hot_in_the_vector():
    scene = jax.tree.map(jnp.asarray, random_scene(np.random.default_rng(5)))
    np.testing.assert_array_equal(flatten(SPACE, scene), vector(scene))
    numbers = Layout(SPACE).read(jnp.asarray(vector(scene)))
    digits = Layout(entity_space(one_hot=True))
    one_hot = digits.read(flatten(digits.space, scene))
    for one, other in zip(numbers, one_hot, strict=True):
        np.testing.assert_array_equal(one, other)
    assert numbers.near.shape == (4, BODIES)
    np.testing.assert_array_equal(
        np.argmax(numbers.near[0]), np.asarray(scene["joint_indexes"])[0, 0]
    )


@pytest.mark.parametrize("head", range(4))
def test_each_mask_opens_its_own_heads(head):
    # With one mask open for one pair, the outcome depends on that pair's mask alone.
    scene = random_scene(np.random.default_rng(6))
    closed = scene | {"attention_mask": np.zeros_like(scene["attention_mask"])}
    opened = {name: np.array(x) for name, x in closed.items()}
    opened["attention_mask"][head, 0, POLYGONS] = True  # the first polygon sees the first circle
    assert np.abs(encoded("transformer", closed) - encoded("transformer", opened)).max() > 1e-6
    weights = jax.tree.map(jnp.array, weights_of("transformer"))
    for i in range(2):  # this mask's two heads, and only they, are put out
        out = weights["params"][f"layer_{i}"]["attention"]["out"]
        out["kernel"] = out["kernel"].at[2 * head : 2 * head + 2].set(0.0)
    both_scenes = np.stack([vector(closed), vector(opened)])
    blind = applied("transformer", weights, both_scenes)
    np.testing.assert_array_equal(blind[0], blind[1])


def test_the_token_sees_and_is_seen():
    there = jnp.array([True, True, False])
    mask = with_token(jnp.zeros((4, 2, 2), jnp.bool_), there)
    assert mask.shape == (4, 3, 3)
    expected = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]], np.bool_)
    np.testing.assert_array_equal(mask, np.broadcast_to(expected, mask.shape))


def test_pooling_leaves_out_what_is_not_there():
    rows = jnp.array([[1.0, -4.0], [3.0, -2.0], [100.0, 100.0]])
    mean, highest = pooled(rows, jnp.array([True, True, False]))
    np.testing.assert_array_equal(mean, [2.0, -3.0])
    np.testing.assert_array_equal(highest, [3.0, -2.0])
    for of_none in pooled(rows, jnp.zeros(3, jnp.bool_)):
        np.testing.assert_array_equal(of_none, [0.0, 0.0])


def test_numbers_of_parameters():
    # Of the paper's transformer: the embeddings, and per layer attention, norms, gates, a dense
    # layer and two messages.
    def count(encoder):
        shapes = jax.eval_shape(encoder.init, jax.random.key(0), vector(random_scene(rng)))
        return sum(x.size for x in jax.tree.leaves(shapes))

    rng, d = np.random.default_rng(0), 128
    embeddings = (27 + 1 + 19 + 1) * (d - 1) + (22 + 1 + 8 + 1) * d
    attention = 3 * (d * 16 + 16) + 16 * d + d
    gates, dense = 2 * (6 * d * d + d), d * d + d
    messages = 3 * d * d + d + 2 * d * d + d
    layer = attention + 2 * 2 * d + gates + dense + messages
    assert count(Transformer(Layout(SPACE))) == embeddings + 2 * layer
    w = 32
    dense_layers = (27 + 1 + 19 + 1) * w + (22 + 2 * w + 1 + 8 + w + 1) * w + (w + 1) * w
    assert count(SetEncoder(Layout(SPACE), w)) == dense_layers


@pytest.mark.parametrize(
    ("space", "kind", "message"),
    [
        (spaces.Box(0, 1, (4,)), "sets", "sets expects observations of entities, a Dict"),
        (spaces.Dict({"polygons": spaces.Box(0, 1, (2, 3))}), "sets", "entities with circles"),
        (used_parts(SPACE, "sets"), "transformer", "entities with attention_mask"),
        (
            spaces.Dict(SPACE.spaces | {"score": spaces.Discrete(2)}),
            "sets",
            r"entities alone, got score: Discrete\(2\)",
        ),
        (
            spaces.Dict(SPACE.spaces | {"thruster_indexes": spaces.MultiDiscrete([9, 9])}),
            "sets",
            f"thruster_indexes below {BODIES}",
        ),
        (
            spaces.Dict(SPACE.spaces | {"attention_mask": spaces.MultiBinary((3, 5, 5))}),
            "transformer",
            "masks whose number divides its 8 heads, got 3",
        ),
    ],
)
def test_observations_that_do_not_fit_are_refused(space, kind, message):
    with pytest.raises(ValueError, match=message):
        encoder_of(space, kind, 8, "tanh")


def test_the_layout_counts_bodies():
    layout = layout_of(SPACE, "transformer")
    assert (layout.num_bodies, layout.num_kinds) == (POLYGONS + CIRCLES, 4)
    used = used_parts(SPACE, "sets")
    assert isinstance(used, spaces.Dict)
    assert "attention_mask" not in used.spaces
    assert used_parts(SPACE, "mlp") == used_parts(SPACE, "transformer") == SPACE


SMALL = ppo.Config(
    total_steps=40 * 64,
    num_envs=32,
    num_steps=2,
    hidden=(16,),
    eval_episodes=32,
    lr=1e-2,
    entity_width=8,
    trunk=True,
    encoder="sets",
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filters": 4}, "filters: expected 0 with the encoder sets, got 4"),
        ({"normalize_obs": True}, "normalize_obs: expected False with the encoder sets"),
        (
            {"encoder": "cnn"},
            "encoder: expected 'mlp', 'sets', 'transformer' or 'pixels', got 'cnn'",
        ),
        ({"entity_width": 0}, "entity_width: expected a whole number from 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes, message):
    with pytest.raises((ValueError, TypeError), match=message):
        ppo.make_train(dataclasses.replace(SMALL, **changes), Turn())


def test_agents_are_not_told_apart_behind_entities():
    with pytest.raises(ValueError, match="show_id: expected False with the encoder sets"):
        ppo.TeamConfig(encoder="sets").check()
    ppo.TeamConfig(encoder="sets", show_id=False).check()


def test_ppo_learns_from_entities():
    trainer = ppo.make_train(SMALL, Turn())
    carry, metrics = jax.jit(functools.partial(scan_updates, trainer))(
        jax.random.key(0), trainer.hp
    )
    assert float(trainer.evaluate(carry, jax.random.key(1))["return"]) == 1
    assert float(metrics["episode_success"][0]) < 0.8
    assert float(metrics["episode_success"][-1]) > 0.9
    np.testing.assert_allclose(metrics["episode_success"], metrics["episode_return"], rtol=1e-6)
    # 64 numbers of attention masks and more are not kept where nobody looks at them.
    kept = sum(np.prod(np.shape(x)) for x in jax.tree.leaves(SPACE.sample(jax.random.key(0))))
    assert carry.situation.seen.obs.shape[-1] == kept - 4 * BODIES**2


@pytest.mark.parametrize(
    ("kind", "memory"),
    [
        ("sets", "gru"),
        pytest.param("transformer", "none", marks=pytest.mark.slow),
        pytest.param("transformer", "gru", marks=pytest.mark.slow),
    ],
)
def test_every_encoder_runs_with_and_without_a_memory(kind, memory):
    config = dataclasses.replace(
        SMALL, encoder=kind, memory=memory, memory_width=4, trunk=memory == "gru"
    )
    trainer = ppo.make_train(config, Turn())
    carry = jax.eval_shape(trainer.init, jax.random.key(0), trainer.hp)
    after, _ = jax.eval_shape(trainer.update, carry)
    assert jax.tree.map(lambda x: (x.shape, x.dtype), after) == jax.tree.map(
        lambda x: (x.shape, x.dtype), carry
    )
    obs = jax.eval_shape(Turn().reset, jax.random.key(0))[0]
    policy = trainer.policy(carry)
    chance = (jax.random.key(0), trainer.memory)
    action, chance = jax.eval_shape(trainer.sample, policy, obs, None, chance)
    assert action.shape == (2,)
    assert chance[0].dtype == jax.random.key(0).dtype
