"""The chunked loop gives the bits of the single scan, on one device and spread over several."""

import functools

import jax
import numpy as np
import pytest

from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts.trainer import scan_updates
from jaxenvs.baselines.runs import loop
from tests.baselines.contract import assert_same_bits, run_script

RATES = (1e-4, 1e-3, 1e-2)
NUM_LEARNERS = len(RATES)
CONFIG = ppo.Config(total_steps=7 * 32, num_envs=4, num_steps=8, hidden=(8,), eval_episodes=2)


@pytest.fixture(scope="module")
def learners():
    """Three learners with different keys and learning rates."""
    trainer = ppo.make_train(CONFIG)
    keys = jax.random.split(jax.random.key(3), NUM_LEARNERS)
    hp = jax.tree.map(lambda x: np.full(NUM_LEARNERS, x, np.float32), trainer.hp)
    return trainer, keys, hp.replace(lr=np.array(RATES, np.float32))


@pytest.fixture(scope="module")
def whole(learners):
    """The carry and the metrics of the single scan."""
    trainer, keys, hp = learners
    return jax.jit(jax.vmap(functools.partial(scan_updates, trainer)))(keys, hp)


CHUNKS = """
from tests.baselines.contract import assert_chunks_are_the_scan
from tests.baselines.runs.test_loop import CONFIG, RATES
from jaxenvs.baselines import ppo

for chunk in (1, 3):
    assert_chunks_are_the_scan(ppo.make_train(CONFIG), chunk, RATES)
"""


def test_chunks_give_the_bits_of_the_single_scan(request):
    # In a process of its own, compiled as users' programs are: without XLA's optimizations the two
    # programs round differently.
    run_script(CHUNKS, request.config.rootpath, optimized=True)


def test_chunk_boundaries(learners):
    trainer, keys, hp = learners
    programs = loop.compile_programs(trainer, NUM_LEARNERS, 3)
    pieces = loop.run_chunks(programs, programs.init(keys, hp), 0, trainer.num_updates, 3)
    assert [(p.update_id, len(p.metrics["entropy"])) for p in pieces] == [(3, 3), (6, 3), (7, 1)]


def test_a_seed_does_not_depend_on_its_neighbours(learners, whole):
    trainer, keys, hp = learners
    alone = jax.jit(functools.partial(scan_updates, trainer))(
        keys[1], jax.tree.map(lambda x: x[1], hp)
    )
    for name, values in alone[1].items():
        np.testing.assert_allclose(values, whole[1][name][1], rtol=2e-3, atol=2e-3)


def test_evaluation_is_repeatable(learners):
    trainer, keys, hp = learners
    programs = loop.compile_programs(trainer, NUM_LEARNERS, 1)
    carry = programs.init(keys, hp)
    first, second = (programs.evaluate(carry, jax.random.key(1)) for _ in range(2))
    assert_same_bits(first, second)
    assert first["return"].shape == (NUM_LEARNERS,)


def test_summaries_weigh_episodes():
    metrics = {
        "episode_return": np.array([[10.0, np.nan], [40.0, np.nan]]),
        "num_episodes": np.array([[2.0, 0.0], [1.0, 0.0]]),
        "entropy": np.array([[1.0, 2.0], [3.0, 2.0]]),
    }
    row = loop.summarize(metrics)
    np.testing.assert_allclose(row["episode_return"], [20, np.nan])
    np.testing.assert_allclose(row["entropy"], [2, 2])
    np.testing.assert_allclose(row["num_episodes"], [3, 0])


SPREAD = """
import jax, numpy as np
jax.config.update("jax_numpy_dtype_promotion", "strict")
from jaxenvs.baselines.runs import loop
loop.use_cpu_cores(4)
jax.config.update("jax_num_cpu_devices", 4)
from tests.baselines.runs.test_loop import CONFIG
from jaxenvs.baselines import ppo

trainer = ppo.make_train(CONFIG)
keys = jax.random.split(jax.random.key(3), 4)
hp = jax.tree.map(lambda x: np.full(4, x, np.float32), trainer.hp)
finals, scores = [], []
for devices in (1, 3, 4):
    programs = loop.compile_programs(trainer, 4, 3, devices)
    print(devices, programs.num_devices)
    for piece in loop.run_chunks(programs, programs.init(keys, hp), 0, 7, 3):
        pass
    finals.append(piece.carry.weights)
    scores.append(programs.evaluate(piece.carry, jax.random.key(0)))
for final, score in zip(finals[1:], scores[1:]):
    for a, b in zip(jax.tree.leaves(finals[0]), jax.tree.leaves(final), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scores[0]["return"], score["return"], rtol=1e-4)
"""


def test_learners_spread_over_devices(request):
    printed = run_script(SPREAD, request.config.rootpath)
    # Learners are shared out evenly: 4 of them over at most 3 devices run on 2.
    assert printed.split() == ["1", "1", "3", "2", "4", "4"]
