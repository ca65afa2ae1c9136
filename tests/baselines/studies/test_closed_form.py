"""How learners on solved models are judged."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs.baselines.runs.run import Policy
from jaxenvs.baselines.studies import closed_form as study
from jaxenvs.envs.lob.closed_form import policies


def player(env, act):
    """A policy that acts by the observation alone, as a learner with a memory of one number."""

    def with_memory(obs, key, mask, memory):
        return act(obs), memory

    return Policy(env, env.default_params, with_memory, jnp.float32(0))


@pytest.mark.parametrize("name", ["AlmgrenChriss", "CarteaJaimungalExecution"])
def test_the_luck_of_the_price_is_taken_off(name):
    env = jaxenvs.make(f"LOB-{name}-v0")
    even = player(env, lambda obs: (obs[1] / obs[0])[None])
    value, error = study.value_of(even, 16, jax.random.key(0))
    assert value == pytest.approx(policies.value(env, "twap"), rel=1e-4)
    assert error < 1e-4 * abs(value)


@pytest.mark.parametrize("name", ["AvellanedaStoikov", "CarteaJaimungalMaking"])
def test_makers_are_worth_what_the_tables_say(name):
    env = jaxenvs.make(f"LOB-{name}-v0", num_steps=20, horizon=0.1)
    depth = {"AvellanedaStoikov": np.log1p(0.1 / 1.5) / 0.1, "CarteaJaimungalMaking": 1 / 1.5}
    always = player(env, lambda obs: jnp.full(2, depth[name], jnp.float32))
    value, error = study.value_of(always, 4_000, jax.random.key(0))
    assert error < 0.02 * value
    assert value == pytest.approx(policies.value(env, "symmetric"), abs=4 * error)


def test_shares_count_from_the_baseline():
    judged = study.Judged(
        env="LOB-AlmgrenChriss-v0",
        values=np.array([-1.3, -1.4]),
        errors=np.array([0.001, 0.002]),
        optimal=-1.25,
        simple={"twap": -1.75},
        baseline=-1.75,
    )
    np.testing.assert_allclose(judged.shares, [0.9, 0.7])
    row = study.table([judged]).splitlines()[-1]
    assert row == (
        "| LOB-AlmgrenChriss-v0 | -1.25 | twap -1.75 | -1.35 ± 0.002 | 80.0 % | 70.0 % |"
    )
