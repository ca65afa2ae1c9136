"""Evolution goes up, ranks as it says, and keeps its types."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxenvs.baselines.meta.evolution import RANKINGS, Evolution, shaped

START = {"a": jnp.zeros((2, 2), jnp.float32), "b": jnp.full(3, 2.0, jnp.float32)}


@pytest.mark.parametrize("ranking", RANKINGS)
def test_goes_up(ranking):
    search = Evolution(START, 16, sigma=0.1, lr=0.1, ranking=ranking)

    def fitness(x):
        return -jnp.sum((x["a"] - 1) ** 2) - jnp.sum((x["b"] + 1) ** 2)

    @jax.jit
    def run(key):
        def step(state, key):
            candidates = search.ask(key, state)
            return search.tell(key, state, candidates, jax.vmap(fitness)(candidates)), None

        return search.mean(jax.lax.scan(step, search.init(key), jax.random.split(key, 200))[0])

    mean = run(jax.random.key(0))
    np.testing.assert_allclose(mean["a"], 1, atol=0.2)
    np.testing.assert_allclose(mean["b"], -1, atol=0.2)


def test_halves_are_antithetic(getkey):
    search = Evolution(START, 6, sigma=0.1, lr=0.1)
    candidates = search.ask(getkey(), search.init(getkey()))
    middle = jax.tree.map(lambda leaf: (leaf[:3] + leaf[3:]) / 2, candidates)
    for name, leaf in START.items():
        np.testing.assert_allclose(middle[name], np.broadcast_to(leaf, (3, *leaf.shape)), atol=1e-6)


def test_sigma_decays(getkey):
    search = Evolution(START, 4, sigma=0.1, lr=0.1, decay=0.5)
    state = search.init(getkey())
    for expected in (0.1, 0.1, 0.05):  # evosax sets the next one by the count before this
        np.testing.assert_allclose(state.std, expected, rtol=1e-6)
        state = search.tell(getkey(), state, search.ask(getkey(), state), jnp.arange(4.0))


def test_ranks():
    fitness = jnp.array([3.0, -7.0, jnp.nan, 3.0, 100.0])
    np.testing.assert_allclose(shaped(fitness, "all"), [0.125, -0.25, -0.5, 0.125, 0.5])
    pairs = jnp.array([1.0, 5.0, 2.0, jnp.nan, 3.0, 5.0, -9.0, 0.0])
    got = shaped(pairs, "pairs")
    np.testing.assert_allclose(got, [-0.5, 0, 0.5, -0.5, 0.5, 0, -0.5, 0.5])
