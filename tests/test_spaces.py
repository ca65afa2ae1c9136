import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxenvs import spaces

EXAMPLES = [
    spaces.Box(-1, 2, (3,)),
    spaces.Box(-np.inf, np.inf, (2,)),
    spaces.Box([0, -np.inf], [np.inf, 3]),
    spaces.Box(np.finfo(np.float32).min, np.finfo(np.float32).max, (2,)),
    spaces.Box(0, 255, (2, 2), np.uint8),
    spaces.Box(-3, 3, (4,), np.int32),
    spaces.Discrete(5),
    spaces.Discrete(3, start=-1),
    spaces.MultiDiscrete([2, 3]),
    spaces.MultiDiscrete([[2, 3], [4, 5]], np.uint8, start=1),
    spaces.MultiBinary((2, 3)),
    spaces.Dict({"b": spaces.Discrete(2), "a": spaces.Box(0, 1, (2,))}),
    spaces.Tuple([spaces.Discrete(2), spaces.MultiBinary(3)]),
]


@pytest.mark.parametrize("space", EXAMPLES, ids=repr)
@pytest.mark.parametrize("x64", [False, True])
def test_samples_lie_in_the_space_and_in_gymnasiums(space, x64):
    with jax.enable_x64(x64):
        samples = jax.jit(jax.vmap(space.sample))(jax.random.split(jax.random.key(0), 50))
        assert bool(jax.jit(jax.vmap(space.contains))(samples).all())
    theirs = space.to_gymnasium()
    for i in range(50):
        sample = jax.tree.map(lambda leaf, i=i: np.asarray(leaf[i]), samples)
        assert sample in theirs


@pytest.mark.parametrize("space", EXAMPLES, ids=repr)
def test_spaces_are_values(space):
    twin = type(space)(**_arguments(space))
    assert twin == space
    assert hash(twin) == hash(space)
    assert sum(space == other for other in EXAMPLES) == 1


def _arguments(space):
    match space:
        case spaces.Box():
            return {"low": space.low, "high": space.high, "dtype": space.dtype}
        case spaces.Discrete():
            return {"n": space.n, "start": space.start}
        case spaces.MultiDiscrete():
            return {"num_values": space.num_values, "dtype": space.dtype, "start": space.start}
        case spaces.MultiBinary():
            return {"shape": space.shape}
        case _:
            return {"spaces": space.spaces}


@pytest.mark.parametrize(
    "space", [spaces.Discrete(7, 2), spaces.MultiDiscrete([3, 2]), spaces.Box(0, 3, (1,), np.uint8)]
)
def test_every_element_of_a_finite_space_comes_up(space):
    samples = np.asarray(jax.vmap(space.sample)(jax.random.split(jax.random.key(0), 500)))
    sizes = {"Discrete": 7, "MultiDiscrete": 6, "Box": 4}
    assert len(np.unique(samples.reshape(500, -1), axis=0)) == sizes[type(space).__name__]


def test_samples_of_bounded_boxes_reach_both_ends():
    samples = jax.vmap(spaces.Box(-1, 3).sample)(jax.random.split(jax.random.key(0), 4000))
    assert float(samples.min()) < -0.99
    assert float(samples.max()) > 2.99
    assert abs(float(samples.mean()) - 1) < 0.06


@pytest.mark.parametrize(
    ("space", "value"),
    [
        (spaces.Discrete(3), jnp.int32(3)),
        (spaces.Discrete(3), jnp.float32(1)),
        (spaces.Discrete(3), jnp.zeros(1, jnp.int32)),
        (spaces.Box(0, 1, (2,)), jnp.array([0.5, 1.5])),
        (spaces.Box(0, 1, (2,)), jnp.array([0.5, jnp.nan])),
        (spaces.Box(0, 1, (2,)), jnp.zeros(3)),
        (spaces.MultiDiscrete([2, 3]), jnp.array([1, 3])),
        (spaces.MultiDiscrete([2, 3]), jnp.array([-1, 0])),
        (spaces.MultiBinary(2), jnp.zeros(2)),
        (spaces.Dict({"a": spaces.Discrete(2)}), {"b": jnp.int32(0)}),
        (spaces.Dict({"a": spaces.Discrete(2)}), {"a": jnp.int32(2)}),
        (spaces.Tuple([spaces.Discrete(2)]), (jnp.int32(0), jnp.int32(0))),
        (spaces.Tuple([spaces.Discrete(2)]), [jnp.int32(0)]),
    ],
)
def test_what_is_outside_is_not_contained(space, value):
    assert not bool(space.contains(value))


@pytest.mark.parametrize(
    ("space", "value", "error", "words"),
    [
        (spaces.Discrete(3), 1.0, TypeError, "action: expected int32"),
        (spaces.Discrete(3), [1, 2], ValueError, r"action: expected shape \(\)"),
        (spaces.Box(0, 1, (2,)), [0.0], ValueError, r"expected shape \(2,\)"),
        (spaces.Dict({"a": spaces.Discrete(2)}), {"a": [0]}, ValueError, r"action\['a'\]"),
        (spaces.Dict({"a": spaces.Discrete(2)}), 3, ValueError, "expected a dict"),
        (spaces.Tuple([spaces.Discrete(2)]), (0, 0), ValueError, "expected a tuple of 1"),
        (spaces.Discrete(3), "left", TypeError, "action: expected an array"),
    ],
)
def test_cast_names_what_is_wrong(space, value, error, words):
    with pytest.raises(error, match=words):
        space.cast(value, "action")


def test_cast_gives_the_spaces_dtype():
    assert spaces.Discrete(3).cast(np.int64(2)).dtype == jnp.int32
    assert spaces.Box(0, 1, (2,)).cast([0, 1]).dtype == jnp.float32
    parts = spaces.Tuple([spaces.Discrete(2), spaces.Dict({"a": spaces.Box(0, 1)})])
    assert parts.cast((1, {"a": 0.5}))[1]["a"].dtype == jnp.float32


def test_bad_bounds_and_counts_are_refused():
    with pytest.raises(ValueError, match="low <= high"):
        spaces.Box(1, 0)
    with pytest.raises(ValueError, match="n >= 1"):
        spaces.Discrete(0)
    with pytest.raises(ValueError, match="counts >= 1"):
        spaces.MultiDiscrete([2, 0])


@settings(max_examples=25, deadline=None)
@given(
    low=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=4),
    width=st.floats(0, 1e6, width=32),
    seed=st.integers(0, 2**31 - 1),
)
def test_any_bounded_box_contains_its_samples(low, width, seed):
    box = spaces.Box(np.float32(low), np.float32(low) + np.float32(width))
    assert bool(box.contains(box.sample(jax.random.key(seed))))


def test_gymnasium_conversion_keeps_bounds_and_dtypes():
    theirs = spaces.Box([0, -np.inf], [1, np.inf]).to_gymnasium()
    assert theirs == gymnasium.spaces.Box(
        np.array([0, -np.inf], np.float32), np.array([1, np.inf], np.float32)
    )
    assert spaces.Discrete(3, 1).to_gymnasium() == gymnasium.spaces.Discrete(3, start=1)


def test_legal_actions_are_drawn_by_the_mask(getkey):
    space = spaces.Discrete(4, start=10)
    mask = jnp.array([False, True, False, True])
    drawn = jax.vmap(lambda key: spaces.sample_legal(space, key, mask))(
        jax.random.split(getkey(), 200)
    )
    assert set(np.asarray(drawn).tolist()) == {11, 13}
    batch = spaces.sample_legal(space, getkey(), jnp.stack([mask, ~mask]))
    assert batch.shape == (2,)
    assert bool(space.contains(spaces.sample_legal(space, getkey(), None)))
    team = spaces.MultiDiscrete([2, 3], start=[0, 5])
    both = jnp.array([[True, False, False], [False, False, True]])
    assert spaces.sample_legal(team, getkey(), both).tolist() == [0, 7]
    box = spaces.Box(0, 1, (2,))
    assert bool(box.contains(spaces.sample_legal(box, getkey(), jnp.array([True, False]))))


def test_bounds_may_be_traced():
    lows, highs = jnp.array([[-1.0, -np.inf, 0.0], [2.0, 3.0, -np.inf]]), jnp.array([4.0, np.inf])
    key = jax.random.key(3)

    @jax.jit
    @jax.vmap
    def drawn(low, high):
        box = spaces.Box([low[0], low[1], low[2]], high)
        assert box.is_traced
        assert str(box) == "Box(traced, traced, (3,), float32)"
        for compare in (hash, lambda box: box == spaces.Box(0, 1, (3,))):
            with pytest.raises(TypeError, match="traced bounds cannot be compared or hashed"):
                compare(box)
        sample = box.sample(key)
        return sample, box.contains(sample), box.contains(box.cast(sample * np.float32(np.nan)))

    samples, inside, outside = drawn(lows, highs)
    assert inside.tolist() == [True, True]
    assert outside.tolist() == [False, False]
    for low, high, sample in zip(lows, highs, samples, strict=True):
        np.testing.assert_array_equal(sample, spaces.Box(low, high).sample(key))


def test_whole_numbers_have_traced_bounds_too():
    draw = jax.jit(lambda high: spaces.Box(1, high, (20,), np.int32).sample(jax.random.key(0)))
    np.testing.assert_array_equal(
        draw(jnp.int32(3)), spaces.Box(1, 3, (20,), np.int32).sample(jax.random.key(0))
    )
