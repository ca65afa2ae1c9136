"""What fields and params may hold: checked when they are given, by their annotations."""

import dataclasses
import math
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from jaxenvs import ranges
from jaxenvs.envs.classic.cartpole import CartPole
from jaxenvs.ranges import Range
from jaxenvs.testing._traced import play_one
from jaxenvs.wrappers import FrameStack, RewardScale
from tests.toys import Walk, WalkParams

# -- fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env_id", "field", "value", "words"),
    [
        ("CartPole-v1", "integrator", "semi-implicit", "expected 'euler' or 'semi_implicit'"),
        ("Acrobot-v1", "dynamics", "NIPS", "expected 'book' or 'nips'"),
        ("MPE-SimpleSpread-v3", "compat", "x", "expected 'mpe2' or 'jaxmarl'"),
        ("Social-CoinGame-v1", "compat", "x", "expected '' or 'jaxmarl'"),
        ("FrozenLake-v1", "is_slippery", "no", "expected True or False"),
        ("FrozenLake-v1", "desc", ("SG", 3), "expected a str"),
        ("MPE-SimpleSpread-v3", "num_agents", True, "expected a whole number from 1 to 100"),
        ("Overcooked-CrampedRoom-v0", "layout", 3, "expected a str"),
        ("MiniGrid-FourRooms-v0", "goal_place", (1, 18), "expected a whole number from 1 to 17"),
    ],
)
def test_a_field_that_is_not_allowed_is_refused(env_id, field, value, words):
    with pytest.raises((TypeError, ValueError), match=rf"^{field}.*{words}"):
        jaxenvs.make(env_id, **{field: value})


# Any of these numbers makes a game.
UNBOUNDED = {"mapping_seed", "map_seed", "episode_length"}


def _whole_numbers() -> list[tuple[str, str]]:
    """An id and a field, for every whole number that a class of environments has."""
    first = {jaxenvs.spec(env_id).entry_point: env_id for env_id in jaxenvs.list_envs()[::-1]}
    return [
        (env_id, field)
        for env_id in first.values()
        for field, annotation in ranges.annotations(jaxenvs.spec(env_id).load()).items()
        if "int" in str(annotation) and "tuple" not in str(annotation)
    ]


def test_hostile_sizes_are_refused_at_once_and_by_name():
    pairs = _whole_numbers()
    assert len(pairs) > 80
    for env_id, field in pairs:
        for value in (-1, 2.5, "3", True, [3], 10**9):
            if value == 10**9 and field in UNBOUNDED:
                continue
            with pytest.raises((TypeError, ValueError), match=field):
                jaxenvs.make(env_id, **{field: value})


@pytest.mark.slow
@pytest.mark.parametrize(("env_id", "field"), _whole_numbers())
def test_the_ends_of_a_range_make_games(env_id, field):
    annotation = ranges.annotations(jaxenvs.spec(env_id).load())[field]
    allowed = ranges.range_of(annotation) or Range()
    for value in (0, 1, 2, allowed.low, allowed.high):
        if not math.isfinite(value) or value > 10**6:
            continue
        try:
            env = jaxenvs.make(env_id, **{field: int(value)})
        except ValueError:  # below the range, or it does not fit another field
            continue
        jax.eval_shape(lambda key, env=env: play_one(env, key), jax.random.key(0))


class Careful(Walk):
    """Checks several fields, and calls nothing of its base."""

    low: Annotated[int, Range(0, 9)] = 1
    high: Annotated[int, Range(0, 9)] = 2

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low: expected at most high ({self.high}), got {self.low}")


class MoreCareful(Careful):
    calls: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()


def test_a_check_of_its_own_comes_after_that_of_each_field(monkeypatch):
    wrong: Any = "1"
    for cls in (Careful, MoreCareful):
        with pytest.raises(TypeError, match="low: expected a whole number from 0 to 9, got '1'"):
            cls(low=wrong)
        with pytest.raises(ValueError, match="low: expected at most high"):
            cls(low=3)
        with pytest.raises(ValueError, match="high: expected a whole number from 0 to 9"):
            dataclasses.replace(cls(), high=10)
    calls: list[Any] = []
    monkeypatch.setattr(ranges, "check", calls.append)
    env = MoreCareful()
    assert calls == [env]  # once, and not again for the base


def test_wrappers_take_environments_only():
    name: Any = "CartPole-v1"
    with pytest.raises(TypeError, match="env: expected an Env, got 'CartPole-v1'"):
        FrameStack(env=name)
    with pytest.raises(ValueError, match="reward_scale: expected a number, finite, got nan"):
        RewardScale(env=CartPole(), reward_scale=math.nan)


# -- params ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("gravity", "9.8", "a number, got '9.8'"),
        ("gravity", None, "a number, got None"),
        ("gravity", [9.8], "a number"),
        ("gravity", 1j, "a number"),
        ("gravity", True, "a number"),
        ("gravity", np.ones(2), "a number"),
        ("gravity", math.nan, "a number, finite"),
        ("gravity", np.float32(np.inf), "a number, finite"),
        ("gravity", 1e39, "a number that 32 bits hold"),
        ("cart_mass", -1.0, "a number above 0"),
        ("half_length", 0, "a number above 0"),
        ("max_steps", 2.5, "a whole number, got 2.5"),
        ("max_steps", 500.0, "a whole number, got 500.0"),
        ("max_steps", np.float32(1e9), "a whole number"),
        ("max_steps", math.nan, "a whole number"),
        ("max_steps", 2**31, "a whole number that 32 bits hold"),
        ("sutton_barto_reward", 1, "True or False"),
    ],
)
def test_a_param_that_is_not_allowed_is_refused(name, value, words):
    for give in (CartPole().with_params, CartPole().params_with):
        with pytest.raises((TypeError, ValueError), match=f"^{name}: expected {words}"):
            give(**{name: value})
    with pytest.raises((TypeError, ValueError), match=f"^{name}: expected {words}"):
        jaxenvs.make("CartPole-v1", **{name: value})


def test_params_with_gives_the_params_of_with_params():
    changes: dict[str, Any] = {
        "gravity": jnp.float32(3.5),
        "max_steps": np.int64(9),
        "sutton_barto_reward": np.bool_(True),
    }
    env = CartPole().with_params(cart_mass=2)
    params: Any = env.params_with(**changes)
    assert params == env.with_params(**changes).default_params
    assert (params.gravity, params.cart_mass, params.max_steps) == (3.5, 2, 9)
    assert params.gravity.dtype == np.float32
    with pytest.raises(TypeError, match="unexpected keyword argument 'mass'"):
        env.params_with(mass=1)


class Boundless(Walk):
    """Whose original has no limit."""

    def original_params(self) -> WalkParams:
        return WalkParams(bonus=math.inf)


def test_infinity_is_taken_where_the_original_has_it():
    assert math.isinf(Boundless().params_with(bonus=math.inf).bonus)
    with pytest.raises(ValueError, match="bonus: expected a number, finite"):
        Boundless().params_with(bonus=-math.inf)


def test_arrays_and_records_among_the_params_are_checked_too():
    lake = jaxenvs.make("FrozenLake-v1")
    with pytest.raises(ValueError, match="reward_schedule: expected numbers that float32 holds"):
        lake.with_params(reward_schedule=(1.0, math.nan, 0.0))
    with pytest.raises(TypeError, match=r"reward_schedule: expected float32 of shape \(3,\)"):
        lake.with_params(reward_schedule=((1.0, 2.0), 3.0, 4.0))
    rooms: Any = jaxenvs.make("Misc-FourRooms-v0")
    with pytest.raises(ValueError, match=r"start\[1\]: expected a whole number from 1 to 11"):
        rooms.with_params(start=(4, 12))
    pendulum: Any = jaxenvs.make("POPGym-PositionOnlyPendulumEasy-v0")
    game = pendulum.default_params.game
    assert float(pendulum.with_params(game=game.replace(mass=2.0)).default_params.game.mass) == 2
    with pytest.raises(ValueError, match=r"game\.mass: expected a number above 0"):
        pendulum.with_params(game=game.replace(mass=-2.0))
    with pytest.raises(TypeError, match="game: expected Params, got 3"):
        pendulum.with_params(game=3)


# -- effect ----------------------------------------------------------------------------------


def _scenarios() -> list[Any]:
    return [jaxenvs.make(env_id) for env_id in jaxenvs.list_envs("mpe")]


def test_contact_is_an_option_where_bodies_collide():
    for env in _scenarios():
        params = env.default_params
        collides = any(kind.solid for kind in env.movers(params))
        moves = any(kind.movable for kind in env.movers(params))
        names = {field.name for field in dataclasses.fields(params)}
        assert ({"contact_force", "contact_margin"} <= names) == collides, env
        assert ({"dt", "damping"} <= names) == moves, env
