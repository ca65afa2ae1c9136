"""Policies that come with the models, and what each is worth.

Of the market makers:

- `optimal`: the exact solution of the steps as they are played.
- `closed_form`: the solution in continuous time, with the limit on the inventory.
- `avellaneda_stoikov`: the paper's approximation: half a spread around a reservation price that
  leans against the inventory; in Avellaneda-Stoikov alone.
- `symmetric`: the best quotes of one who does not mind inventory.

Of the executions: `optimal`; `closed_form`, the paper's formula; `twap`, the same amount in every
step; `immediate`, everything at once, as fast as actions go.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs import core
from jaxenvs.envs.lob.closed_form import _execution, _making, quotes, schedules
from jaxenvs.envs.lob.closed_form.almgren_chriss import AlmgrenChriss
from jaxenvs.envs.lob.closed_form.avellaneda_stoikov import AvellanedaStoikov
from jaxenvs.envs.lob.closed_form.cartea_jaimungal_execution import CarteaJaimungalExecution
from jaxenvs.envs.lob.closed_form.cartea_jaimungal_making import CarteaJaimungalMaking

Choose = Callable[[jax.Array, Any], jax.Array]
Maker = Callable[[Any, Any], Choose]


def making_problem(env: core.Env[Any, Any], params: Any = None) -> quotes.Problem:
    """The market making model of `env` with these params, or its defaults."""
    p = _numbers(env, params)
    if isinstance(env.unwrapped, AvellanedaStoikov):
        taste = {"running": p["risk_aversion"] * p["volatility"] ** 2 / 2, "terminal": 0.0}
        taste["risk_aversion"] = p["risk_aversion"]
    else:
        taste = {"running": p["running_penalty"], "terminal": p["terminal_penalty"]}
        taste["risk_aversion"] = 0.0
    shared = ("num_steps", "rate", "decay", "max_inventory", "min_depth", "max_depth")
    dt = p["horizon"] / p["num_steps"]
    return quotes.Problem(dt=dt, **{name: p[name] for name in shared}, **taste)


def execution_problem(env: core.Env[Any, Any], params: Any = None) -> schedules.Problem:
    """The execution model of `env` with these params, or its defaults."""
    p = _numbers(env, params)
    if isinstance(env.unwrapped, AlmgrenChriss):
        taste = {"running": p["risk_aversion"] * p["volatility"] ** 2, "terminal": None}
    else:
        taste = {"running": p["running_penalty"], "terminal": p["terminal_penalty"]}
    shared = ("num_steps", "half_spread", "temporary", "permanent")
    dt = p["horizon"] / p["num_steps"]
    return schedules.Problem(dt=dt, **{name: p[name] for name in shared}, **taste)


def _numbers(env: core.Env[Any, Any], params: Any) -> dict[str, Any]:
    """The params as Python numbers. float32 is undone: 0.1 is meant, not its nearest float32."""
    params = env.unwrapped.canonical_params(env.default_params if params is None else params)
    plain = {name: np.asarray(value) for name, value in vars(params).items()}
    return {
        name: int(value) if value.dtype.kind == "i" else float(str(value[()]))
        for name, value in plain.items()
    }


def quoting(depths: np.ndarray) -> Choose:
    """The policy of a table of quotes, `[num_steps, 2 max_inventory + 1, 2]`."""
    table = jnp.asarray(depths, jnp.float32)
    last, middle = np.int32(table.shape[0] - 1), np.int32(table.shape[1] // 2)

    def policy(key: jax.Array, state: _making.State) -> jax.Array:
        del key
        return table[jnp.minimum(state.time, last), state.inventory + middle]

    return policy


def selling(shares: np.ndarray, params: Any) -> Choose:
    """The policy of a schedule, `[num_steps]` shares of what is left."""
    table = jnp.asarray(shares, jnp.float32)
    last, steps = np.int32(len(shares) - 1), np.float32(params.num_steps)

    def policy(key: jax.Array, state: _execution.State) -> jax.Array:
        del key
        units = table[jnp.minimum(state.time, last)] * state.inventory
        return (units / params.units * steps)[None]

    return policy


def symmetric(problem: quotes.Problem) -> quotes.Solution:
    """The same depth always: the best of one who does not mind inventory."""
    shape = (problem.num_steps, len(problem.inventories), 2)
    return quotes.worth(problem, np.full(shape, quotes.neutral_depth(problem)))


def avellaneda_stoikov(problem: quotes.Problem) -> quotes.Solution:
    """Equations 29 and 30 of the paper: reservation price and spread, to first order."""
    left = problem.dt * np.arange(problem.num_steps, 0, -1, dtype=np.float64)[:, None]
    lean = 2 * problem.running * left  # risk_aversion volatility^2 (T - t)
    half = lean / 2 + quotes.neutral_depth(problem)
    tilt = problem.inventories * lean
    return quotes.worth(problem, np.stack([half + tilt, half - tilt], axis=-1))


MAKING: dict[type[core.Env[Any, Any]], dict[str, Callable[[quotes.Problem], quotes.Solution]]] = {
    CarteaJaimungalMaking: {
        "optimal": quotes.optimal,
        "closed_form": quotes.closed_form,
        "symmetric": symmetric,
    },
}
"""What computes the quotes of each policy."""
MAKING[AvellanedaStoikov] = MAKING[CarteaJaimungalMaking] | {
    "avellaneda_stoikov": avellaneda_stoikov
}

_SCHEDULES: dict[str, Callable[[schedules.Problem], np.ndarray]] = {
    "optimal": schedules.optimal,
    "twap": schedules.even,
    "immediate": schedules.at_once,
}
EXECUTION = {
    AlmgrenChriss: _SCHEDULES | {"closed_form": schedules.hyperbolic},
    CarteaJaimungalExecution: _SCHEDULES | {"closed_form": schedules.closed_form},
}
"""What computes the schedule of each policy."""


def value(env: core.Env[Any, Any], name: str, params: Any = None) -> float:
    """What a policy earns in an episode, exactly, in the steps as they are played.

    It is the mean of the sum of rewards; in Avellaneda-Stoikov, whose rewards are of utility, the
    certainty equivalent, which is the wealth of that utility. Raises `KeyError` for other games.
    """
    game = env.unwrapped
    if type(game) in MAKING:
        problem = making_problem(game, params or env.default_params)
        solution = quotes.worth(problem, MAKING[type(game)][name](problem).depths)
        held = int(_numbers(game, params or env.default_params)["initial_inventory"])
        limit = problem.max_inventory
        return float(solution.value[0, limit + min(max(held, -limit), limit)])
    problem = execution_problem(game, params or env.default_params)
    numbers = _numbers(game, params or env.default_params)
    shares = schedules.paced(EXECUTION[type(game)][name](problem), problem, numbers["max_pace"])
    return -schedules.cost(problem, shares, numbers["units"]) / numbers["units"]


def _quoted(solve: Callable[[quotes.Problem], quotes.Solution]) -> Maker:
    return lambda env, params: quoting(solve(making_problem(env, params)).depths)


def _scheduled(solve: Callable[[schedules.Problem], np.ndarray]) -> Maker:
    return lambda env, params: selling(solve(execution_problem(env, params)), params)


POLICIES: dict[type[core.Env[Any, Any]], dict[str, Maker]] = {
    game: {name: _quoted(solve) for name, solve in solvers.items()}
    for game, solvers in MAKING.items()
} | {
    game: {name: _scheduled(solve) for name, solve in solvers.items()}
    for game, solvers in EXECUTION.items()
}
