import dataclasses

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.lob.closed_form import policies, quotes
from jaxenvs.scripted import makers, scripted
from tests.envs.lob.closed_form.simulate import episodes, mean_and_error

AS, CJ = "LOB-AvellanedaStoikov-v0", "LOB-CarteaJaimungalMaking-v0"
SOLVERS = {
    "optimal": quotes.optimal,
    "closed_form": quotes.closed_form,
    "symmetric": policies.symmetric,
    "avellaneda_stoikov": policies.avellaneda_stoikov,
}


def value_at_start(problem, solution):
    return solution.value[0, problem.max_inventory]


@pytest.fixture(scope="module", params=[AS, CJ])
def env(request):
    return jaxenvs.make(request.param)


def test_continuous_time_is_approached_in_proportion_to_the_step(env):
    gaps, losses = [], []
    for num_steps in (200, 400, 800):
        problem = policies.making_problem(env.with_params(num_steps=num_steps))
        formula = quotes.closed_form(problem)
        best = value_at_start(problem, quotes.optimal(problem))
        gaps.append(value_at_start(problem, formula) - best)
        played = value_at_start(problem, quotes.worth(problem, formula.depths))
        losses.append(best - played)
    assert gaps[0] == pytest.approx(7, abs=0.5)
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.2)
    assert gaps[1] / gaps[2] == pytest.approx(2, abs=0.1)
    # What the formula's quotes lose is of second order.
    assert losses[0] / losses[1] == pytest.approx(4, abs=0.6)
    assert 0 < losses[2] < 0.03


def test_the_best_quotes_beat_all_others(env):
    rng = np.random.default_rng(0)
    problem = dataclasses.replace(policies.making_problem(env), max_inventory=4)
    best = quotes.optimal(problem)
    again = quotes.worth(problem, best.depths)
    np.testing.assert_allclose(again.value, best.value, rtol=1e-12)
    for scale in (0.001, 0.03, 0.3):
        other = best.depths + scale * rng.standard_normal(best.depths.shape)
        value = quotes.worth(problem, other).value
        assert (value <= best.value + 1e-10).all()
        assert value[0, 4] < best.value[0, 4] - 0.1 * scale**2


def test_the_formula_solves_the_differential_equation():
    """v' = (decay running q^2) v - eta (v_{q-1} + v_{q+1}), by a midpoint rule of our own."""
    problem = quotes.Problem(
        dt=0.01,
        num_steps=50,
        rate=20.0,
        decay=1.5,
        max_inventory=3,
        min_depth=-9.0,
        max_depth=9.0,
        running=0.3,
        terminal=0.2,
        risk_aversion=0.5,
    )
    q = np.arange(-3, 4)
    eta = 20 * (1 + 0.5 / 1.5) ** -(1 + 1.5 / 0.5)
    matrix = np.diag(1.5 * 0.3 * q**2) - eta * (np.eye(7, k=1) + np.eye(7, k=-1))
    v, fine = np.exp(-1.5 * 0.2 * q**2), 1e-4
    for _ in range(5_000):
        v = v - fine * matrix @ (v - fine / 2 * matrix @ v)
    solution = quotes.closed_form(problem)
    np.testing.assert_allclose(solution.value[0], np.log(v) / 1.5, atol=1e-6)
    bid = np.log(v[3] / v[4]) / 1.5 + np.log(1 + 0.5 / 1.5) / 0.5
    assert solution.depths[0, 3, 0] == pytest.approx(bid, abs=1e-6)
    assert (solution.depths[:, 6, 0] == 9).all()  # at its limit it quotes as far away as it can


def test_without_risk_aversion_the_two_models_agree():
    base = policies.making_problem(jaxenvs.make(CJ))
    nearly = dataclasses.replace(base, risk_aversion=1e-6)
    for solve in (quotes.closed_form, quotes.optimal):
        exact, near = solve(base), solve(nearly)
        np.testing.assert_allclose(near.value[0], exact.value[0], atol=5e-3)
        np.testing.assert_allclose(near.depths, exact.depths, atol=1e-3)


@pytest.mark.parametrize("num_steps", [20, 200])
def test_simulated_values_are_those_of_the_tables(env, num_steps):
    env = env.with_params(num_steps=num_steps, max_inventory=8, initial_inventory=2)
    problem = policies.making_problem(env)
    for name in makers(env):
        sums, last = episodes(env, scripted(env, name), 4_000)
        expected = quotes.worth(problem, SOLVERS[name](problem).depths).value[0, 8 + 2]
        if problem.risk_aversion:
            expected = -np.expm1(-problem.risk_aversion * expected) / problem.risk_aversion
        mean, error = mean_and_error(sums)
        assert mean == pytest.approx(expected, abs=4 * error), name
        assert abs(last.inventory).max() <= 8
        if problem.risk_aversion:  # the rewards add up to the utility of the end
            utility = -np.expm1(-problem.risk_aversion * last.wealth.astype(np.float64))
            np.testing.assert_allclose(sums, utility / problem.risk_aversion, atol=1e-4)


def test_the_paper_s_policy_earns_what_the_paper_says():
    """Table 1 of Avellaneda and Stoikov: profit 65.0 and deviation 6.6, inventory 2.9 at the end.

    Their simulation fills without thinning, which ours approaches with short steps.
    """
    env = jaxenvs.make(AS, num_steps=1_600, min_depth=-20, max_depth=20, max_inventory=60)
    _, last = episodes(env, scripted(env, "avellaneda_stoikov"), 2_000)
    assert last.wealth.mean() == pytest.approx(64.9, abs=1.5)
    assert last.wealth.std() == pytest.approx(6.7, abs=0.4)
    assert last.inventory.std() == pytest.approx(2.9, abs=0.2)


def test_wealth_is_cash_and_inventory_at_the_mid_price(env):
    """The books kept another way, in float64, from the quotes and fills alone."""
    rng = np.random.default_rng(0)
    step, key = jax.jit(env.step), jax.random.key(1)
    _, state = env.reset(key)
    cash, price, held, total = 0.0, 100.0, 0, 0.0
    for number in range(200):
        depths = rng.uniform(-0.5, 2.0, 2).astype(np.float32)
        t = step(jax.random.fold_in(key, number), state, depths)
        state, total = t.state, total + float(t.reward)
        bought, sold = (int(fill) for fill in state.fills)
        cash += sold * (price + float(depths[1])) - bought * (price - float(depths[0]))
        held += bought - sold
        price = 100 + float(state.moved)
        assert int(state.inventory) == held
        assert float(state.wealth) == pytest.approx(cash + held * price, abs=2e-3)
        assert env.observation_space().contains(t.obs)
        assert bool(t.terminated) == (number == 199)
    if "running_penalty" not in vars(env.default_params):
        assert total == pytest.approx(-np.expm1(-0.1 * float(state.wealth)) / 0.1, abs=1e-4)


def test_limits_hold_whoever_quotes():
    env = jaxenvs.make(CJ, max_inventory=2, rate=1e4)
    step, key = jax.jit(env.step), jax.random.key(0)
    _, state = env.reset(key)
    for number in range(5):
        state = step(jax.random.fold_in(key, number), state, np.float32([-0.5, 2.0])).state
    assert int(state.inventory) in (1, 2)
    _, state = env.reset(key, env.params_with(initial_inventory=7))
    assert int(state.inventory) == 2
