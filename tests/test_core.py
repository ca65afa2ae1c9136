import copy
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import core
from jaxenvs.core import as_key, canonical
from jaxenvs.envs.classic.cartpole import CartPole, Params
from jaxenvs.struct import array
from tests.toys import Walk, WalkParams


def test_step_returns_a_transition_in_the_documented_order():
    env = CartPole()
    _, state = env.reset(jax.random.key(0))
    step = env.step(jax.random.key(1), state, 1)
    obs, state, reward, terminated, truncated, info = step
    assert step._fields == ("obs", "state", "reward", "terminated", "truncated", "info")
    assert (int(state.time), float(reward), bool(terminated), bool(truncated)) == (1, 1, 0, 0)
    assert obs.shape == (4,)
    assert info == {}


def test_step_goes_on_after_the_end():
    env = Walk()
    _, state = env.reset(jax.random.key(0))
    for i in range(12):
        state = env.step(jax.random.key(i), state, 2).state
    assert int(state.time) == 12
    assert int(state.position) > 3


def test_terminated_and_truncated_are_told_apart():
    env = Walk().with_params(max_steps=1)
    _, state = env.reset(jax.random.key(0))
    far = env.step(jax.random.key(1), state.replace(position=jnp.int32(9)), 1)
    near = env.step(jax.random.key(1), state.replace(position=jnp.int32(0)), 1)
    assert (bool(far.terminated), bool(far.truncated)) == (True, True)
    assert (bool(near.terminated), bool(near.truncated)) == (False, True)


def test_the_clock_stops_at_the_greatest_number():
    env, last = Walk(), np.iinfo(np.int32).max
    _, state = env.reset(jax.random.key(0))
    for time in (last - 1, last):
        step = env.step(jax.random.key(1), state.replace(time=jnp.int32(time)), 1)
        assert (int(step.state.time), bool(step.truncated)) == (last, True)


def test_params_may_be_overridden_on_the_instance_and_by_the_call():
    env = CartPole().with_params(gravity=5.0).with_params(max_steps=3)
    assert float(env.default_params.gravity) == 5
    assert int(env.default_params.max_steps) == 3
    assert env == CartPole(overrides=(("gravity", 5.0), ("max_steps", 3)))
    _, state = env.reset(jax.random.key(0))
    by_instance = env.step(jax.random.key(1), state, 1).state
    by_call = CartPole().step(jax.random.key(1), state, 1, Params(gravity=5.0)).state
    assert float(by_instance.theta_dot) == float(by_call.theta_dot)
    assert float(by_call.theta_dot) != float(
        CartPole().step(jax.random.key(1), state, 1).state.theta_dot
    )
    with pytest.raises(TypeError, match="unexpected keyword argument 'mass'"):
        CartPole().with_params(mass=1)


class PricedParams(core.Params):
    prices: Any = array(default_factory=lambda: np.array([1, 2, 3], np.float32))  # (3,) float32


class Priced(Walk):
    """Pays the price of the action."""

    def original_params(self) -> Any:
        return PricedParams()

    def transition(self, key, state, action, params: Any):
        return state, jnp.asarray(params.prices)[action], jnp.bool_(False), {}


PRICES = np.array([4, 5, 6], np.float32)


@pytest.mark.parametrize(
    "prices",
    [PRICES.copy(), PRICES.astype(np.float64), jnp.asarray(PRICES), [4, 5, 6], (4.0, 5.0, 6.0)],
    ids=["float32", "float64", "jax", "list", "tuple"],
)
def test_arrays_among_the_params_are_held_by_value(prices):
    env, twin = Priced().with_params(prices=prices), Priced().with_params(prices=PRICES)
    assert env == twin
    assert hash(env) == hash(twin)
    assert env != Priced().with_params(prices=PRICES + 1) != Priced()
    params: Any = env.default_params
    assert params.prices.dtype == np.float32
    for other in (pickle.loads(pickle.dumps(env)), copy.deepcopy(env)):
        assert other == env
        assert hash(other) == hash(env)
    assert repr(env) == repr(twin)
    assert "4., 5., 6." in repr(env)


def test_equal_arrays_share_one_compilation():
    traces = []

    def step(env, action):
        traces.append(1)
        return env.step(jax.random.key(0), env.reset(jax.random.key(0))[1], action).reward

    compiled = jax.jit(step, static_argnums=0)
    assert float(compiled(Priced().with_params(prices=PRICES), 1)) == 5
    assert float(compiled(Priced().with_params(prices=jnp.asarray(PRICES)), 2)) == 6
    assert len(traces) == 1
    assert float(compiled(Priced(), 2)) == 3
    assert len(traces) == 2


def test_arrays_given_are_copied_and_nobody_changes_them():
    mine = PRICES.copy()
    env = Priced().with_params(prices=mine)
    before = hash(env)
    mine[0] = 99
    params: Any = env.default_params
    assert params.prices.tolist() == [4, 5, 6]
    assert hash(env) == before
    all_shared: list[Any] = [params, Priced().default_params, PricedParams()]
    for shared in all_shared:
        with pytest.raises(ValueError, match="read-only"):
            shared.prices[0] = 7


def test_arrays_of_another_kind_are_refused():
    with pytest.raises(ValueError, match=r"prices: expected shape \(3,\), got \(2,\)"):
        Priced().with_params(prices=[1, 2])
    with pytest.raises(TypeError, match="prices: expected float32, got complex128"):
        Priced().with_params(prices=np.ones(3, np.complex128))
    with pytest.raises(TypeError, match="prices: expected a known value"):
        jax.jit(lambda prices: Priced().with_params(prices=prices).default_params)(PRICES)
    assert Walk().with_params(bonus=jnp.float32(2)) == Walk().with_params(bonus=2.0)


def test_params_keep_their_dtypes_whatever_is_given():
    half: Any = jnp.float16(9.0)
    long: Any = np.int64(7)
    given = Params(gravity=half, max_steps=long, sutton_barto_reward=True)
    strong: Any = canonical(given)
    assert strong.gravity.dtype == np.float32
    assert strong.max_steps.dtype == np.int32
    assert strong.sutton_barto_reward.dtype == np.bool_
    with jax.enable_x64(True):
        inside = jax.jit(lambda p: canonical(p).gravity)(Params(gravity=9.0))
    assert inside.dtype == np.float32


def test_python_numbers_and_arrays_share_one_trace_once_canonical():
    env, traces = CartPole(), []

    @jax.jit
    def step(state, params):
        traces.append(1)
        return env.step(jax.random.key(0), state, 0, params)

    _, state = env.reset(jax.random.key(0))
    step(state, env.default_params)
    step(state, env.default_params.replace(gravity=np.float32(3)))
    step(state, canonical(Params(gravity=2.0)))
    assert len(traces) == 1


def test_params_of_another_kind_are_refused():
    with pytest.raises(TypeError, match="params: expected CartPole's Params"):
        CartPole().reset(jax.random.key(0), {"gravity": 1.0})  # type: ignore[arg-type]


def test_keys_may_be_typed_or_raw_and_nothing_else():
    env = Walk()
    typed, raw = env.reset(jax.random.key(5))[1], env.reset(jax.random.PRNGKey(5))[1]
    assert float(typed.luck) == float(raw.luck)
    for bad in (0, jnp.zeros(3), jax.random.split(jax.random.key(0)), "seed"):
        with pytest.raises(TypeError, match="key: expected"):
            as_key(bad)


def test_actions_of_the_wrong_kind_are_refused():
    env = CartPole()
    _, state = env.reset(jax.random.key(0))
    with pytest.raises(ValueError, match=r"action: expected shape \(\)"):
        env.step(jax.random.key(0), state, jnp.zeros(1, jnp.int32))
    with pytest.raises(TypeError, match="action: expected int32"):
        env.step(jax.random.key(0), state, 0.5)


def test_params_are_vmapped_one_field_at_a_time():
    env = Walk()
    widths = jax.vmap(lambda width: WalkParams(width=width))(jnp.arange(1, 4, dtype=jnp.int32))
    axes = WalkParams(width=0, bonus=None, max_steps=None)  # type: ignore[arg-type]
    _, state = env.reset(jax.random.key(0))
    state = state.replace(position=jnp.int32(2))
    step = jax.vmap(lambda width: env.step(jax.random.key(1), state, 1, WalkParams(width=width)))(
        widths.width
    )
    moved = int(step.state.position[0])
    assert step.terminated.tolist() == [moved >= width for width in (1, 2, 3)]
    assert axes.width == 0


def test_the_public_names_are_there():
    for name in ("make", "register", "list_envs", "Env", "MultiAgentEnv", "vectorize", "spaces"):
        assert hasattr(jaxenvs, name)
    assert jaxenvs.__version__.count(".") == 2


def test_state_and_key_in_the_wrong_order_are_named():
    env = jaxenvs.make("CartPole-v1")
    _, state = jax.eval_shape(env.reset, jax.random.key(0))
    with pytest.raises(TypeError, match=r"^key: expected jax\.random\.key\(seed\), got a state"):
        env.step(state, 1, jax.random.key(0))
