"""The models against mbt_gym: the same quotes or trades, fills and prices, the books compared.

mbt_gym fills a quote with probability `rate exp(-decay depth) dt`, so chance is not compared: its
processes are told what happened in ours. It is on no index; have its checkout and gym on the path.
"""

import sys
import types
from importlib.util import find_spec
from typing import Any

import jax
import numpy as np
import pytest

import jaxenvs
from tests.parity import report

if find_spec("mbt_gym") is None:
    pytest.skip("mbt_gym is in no extra of ours", allow_module_level=True)
if find_spec("torch") is None:  # needed by one function of mbt_gym that is not called here
    sys.modules["torch"] = types.ModuleType("torch")

from mbt_gym.gym import ModelDynamics  # pyright: ignore[reportMissingImports]
from mbt_gym.gym.TradingEnvironment import (  # pyright: ignore[reportMissingImports]
    TradingEnvironment,
)
from mbt_gym.rewards import RewardFunctions  # pyright: ignore[reportMissingImports]
from mbt_gym.stochastic_processes import (  # pyright: ignore[reportMissingImports]
    arrival_models,
    fill_probability_models,
    midprice_models,
    price_impact_models,
)

ORACLE = "mbt_gym 1e1aa38"
CASH, INVENTORY = 0, 1


def played(env: Any, high: float, low: float) -> tuple[np.ndarray, np.ndarray, Any]:
    """An episode of random actions: actions, rewards and states after each step."""
    rng, step = np.random.default_rng(0), jax.jit(env.step)
    _, state = env.reset(jax.random.key(0))
    actions, rewards, states = [], [], []
    for number in range(int(env.default_params.num_steps)):
        action = rng.uniform(low, high, env.action_space().shape).astype(np.float32)
        t = step(jax.random.fold_in(jax.random.key(1), number), state, action)
        state = t.state
        actions.append(action)
        rewards.append(float(t.reward))
        states.append(jax.tree.map(np.asarray, state))
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *states)
    return np.stack(actions).astype(np.float64), np.array(rewards), stacked


def following(base: type, moved: np.ndarray, start: float, **kwargs: Any) -> Any:
    """A mid price of mbt_gym's that goes where ours went."""
    path = iter(moved.astype(np.float64))

    class Following(base):
        def update(self, *happened: Any) -> None:
            del happened
            self.current_state = np.array([[start + next(path)]])

    return Following(initial_price=start, **kwargs)


@pytest.mark.parametrize("name", ["AvellanedaStoikov", "CarteaJaimungalMaking"])
def test_market_makers_keep_the_same_books(name):
    env = jaxenvs.make(f"LOB-{name}-v0", max_inventory=6)
    p = env.default_params
    depths, rewards, states = played(env, 2.0, -0.5)
    fills, dt = iter(states.fills.astype(np.float64)), 1 / 200

    class Arrivals(arrival_models.PoissonArrivalModel):
        def get_arrivals(self) -> np.ndarray:
            return next(fills)[None]

    class Certain(fill_probability_models.ExponentialFillFunction):
        def get_fills(self, depths: np.ndarray) -> np.ndarray:
            return np.ones_like(depths)

    if name == "AvellanedaStoikov":
        taste = RewardFunctions.ExponentialUtility(risk_aversion=0.1)
    else:
        taste = RewardFunctions.RunningInventoryPenalty(0.2, 0.1)
    price = following(midprice_models.BrownianMotionMidpriceModel, states.moved, 100.0)
    dynamics = ModelDynamics.LimitOrderModelDynamics(
        midprice_model=price, arrival_model=Arrivals(), fill_probability_model=Certain()
    )
    theirs = TradingEnvironment(
        n_steps=200,
        reward_function=taste,
        model_dynamics=dynamics,
        max_inventory=6,
        max_cash=1e9,
        normalise_action_space=False,
        normalise_observation_space=False,
    )
    theirs.step_size = dt
    theirs.reset()
    errors, total = [], 0.0
    for number, depth in enumerate(depths):
        obs, reward, dones, _ = theirs.step(depth[None])
        total += float(np.squeeze(reward))
        worth = obs[0, CASH] + obs[0, INVENTORY] * (100 + float(states.moved[number]))
        errors.append(worth - float(states.wealth[number]))
        assert obs[0, INVENTORY] == states.inventory[number]
        assert bool(dones[0]) == (number == 199)
        if name == "CarteaJaimungalMaking":
            errors.append(float(np.squeeze(reward)) - rewards[number])
    if name == "AvellanedaStoikov":
        errors.append((1 + total) / float(p.risk_aversion) - rewards.sum())
    assert abs(states.inventory).max() == 6  # the limit was met
    assert np.abs(errors).max() < 1e-3
    report.record(f"LOB-{name}-v0", ORACLE, 200, np.abs(errors).max())


@pytest.mark.parametrize("name", ["AlmgrenChriss", "CarteaJaimungalExecution"])
def test_sellers_keep_the_same_books(name):
    env = jaxenvs.make(f"LOB-{name}-v0", half_spread=0.0, units=3.0, num_steps=50, horizon=1.0)
    env = env.with_params(temporary=0.02, permanent=0.05, initial_price=10.0)
    _, _, states = played(env, 2.0, 0.0)
    dt = 1 / 50
    impact = np.concatenate([[0.0], -0.05 * np.cumsum(states.traded.astype(np.float64))])
    price = following(midprice_models.BrownianMotionMidpriceModel, states.moved - impact[1:], 10.0)
    dynamics = ModelDynamics.TradinghWithSpeedModelDynamics(
        midprice_model=price,
        price_impact_model=price_impact_models.TemporaryAndPermanentPriceImpact(0.02, 0.05, 50),
    )
    theirs = TradingEnvironment(
        n_steps=50,
        model_dynamics=dynamics,
        initial_inventory=3,
        max_cash=1e9,
        normalise_action_space=False,
        normalise_observation_space=False,
    )
    theirs.step_size = dt
    theirs.reset()
    errors = []
    for number, traded in enumerate(states.traded.astype(np.float64)):
        obs = theirs.step(np.array([[-traded / dt]]))[0]
        cash = states.wealth[number] + 30 - states.inventory[number] * (10 + states.moved[number])
        errors.append(obs[0, CASH] - float(cash))
        errors.append(obs[0, INVENTORY] - float(states.inventory[number]))
    assert np.abs(errors).max() < 2e-5
    report.record(f"LOB-{name}-v0", ORACLE, 50, np.abs(errors).max())
