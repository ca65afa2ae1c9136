"""Every social game beside its published rules, in plain Python."""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from tests.parity import report, rollout
from tests.parity.social import rules

ORACLE = "the rules in plain Python"
NUM_ENVS = 50
TOLERANCE = 1e-5  # of the largest number: float32 beside float64, and series of 25 steps or so


def _numbers(params: Any) -> Any:
    """A game's params as plain numbers."""
    return jax.tree.map(lambda leaf: np.asarray(leaf).item(), params)


def _variant(options: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in options.items())


def _name(value: Any) -> str | None:
    """What a case is called: its id and its options, not where its functions lie."""
    if isinstance(value, dict):
        return _variant(value) or "defaults"
    return value if isinstance(value, str) else getattr(value, "__name__", "at random")


# -- step by step ----------------------------------------------------------------------------------

STEPWISE = [
    ("Social-CoinGame-v1", {}, rules.coin_game),
    ("Social-CoinGameLOLA-v1", {}, rules.coin_game_lola),
    ("Social-SwitchRiddle-v1", {}, rules.switch_riddle),
]
STEPWISE_VARIANTS = [
    ("Social-CoinGame-v1", {"size": 5, "egocentric": True}, rules.coin_game),
    ("Social-CoinGame-v1", {"shared_rewards": True, "round_steps": 7}, rules.coin_game),
    ("Social-CoinGameLOLA-v1", {"size": 4, "theft_penalty": -1.0}, rules.coin_game_lola),
    ("Social-SwitchRiddle-v1", {"num_agents": 5, "light_at_start": True}, rules.switch_riddle),
]


def _draws(env_id: str) -> Any:
    """What a step draws: words for places, or a number for the next prisoner."""
    if "Riddle" in env_id:
        return lambda key: jax.random.uniform(key, (), jnp.float32)
    return lambda key: jax.random.bits(key, (5,), jnp.uint32)


def _follow(env_id: str, options: dict[str, Any], rule: Any, num_steps: int) -> None:
    env: Any = jaxenvs.make(env_id, **options)
    params = _numbers(env.default_params)
    played = rollout.play(env, NUM_ENVS, num_steps // NUM_ENVS, draws=_draws(env_id))
    for copy in range(NUM_ENVS):
        rows = rollout.column(played, copy)
        names = list(vars(rows.state))
        for t in range(len(rows.start)):
            state = SimpleNamespace(**{name: getattr(rows.state, name)[t] for name in names})
            expected = rule(state, rows.action[t], rows.draws[t], env, params)
            assert np.array_equal(rows.step.obs[t], expected.pop("obs"))
            assert rows.step.reward[t] == expected.pop("reward")
            assert rows.step.terminated[t] == [expected.pop("over")] * env.num_agents
            late = params.max_steps > 0 and state.time + 1 >= params.max_steps
            assert rows.step.truncated[t] == [late] * env.num_agents
            for name, value in expected.items():
                assert getattr(rows.step.state, name)[t] == value, name
    report.record(env_id, ORACLE, num_steps, 0.0, variant=_variant(options))


@pytest.mark.parametrize(("env_id", "options", "rule"), STEPWISE, ids=_name)
def test_games_keep_their_rules(env_id, options, rule):
    _follow(env_id, options, rule, 10_000)


@pytest.mark.slow
@pytest.mark.parametrize(("env_id", "options", "rule"), STEPWISE + STEPWISE_VARIANTS, ids=_name)
def test_games_keep_their_rules_for_long(env_id, options, rule):
    _follow(env_id, options, rule, 20_000 if options else 100_000)


# -- all at once -----------------------------------------------------------------------------------


def _amounts(key: jax.Array, state: Any) -> jax.Array:
    """Quantities, or efforts, that make a market or a sea anything from full to empty."""
    (field,) = {"quantity", "effort"} & set(vars(state))
    shape = (*getattr(state, field).shape, 1)
    amounts = jax.random.uniform(key, shape, jnp.float32, -10, 60)
    return jnp.maximum(amounts, 0)


def _logits(key: jax.Array, state: Any) -> jax.Array:
    return 2 * jax.random.normal(key, state.chances.shape, jnp.float32)


AT_ONCE = [
    ("Social-MatrixGame-v1", {}, rules.matrix_game, None),
    ("Social-TensorGame-v1", {}, rules.tensor_game, None),
    ("Social-InfiniteGame-v1", {}, rules.infinite_game, _logits),
    ("Social-Cournot-v1", {}, rules.cournot, _amounts),
    ("Social-Fishery-v1", {}, rules.fishery, _amounts),
]
AT_ONCE_VARIANTS = [
    ("Social-TensorGame-v1", {"num_agents": 5}, rules.tensor_game, None),
    ("Social-InfiniteGame-v1", {"gamma": 0.9}, rules.infinite_game, _logits),
    ("Social-Cournot-v1", {"num_agents": 4, "slope": 0.5}, rules.cournot, _amounts),
    ("Social-Fishery-v1", {"num_agents": 3, "growth": 0.4}, rules.fishery, _amounts),
]


@pytest.mark.parametrize(
    ("env_id", "options", "rule", "policy"),
    [
        *AT_ONCE,
        *(pytest.param(*case, marks=pytest.mark.slow) for case in AT_ONCE_VARIANTS),
    ],
    ids=_name,
)
def test_payoffs_are_those_of_the_rules(env_id, options, rule, policy):
    env: Any = jaxenvs.make(env_id, **options)
    num_steps = 20_000 if options else 100_000
    played = rollout.play(env, NUM_ENVS, num_steps // NUM_ENVS, policy=policy)
    flat = jax.tree.map(lambda leaf: leaf.reshape(num_steps, *leaf.shape[2:]), played)
    params = env.default_params.replace()
    expected = rule(flat.state, flat.action, params)
    errors = []
    for name, theirs in expected.items():
        mine = np.asarray(getattr(flat.step, name), np.float64)
        assert mine.shape == theirs.shape
        errors.append(np.abs(mine - theirs).max())
        assert errors[-1] <= TOLERANCE * np.maximum(1, np.abs(theirs).max()), name
    assert not flat.step.terminated.any()
    late = flat.state.time + 1 >= int(env.default_params.max_steps)
    np.testing.assert_array_equal(
        flat.step.truncated, late[:, None] & np.ones(env.num_agents, bool)
    )
    report.record(env_id, ORACLE, num_steps, max(errors), variant=_variant(options))
