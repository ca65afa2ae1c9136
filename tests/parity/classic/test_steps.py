"""The dynamics, rewards and ends of classic control are Gymnasium's, step by step."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxenvs
from tests.parity import report
from tests.parity.classic import original
from tests.parity.rollout import play

MANY, SOME = 100_000, 10_000  # steps in whole episodes
SINGLE = 10_000  # steps from states all over the space
NUM_COLUMNS = 10  # copies that play episodes side by side
# Rounding may put a state on the other side of a threshold; nearer to one than this, the sides are
# not compared.
EDGE = 1e-6


@dataclasses.dataclass(frozen=True)
class Case:
    """An environment with the same changes made to both."""

    env_id: str
    ours: dict[str, Any] = dataclasses.field(default_factory=dict)
    theirs: dict[str, Any] = dataclasses.field(default_factory=dict)  # arguments of make
    attributes: dict[str, Any] = dataclasses.field(default_factory=dict)  # of the game
    steps: int = SOME
    tolerance: float = 2e-6
    compare_ends: bool = True

    @property
    def name(self) -> str:
        return self.env_id.partition("-")[0]

    @property
    def variant(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.ours.items())

    def __str__(self) -> str:
        return f"{self.env_id} {self.variant}".strip()


CASES = [
    Case("CartPole-v0", steps=MANY),
    Case("CartPole-v1", steps=MANY),
    Case("CartPole-v1", {"sutton_barto_reward": True}, {"sutton_barto_reward": True}),
    Case(
        "CartPole-v1",
        {
            "integrator": "semi_implicit",
            "gravity": 5.0,
            "cart_mass": 2.0,
            "pole_mass": 0.5,
            "half_length": 0.75,
            "force": 7.0,
            "dt": 0.03,
            "x_limit": 2.0,
            "theta_limit": 0.15,
        },
        attributes={
            "kinematics_integrator": "semi-implicit",
            "gravity": 5.0,
            "masscart": 2.0,
            "masspole": 0.5,
            "total_mass": 2.5,
            "length": 0.75,
            "polemass_length": 0.375,
            "force_mag": 7.0,
            "tau": 0.03,
            "x_threshold": 2.0,
            "theta_threshold_radians": 0.15,
        },
    ),
    Case("Pendulum-v1", steps=MANY, tolerance=5e-6),
    Case(
        "Pendulum-v1",
        {"g": 9.81, "mass": 2.0, "length": 0.5, "dt": 0.03, "max_speed": 5.0, "max_torque": 1.5},
        {"g": 9.81},
        attributes={"m": 2.0, "l": 0.5, "dt": 0.03, "max_speed": 5.0, "max_torque": 1.5},
        tolerance=5e-6,
    ),
    Case("Acrobot-v1", steps=MANY, tolerance=1e-5),
    Case("Acrobot-v1", {"dynamics": "nips"}, attributes={"book_or_nips": "nips"}, tolerance=1e-5),
    Case(
        "Acrobot-v1",
        {
            "link_length_1": 1.5,
            "link_mass_1": 2.0,
            "link_mass_2": 0.5,
            "link_com_1": 0.75,
            "link_com_2": 0.25,
            "link_moi": 0.75,
            "dt": 0.1,
            "max_velocity_1": 3.0,
            "max_velocity_2": 6.0,
        },
        attributes={
            "LINK_LENGTH_1": 1.5,
            "LINK_MASS_1": 2.0,
            "LINK_MASS_2": 0.5,
            "LINK_COM_POS_1": 0.75,
            "LINK_COM_POS_2": 0.25,
            "LINK_MOI": 0.75,
            "dt": 0.1,
            "MAX_VEL_1": 3.0,
            "MAX_VEL_2": 6.0,
        },
        tolerance=1e-5,
        compare_ends=False,  # ours counts the lengths
    ),
    Case("MountainCar-v0", steps=MANY),
    Case(
        "MountainCar-v0",
        {
            "goal_velocity": 0.03,
            "goal_position": 0.4,
            "min_position": -1.0,
            "max_position": 0.5,
            "max_speed": 0.05,
            "force": 0.002,
            "gravity": 0.003,
        },
        {"goal_velocity": 0.03},
        attributes={
            "goal_position": 0.4,
            "min_position": -1.0,
            "max_position": 0.5,
            "max_speed": 0.05,
            "force": 0.002,
            "gravity": 0.003,
        },
    ),
    Case("MountainCarContinuous-v0", steps=MANY, tolerance=1e-5),
    Case(
        "MountainCarContinuous-v0",
        {
            "goal_velocity": 0.02,
            "goal_position": 0.3,
            "min_position": -1.0,
            "max_position": 0.5,
            "max_speed": 0.05,
            "min_action": -0.5,
            "max_action": 0.75,
            "power": 0.003,
        },
        {"goal_velocity": 0.02},
        attributes={
            "goal_position": 0.3,
            "min_position": -1.0,
            "max_position": 0.5,
            "max_speed": 0.05,
            "min_action": -0.5,
            "max_action": 0.75,
            "power": 0.003,
        },
        tolerance=1e-5,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_step_from_anywhere(case: Case) -> None:
    """Random states, also some past the end of an episode, and actions, also some out of range."""
    env, theirs = both(case)
    rng = np.random.default_rng(0)
    states = original.anywhere(case.name, SINGLE, rng)
    actions = random_actions(env, SINGLE, rng)
    ours = our_steps(env, case.name, states, actions)
    compare(case, theirs, theirs.each(states, actions), ours, SINGLE)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_whole_episodes(case: Case) -> None:
    """Ours plays; the original follows from our state at every step and ends when ours does."""
    env, theirs = both(case)
    num_steps = case.steps // NUM_COLUMNS
    rows = play(env, NUM_COLUMNS, num_steps, policy=policy(case.name, env))
    if case.steps == MANY:  # and play that ends where this does not
        random = play(env, 2, num_steps)
        rows = jax.tree.map(lambda a, b: np.concatenate([a, b], axis=1), rows, random)
    states = np.stack([getattr(rows.state, name) for name in original.STATE[case.name]], -1)
    followed = []
    for i in range(states.shape[1]):
        actions = original.plain(rows.action[:, i])
        for start, state, action in zip(
            rows.start[:, i], states[:, i].tolist(), actions, strict=True
        ):
            if start:
                theirs.env.reset()  # sets the clock of its time limit back
            followed.append(theirs.step(state, action))
    ours = outputs(rows.step, flat)
    compare(case, theirs, original.columns(followed), ours, len(followed))
    if case.compare_ends and case.steps == MANY:
        assert ours[3].any()
        assert ours[2].any() or case.name == "Pendulum"


def test_spaces_and_time_limits() -> None:
    for env_id in jaxenvs.list_envs("classic"):
        env, theirs = jaxenvs.make(env_id), original.make(env_id).env
        assert env.observation_space().to_gymnasium() == theirs.observation_space
        assert env.action_space().to_gymnasium() == theirs.action_space
        assert env.default_params.max_steps == jaxenvs.spec(env_id).max_steps
        assert theirs.spec is not None
        assert env.default_params.max_steps == theirs.spec.max_episode_steps


# -- the two sides ---------------------------------------------------------------------------


def both(case: Case) -> tuple[jaxenvs.Env[Any, Any], original.Original]:
    ours = jaxenvs.make(case.env_id, **case.ours)
    return ours, original.make(case.env_id, case.attributes, **case.theirs)


def our_steps(
    env: jaxenvs.Env[Any, Any], name: str, states: np.ndarray, actions: np.ndarray
) -> original.Steps:
    coordinates = dict(zip(original.STATE[name], jnp.asarray(states).T, strict=True))
    fresh = jax.vmap(env.reset)(jax.random.split(jax.random.key(0), len(states)))[1]
    step = jax.jit(jax.vmap(env.step, in_axes=(None, 0, 0)))(
        jax.random.key(0), fresh.replace(**coordinates), actions
    )
    return outputs(step, np.asarray)


def outputs(step: jaxenvs.Transition, change: Callable[[Any], np.ndarray]) -> original.Steps:
    return change(step.obs), change(step.reward), change(step.terminated), change(step.truncated)


def random_actions(
    env: jaxenvs.Env[Any, Any], num_actions: int, rng: np.random.Generator
) -> np.ndarray:
    space = env.action_space()
    if isinstance(space, jaxenvs.spaces.Discrete):
        return rng.integers(space.n, size=num_actions, dtype=np.int32)
    assert isinstance(space, jaxenvs.spaces.Box)
    return rng.uniform(1.5 * space.low, 1.5 * space.high, (num_actions, 1)).astype(np.float32)


def policy(name: str, env: jaxenvs.Env[Any, Any]) -> Any:
    """Play that reaches the end that random play does not, and is clumsy enough to vary."""
    num_actions = getattr(env.action_space(), "n", 0)
    lean = {
        "CartPole": lambda s: s.theta + 0.4 * s.theta_dot + 0.05 * s.x + 0.1 * s.x_dot,
        "Pendulum": lambda s: -s.theta_dot,
        "Acrobot": lambda s: s.theta_2_dot,
        "MountainCar": lambda s: s.velocity,
        "MountainCarContinuous": lambda s: s.velocity,
    }[name]

    def choose(key: jax.Array, state: Any) -> jax.Array:
        coin_key, action_key = jax.random.split(key)
        right = lean(state) > 0
        # The clock decides how clumsy an episode is, so that some end early and some late.
        clumsy = jax.random.uniform(coin_key) < jnp.where(state.time % 400 < 200, 0.2, 0.7)
        random = env.action_space().sample(action_key)
        best = jnp.where(right, num_actions - 1, 0) if num_actions else jnp.where(right, 1.0, -1.0)
        best = jnp.broadcast_to(best, random.shape).astype(random.dtype)
        return jnp.where(clumsy, random, best)

    return choose


def flat(steps: np.ndarray) -> np.ndarray:
    """From `[num_steps, num_columns, ...]` to one column after the other."""
    return np.swapaxes(steps, 0, 1).reshape(-1, *steps.shape[2:])


# -- the comparison ---------------------------------------------------------------------------


def compare(
    case: Case, theirs: original.Original, right: original.Steps, ours: original.Steps, steps: int
) -> None:
    """Demands equal flags and close numbers, away from the edges, and reports the largest error."""
    clear = np.minimum(
        *(distance(case.name, theirs.env.unwrapped, obs[0]) for obs in (right, ours))
    )
    clear = clear > EDGE
    assert clear.mean() > 0.99
    obs, reward, terminated, truncated = (
        (a[clear], b[clear]) for a, b in zip(right, ours, strict=True)
    )
    assert np.array_equal(*truncated)
    error = np.abs(obs[0].astype(np.float64) - obs[1]).max()
    if case.compare_ends:
        assert np.array_equal(*terminated)
        error = max(error, np.abs(reward[0] - reward[1]).max())
    assert error <= case.tolerance
    report.record(case.env_id, "gymnasium", steps, error, variant=case.variant)


def distance(name: str, game: Any, obs: np.ndarray) -> np.ndarray:
    """How far an observation `[n, d]` is from where something happens at once."""
    if name == "CartPole":
        limits = np.array([game.x_threshold, game.theta_threshold_radians])
        return np.abs(np.abs(obs[:, [0, 2]].astype(np.float64)) - limits).min(axis=1)
    if name == "Acrobot":
        cos_1, sin_1, cos_2, sin_2 = obs[:, :4].T.astype(np.float64)
        return np.abs(-cos_1 - (cos_1 * cos_2 - sin_1 * sin_2) - 1)
    if name == "Pendulum":
        return np.full(len(obs), np.inf)
    position, velocity = obs.T.astype(np.float64)
    above_wall = position - np.float32(game.min_position)
    return np.minimum.reduce(
        [
            np.abs(position - game.goal_position),
            # The start and a coasting car stand still, at exactly the velocity that is asked for.
            np.where(velocity == game.goal_velocity, np.inf, np.abs(velocity - game.goal_velocity)),
            np.where(above_wall == 0, np.inf, above_wall),
        ]
    )
