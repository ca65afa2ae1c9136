"""Every scenario beside mpe2: each of its steps is played by ours from the same state."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import jaxenvs
from tests.parity import report

pytest.importorskip("mpe2")

from tests.parity.mpe import original

TOLERANCE = 2e-5  # float32 beside float64, in a world with stiff contacts


class Case(NamedTuple):
    """One comparison: our id and what is changed from the defaults on both sides."""

    env_id: str
    theirs: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    ours: dict[str, Any] | None = None  # None: as theirs


def _huddle(world: Any, rng: np.random.Generator) -> None:
    """Half of the episodes begin in a crowd, so that there are contacts."""
    if rng.random() < 0.5:
        on_a_line = world.landmarks[-1].name == "landmark_1"  # which was laid at the reset
        for body in world.agents + ([] if on_a_line else world.landmarks):
            body.state.p_pos = body.state.p_pos * 0.35


def _succeed(world: Any, rng: np.random.Generator) -> None:
    """Agents begin near places where they are done: landmarks, a circle, a line, each other."""
    center, count = world.landmarks[0].state.p_pos, len(world.agents)
    for i, agent in enumerate(world.agents):
        if len(world.landmarks) == 1:
            turn = 2 * np.pi * i / count
            place = center + 0.5 * np.array([np.cos(turn), np.sin(turn)])
        elif hasattr(agent, "adversary"):
            place = np.array([0.9, 0.0]) + 0.12 * np.array([i, 0])
        elif len(world.landmarks) == 2 and count != 2:
            place = center + i / (count - 1) * (world.landmarks[1].state.p_pos - center)
        else:
            place = world.landmarks[i].state.p_pos
        agent.state.p_pos = place + rng.normal(0, 0.015, 2)


SPREAD, TAG, COMM = "MPE-SimpleSpread-v3", "MPE-SimpleTag-v3", "MPE-SimpleWorldComm-v3"
ADVERSARY, TREASURE = "MPE-SimpleAdversary-v3", "MPE-CollectTreasure-v1"
CASES = [
    *(Case(env_id) for env_id in jaxenvs.list_envs("mpe") if "Facmac" not in env_id),
    *(
        Case(env_id, {"continuous_actions": True})
        for env_id in jaxenvs.list_envs("mpe")
        if "Facmac" not in env_id
    ),
    Case(SPREAD, {"N": 5, "local_ratio": 0.2}, {"num_agents": 5, "local_ratio": 0.2}),
    Case(
        SPREAD,
        {"N": 4, "num_agent_neighbors": 2, "num_landmark_neighbors": 5},
        {"num_agents": 4, "num_agent_neighbors": 2, "num_landmark_neighbors": 5},
    ),
    Case(SPREAD, {"curriculum": True}, {"collision_penalty": 0.0}),
    Case(SPREAD, {"terminate_on_success": True}),
    Case(ADVERSARY, {"N": 4}, {"num_good": 4}),
    Case(
        ADVERSARY,
        {"N": 3, "num_agent_neighbors": 2, "num_landmark_neighbors": 1},
        {"num_good": 3, "num_agent_neighbors": 2, "num_landmark_neighbors": 1},
    ),
    Case(TAG, {"num_good": 3, "num_adversaries": 4, "num_obstacles": 3}),
    Case(TAG, {"num_good": 2, "num_agent_neighbors": 3, "num_landmark_neighbors": 1}),
    Case(TAG, {"curriculum": True}, {"good_speed": 0.5}),
    Case(TAG, {"terminate_on_success": True}),
    Case(
        COMM,
        {"num_good": 3, "num_adversaries": 2, "num_obstacles": 2, "num_food": 3, "num_forests": 1},
    ),
    Case("MPE-SimpleFormation-v1", {"N": 6}, {"num_agents": 6}),
    Case("MPE-SimpleFormation-v1", {"terminate_on_success": True}),
    Case("MPE-SimpleLine-v1", {"N": 3}, {"num_agents": 3}),
    Case("MPE-SimpleLine-v1", {"terminate_on_success": True}),
    Case(TREASURE, {"num_collectors": 3, "num_deposits": 3, "num_treasures": 4}),
]


def _module(env_id: str) -> str:
    """mpe2's name of one of our ids."""
    return jaxenvs.spec(env_id).reference.rpartition(" ")[2]


def _name(case: Case) -> str:
    return "-".join([case.env_id, *(f"{k}={v}" for k, v in case.theirs.items())])


def _compare(case: Case, num_steps: int, seed: int = 0) -> None:
    ours = case.theirs if case.ours is None else case.ours
    env: Any = jaxenvs.make(case.env_id, **ours)
    place = _succeed if "terminate_on_success" in ours else _huddle
    names, steps = original.play(_module(case.env_id), case.theirs, num_steps, seed, place)
    assert env.agents == tuple(names)

    kind = jax.eval_shape(env.reset, jax.random.key(0))[1]
    before = _batch(kind, steps.before)
    action = jnp.asarray(np.array(steps.action), env.action_space().dtype)
    draws = jnp.asarray(np.array(steps.draws), jnp.float32)

    t, whole = _step(env, before, action, draws)
    keep = ~np.array(steps.near_miss)
    errors = [_error(t.reward, np.array(steps.reward), keep)]
    for i, (name, space) in enumerate(env.observation_spaces().items()):
        (size,) = space.shape
        theirs = np.array([obs[i] for obs in steps.obs])
        assert theirs.shape[1] == size, name
        errors.append(_error(t.obs[:, i, :size], theirs, keep))
        assert not np.asarray(t.obs[:, i, size:]).any()
    errors.append(_error(whole, np.array(steps.whole), keep))
    for name in set(steps.after[0]) & {"position", "velocity", "message", "holding", "alive"}:
        if hasattr(t.state, name):
            found = np.array([after[name] for after in steps.after])
            errors.append(_error(getattr(t.state, name), found, keep))
    assert max(errors) < TOLERANCE
    truncated, terminated = np.array(steps.truncated), np.array(steps.terminated)
    np.testing.assert_array_equal(t.truncated, truncated)
    # mpe2 tells one reason for the end, we tell both.
    np.testing.assert_array_equal((np.asarray(t.terminated) & ~truncated)[keep], terminated[keep])
    if "terminate_on_success" in ours:
        assert terminated.any()
    changed = ", ".join(f"{name}={value!r}" for name, value in ours.items())
    report.record(case.env_id, "mpe2", int(keep.sum()), max(errors), variant=changed)


def _step(env: Any, before: Any, action: jax.Array, draws: jax.Array) -> Any:
    """Transitions and global states; what treasures a step brings is given."""

    @jax.jit
    @jax.vmap
    def step(state: Any, action: jax.Array, draws: jax.Array) -> Any:
        params = env.default_params
        t = env.step(jax.random.key(0), state, action)
        if hasattr(env, "exchange"):
            acted = env.act(state, action, params)
            state = env.exchange(acted, draws, params).replace(time=t.state.time)
            obs, reward = env.observe(state, params), env.rewards(state, params)
            t = t._replace(obs=obs, state=state, reward=reward)
        return t, env.global_state(t.state, params)

    return step(before, action, draws)


def _batch(kind: Any, rows: list[dict[str, Any]]) -> Any:
    """mpe2's states as one batch of ours."""
    fields = {}
    for name in rows[0]:
        if hasattr(kind, name):
            leaf = getattr(kind, name)
            found = np.array([row[name] for row in rows])
            fields[name] = jnp.asarray(found.reshape(len(rows), *leaf.shape), leaf.dtype)
    return kind.replace(**fields)


def _error(ours: Any, theirs: np.ndarray, keep: np.ndarray) -> float:
    found = np.asarray(ours, np.float64)
    assert found.shape == theirs.shape
    return float(np.abs(found - theirs)[keep].max(initial=0.0))


def _often(case: Case) -> bool:
    """Continuous pushes are decoded alike everywhere; messages are what differs."""
    plain = case.theirs == {"continuous_actions": True}
    return not plain or "Reference" in case.env_id or "Crypto" in case.env_id


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=[] if _often(c) else [pytest.mark.slow]) for c in CASES],
    ids=_name,
)
def test_steps_agree(case):
    _compare(case, 300 if case.theirs else 1000)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("case", CASES, ids=_name)
def test_very_many_steps_agree(case, part):
    # Half at a time, as the original takes minutes; a few steps are too close to call.
    _compare(case, 5_000 if case.theirs else 51_000, seed=1 + part)


OWN_STARTS = (TAG, TREASURE, "MPE-SimpleLine-v1", "MPE-SimpleCrypto-v3")


@pytest.mark.parametrize(
    "env_id",
    [
        pytest.param(i, marks=[] if i in OWN_STARTS else [pytest.mark.slow])
        for i in jaxenvs.list_envs("mpe")
        if "Facmac" not in i
    ],
)
def test_starts_have_the_same_distribution(env_id):
    env: Any = jaxenvs.make(env_id)
    module = original.importlib.import_module(f"mpe2.{_module(env_id)}")
    raw = module.parallel_env().unwrapped
    theirs = []
    for seed in range(300):
        raw.reset(seed=seed)
        theirs.append(original.state(raw.world))
    reset = jax.jit(jax.vmap(lambda key: env.reset(key)[1]))
    ours = reset(jax.random.split(jax.random.key(1), 3000))
    for name in ("position", "landmarks", "goal", "key", "kind"):
        if not hasattr(ours, name):
            continue
        found = np.array([row[name] for row in theirs]).reshape(300, -1)
        mine = np.asarray(getattr(ours, name), np.float64).reshape(3000, -1)
        for column in range(mine.shape[1]):
            test: Any = stats.ks_2samp(found[:, column], mine[:, column])
            assert test.pvalue > 1e-5, name
