import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxenvs import prng


def _key(seed):
    return prng.fast_key(jax.random.key(seed))


@pytest.mark.parametrize("impl", ["threefry2x32", "rbg", "unsafe_rbg"])
def test_any_key_becomes_a_fast_one(impl):
    first, second = (prng.fast_key(jax.random.key(seed, impl=impl)) for seed in (0, 1))
    assert not np.array_equal(jax.random.key_data(first), jax.random.key_data(second))
    again = prng.fast_key(first)
    assert np.array_equal(jax.random.key_data(again), jax.random.key_data(first))


def test_the_generator_is_threefry_with_13_rounds():
    """Against a plain integer implementation of Salmon et al., section 3.3."""

    def encrypt(key, counter, rounds):
        schedule = [*key, key[0] ^ key[1] ^ 0x1BD11BDA]
        x, y = (counter[0] + schedule[0]) % 2**32, (counter[1] + schedule[1]) % 2**32
        for i in range(rounds):
            turn = (13, 15, 26, 6, 17, 29, 16, 24)[i % 8]
            x = (x + y) % 2**32
            y = ((y << turn) | (y >> (32 - turn))) % 2**32 ^ x
            if i % 4 == 3:
                n = i // 4 + 1
                x = (x + schedule[n % 3]) % 2**32
                y = (y + schedule[(n + 1) % 3] + n) % 2**32
        return x, y

    # Random123's known answer for 20 rounds proves the oracle right.
    assert encrypt((0, 0), (0, 0), 20) == (0x6B200159, 0x99BA4EFE)
    key = (0x12345678, 0x9ABCDEF0)
    words = prng._threefry(jnp.array(key, jnp.uint32), (jnp.uint32(7), jnp.uint32(9)))
    assert tuple(int(word) for word in words) == encrypt(key, (7, 9), 13)


@pytest.mark.parametrize("x64", [False, True])
def test_draws_have_the_dtype_and_shape_asked_for(x64):
    with jax.enable_x64(x64):
        key = _key(0)
        widths = (jnp.uint8, jnp.uint16, jnp.uint32) + ((jnp.uint64,) if x64 else ())
        for dtype in widths:
            drawn = jax.random.bits(key, (3, 5), dtype)
            assert (drawn.shape, drawn.dtype) == ((3, 5), dtype)
            assert len(np.unique(drawn)) > 8
        assert jax.random.uniform(key, (), jnp.float32).shape == ()
        assert jax.random.split(key, (2, 3)).shape == (2, 3)


def test_draws_are_uniform_and_uncorrelated():
    keys = prng.keys_for(_key(1), jnp.arange(2000, dtype=jnp.int32))
    draws = np.asarray(jax.jit(jax.vmap(lambda k: jax.random.uniform(k, (16,))))(keys))
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 1e-3
    # Between neighbouring ids and between neighbouring draws.
    for a, b in ((draws[:-1], draws[1:]), (draws[:, :-1], draws[:, 1:])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)
    bits = np.asarray(jax.vmap(lambda k: jax.random.bits(k, (16,)))(keys))
    ones = np.unpackbits(bits.view(np.uint8)).mean()
    assert abs(ones - 0.5) < 4 * 0.5 / np.sqrt(bits.size * 32)


def test_split_fold_and_draw_do_not_overlap():
    key = _key(2)
    children = [
        *jax.random.split(key, 64),
        *(jax.random.fold_in(key, i) for i in range(64)),
        *prng.keys_for(key, jnp.arange(64, dtype=jnp.int32)),
    ]
    words = {tuple(np.asarray(jax.random.key_data(child)).tolist()) for child in children}
    assert len(words) == len(children)
    drawn = {tuple(pair) for pair in np.asarray(jax.random.bits(key, (64, 2))).tolist()}
    assert not drawn & words


def test_the_key_of_an_id_stands_by_itself():
    key = _key(3)
    all_keys = jax.random.key_data(prng.keys_for(key, jnp.arange(10, dtype=jnp.int32)))
    some = jax.random.key_data(prng.keys_for(key, jnp.array([7, 2], jnp.int32)))
    assert np.array_equal(some, all_keys[np.array([7, 2])])


WORDS = np.array([0, 1, 2**16 - 1, 2**24, 0xDEADBEEF, 2**32 - 2**8, 2**32 - 1], np.uint32)
LIMITS = [0, 1, 7, 256, 257, 6561, 65_535, 65_536]


def _expected(words, limit):
    bits = 24 if limit <= 256 else 32
    return [(int(word) >> (32 - bits)) * limit >> bits for word in words]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("x64", [False, True])
def test_numbers_below_a_limit_are_the_high_digits_of_a_word(limit, x64):
    with jax.enable_x64(x64), jax.numpy_dtype_promotion("strict"):
        traced = jax.jit(prng.below)
        for found in (
            prng.below(jnp.asarray(WORDS), limit),
            prng.below(jnp.asarray(WORDS), np.int32(limit)),
            prng.below(jnp.asarray(WORDS), np.full(7, limit)),
            traced(WORDS, jnp.int32(limit)),
            traced(WORDS, jnp.full(7, limit, jnp.uint32)),
        ):
            assert found.dtype == jnp.int32
            np.testing.assert_array_equal(found, _expected(WORDS, limit))


def test_each_entry_of_an_array_of_limits_counts():
    expected = [_expected(WORDS, limit) for limit in LIMITS]
    for limits in (np.array(LIMITS)[:, None], jnp.array(LIMITS, jnp.int32)[:, None]):
        np.testing.assert_array_equal(prng.below(jnp.asarray(WORDS), limits), expected)


@pytest.mark.parametrize("limit", [-1, 65_537, 2**32, np.array([3, 70_000]), np.int32(-2)])
def test_limits_out_of_range_are_refused(limit):
    with pytest.raises(ValueError, match="limit: expected 0 to 65536"):
        prng.below(jnp.uint32(5), limit)


@pytest.mark.parametrize("limit", [0, 1, 7, 256])
def test_small_limits_give_the_same_numbers_by_less_work(limit):
    for given in (limit, np.int32(limit), np.full(7, limit), jnp.int32(limit)):
        found = jax.jit(prng.below_256, static_argnums=1 if isinstance(given, int) else ())(
            WORDS, given
        )
        assert found.dtype == jnp.int32
        np.testing.assert_array_equal(found, _expected(WORDS, limit))
    with pytest.raises(ValueError, match="limit: expected 0 to 256, got 257"):
        prng.below_256(jnp.uint32(5), 257)
