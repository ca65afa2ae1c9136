import dataclasses

import jax
import numpy as np
import pytest

import jaxenvs
from jaxenvs.envs.lob.closed_form import policies, schedules
from jaxenvs.scripted import makers, scripted
from tests.envs.lob.closed_form.simulate import episodes, mean_and_error

AC, CJ = "LOB-AlmgrenChriss-v0", "LOB-CarteaJaimungalExecution-v0"


@pytest.fixture(scope="module", params=[AC, CJ])
def env(request):
    return jaxenvs.make(request.param)


def solver(name, problem):
    if name == "closed_form" and problem.terminal is None:
        return schedules.hyperbolic(problem)
    known = {
        "optimal": schedules.optimal,
        "closed_form": schedules.closed_form,
        "twap": schedules.even,
        "immediate": lambda problem: np.ones(problem.num_steps),
    }
    return known[name](problem)


def test_the_paper_s_table_and_figures():
    """Almgren and Chriss: the cheapest schedule costs 0.6625 million dollars, section 2.2."""
    problem = policies.execution_problem(jaxenvs.make(AC))
    careless = dataclasses.replace(problem, running=0.0)
    assert schedules.cost(careless, schedules.optimal(careless), 1e6) == pytest.approx(662_500)
    np.testing.assert_allclose(schedules.optimal(careless), schedules.even(careless), rtol=1e-9)
    np.testing.assert_allclose(schedules.hyperbolic(careless), schedules.even(careless))
    at_once = 0.0625e6 + 2.5e-6 * 1e12
    assert schedules.cost(problem, np.ones(5), 1e6) == pytest.approx(at_once)


@pytest.mark.parametrize("aversion", [1e-8, 1e-6, 1e-4])
def test_the_paper_s_formula_is_the_exact_solution(aversion):
    env = jaxenvs.make(AC, risk_aversion=aversion, num_steps=20)
    problem = policies.execution_problem(env)
    exact = schedules.left(problem, schedules.optimal(problem))
    np.testing.assert_allclose(
        schedules.left(problem, schedules.hyperbolic(problem)), exact, atol=1e-12
    )


def test_the_book_s_formula_is_approached_as_steps_get_shorter():
    gaps = []
    for num_steps in (50, 100, 200):
        problem = policies.execution_problem(jaxenvs.make(CJ, num_steps=num_steps))
        cost = schedules.cost(problem, schedules.optimal(problem))
        gaps.append(abs(schedules.closed_form_cost(problem) - cost))
        played = schedules.cost(problem, schedules.closed_form(problem))
        assert cost <= played <= cost * 1.002
    assert gaps[0] < 0.04 * schedules.closed_form_cost(problem)
    assert gaps[0] / gaps[1] == pytest.approx(2, abs=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(2, abs=0.1)


def test_no_other_schedule_is_cheaper(env):
    rng = np.random.default_rng(0)
    problem = policies.execution_problem(env)
    best = schedules.optimal(problem)
    units = float(env.default_params.units)
    cheapest = schedules.cost(problem, best, units)
    for scale in (0.01, 0.1):
        for _ in range(50):
            noise = 1 + scale * rng.standard_normal(problem.num_steps)
            other = np.clip(best * noise, 0, 1)
            if problem.terminal is None:
                other[-1] = 1
            assert schedules.cost(problem, other, units) > cheapest


def test_simulated_values_are_those_of_the_schedules(env):
    problem, units = policies.execution_problem(env), float(env.default_params.units)
    for name in makers(env):
        sums, last = episodes(env, scripted(env, name), 4_000)
        shares = solver(name, problem)
        if name == "immediate" and problem.terminal is not None:
            shares = np.concatenate([5 / np.arange(50, 0, -5), np.ones(40)])  # 5 at a time
        mean, error = mean_and_error(sums)
        expected = -schedules.cost(problem, shares, units) / units
        assert mean == pytest.approx(expected, abs=4 * error + 1e-6), name
        if problem.terminal is None:
            assert (last.inventory == 0).all()


def test_the_variance_of_the_cost_is_what_the_risk_term_says():
    env = jaxenvs.make(AC)
    problem = policies.execution_problem(env)
    x = schedules.left(problem, schedules.optimal(problem), 1e6)
    _, last = episodes(env, scripted(env, "optimal"), 4_000)
    variance = 0.95**2 * (x[1:] ** 2).sum()
    assert last.wealth.var() == pytest.approx(variance, rel=0.1)


def test_wealth_is_cash_and_inventory_at_the_price(env):
    rng = np.random.default_rng(0)
    step, key = jax.jit(env.step), jax.random.key(1)
    _, state = env.reset(key)
    p = env.default_params
    dt, units = p.horizon / p.num_steps, float(p.units)
    cash, price, left, total = 0.0, float(p.initial_price), units, 0.0
    started = left * price
    for number in range(int(p.num_steps)):
        pace = rng.uniform(0, 2.0, 1).astype(np.float32)
        t = step(jax.random.fold_in(key, number), state, pace)
        state, total = t.state, total + float(t.reward)
        sold = float(state.traded)
        wanted = min(float(pace[0]) * units / p.num_steps, left)
        last = number == p.num_steps - 1
        assert sold == pytest.approx(left if last and "risk" in str(p) else wanted, rel=1e-4)
        cash += sold * (price - p.half_spread - p.temporary * sold / dt)
        left, price = left - sold, float(p.initial_price) + float(state.moved)
        gained = cash + left * price - started
        assert float(state.wealth) == pytest.approx(gained, abs=2e-5 * units)
        assert env.observation_space().contains(t.obs)
        assert bool(t.terminated) == last
