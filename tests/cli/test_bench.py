import json

import jax
import jax.numpy as jnp
import pytest
from jax.experimental.compilation_cache import compilation_cache

import jaxenvs
from jaxenvs.cli import bench, main, measure, peers

SMALL = ["--num-envs", "4", "--num-steps", "5", "--repeats", "2"]


def test_json_reports_every_id(capsys):
    assert main(["bench", "CartPole-v1", "Pendulum-v1", *SMALL, "--json"]) == 0
    captured = capsys.readouterr()
    rows = json.loads(captured.out)
    assert [row["id"] for row in rows] == ["CartPole-v1", "Pendulum-v1"]
    for row in rows:
        assert (row["num_envs"], row["num_steps"]) == (4, 5)
        assert row["steps_per_second"] > 0
        assert row["compile_seconds"] > 0
        assert row["first_step_seconds"] > 0
        assert row["library"] == "jaxenvs"
    assert rows[0]["bytes_per_env"] == 20  # four float32 and the time


def test_the_table_shows_the_same(capsys):
    assert main(["bench", "CartPole-v1", *SMALL]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert "steps/s" in header
    assert "ours is" not in header
    assert row.split()[:4] == ["CartPole-v1", "jaxenvs", "4", "5"]


def test_a_family_is_measured_as_a_whole(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        bench, "_results", lambda env_id, env, arguments: asked.append(env_id) or []
    )
    assert main(["bench", "Taxi-v4", "CartPole-v1", "--family", "toy_text"]) == 0
    assert asked[:2] == ["Taxi-v4", "CartPole-v1"]
    assert sorted(asked[2:] + asked[:1]) == sorted(jaxenvs.list_envs("toy_text"))
    assert main(["bench", "--family", "toytext"]) == 2
    assert "did you mean toy_text?" in capsys.readouterr().err


def test_peers_run_beside_ours(capsys):
    assert main(["bench", "CartPole-v1", *SMALL, "--peers", "--json"]) == 0
    rows = {row["library"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"jaxenvs", "gymnasium (numpy vector)", "gymnasium (sync, 8 envs)"} <= set(rows)
    for library, row in rows.items():
        ratio = rows["jaxenvs"]["steps_per_second"] / row["steps_per_second"]
        assert row["ratio"] == (None if library == "jaxenvs" else pytest.approx(ratio))


def test_peers_are_known_by_ids_that_exist():
    known = set(jaxenvs.list_envs())
    for peer in peers.PEERS:
        assert set(peer.names) <= known


def test_a_peer_that_fails_is_left_out(monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("no data")

    broken = peers.Peer("broken", "json", {"CartPole-v1": "cp"}, fail)
    absent = peers.Peer("absent", "no_such_package", {"CartPole-v1": "cp"}, fail)
    monkeypatch.setattr(peers, "PEERS", (broken, absent))
    assert list(peers.contestants("CartPole-v1", 2, 2)) == []
    noted = capsys.readouterr().err
    assert "broken is left out: RuntimeError: no data" in noted
    assert "absent" not in noted


class Fake(measure.Contestant):
    """Takes as long as it is told, by moving the clock."""

    def __init__(self, name, clock, seconds):
        super().__init__(name, num_envs=10, num_steps=3)
        self.clock, self.seconds = clock, list(seconds)

    def run(self, seed):
        self.clock.append((self.library, seed))
        self.clock.now += self.seconds.pop(0)


class Clock(list):
    now = 0.0


def test_contestants_take_turns_and_the_median_counts(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(measure.time, "perf_counter", lambda: clock.now)
    ours = Fake("ours", clock, [100, 1, 5, 3])
    theirs = Fake("theirs", clock, [100, 6, 6, 6])
    rows = measure.report("X-v0", [ours, theirs], repeats=3)
    assert clock == [(name, seed) for seed in range(4) for name in ("ours", "theirs")]
    assert [row.steps_per_second for row in rows] == [10, 5]
    assert [row.ratio for row in rows] == [None, 2]


def test_every_output_is_summed():
    tree = {"a": jnp.arange(3, dtype=jnp.int32), "b": (jnp.bool_(True), jnp.full((2, 2), 0.5))}
    assert measure.total(tree) == 6


def test_the_rollout_depends_on_observations_rewards_and_ends():
    batch = measure.ours(jaxenvs.make("CartPole-v1"), 3)
    state = batch.reset(jax.random.key(0))
    actions = batch.sample(jax.random.key(1))
    assert actions.shape == (3,)
    _, outputs = batch.step(jax.random.key(2), state, actions)
    obs, reward, terminated, truncated = outputs
    assert obs.shape == (3, 4)
    assert reward.shape == terminated.shape == truncated.shape == (3,)


def test_compile_times_come_from_no_cache(tmp_path):
    settings = {
        "jax_compilation_cache_dir": str(tmp_path),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
    }
    before = {name: getattr(jax.config, name) for name in settings}
    for name, value in settings.items():
        jax.config.update(name, value)
    compilation_cache.reset_cache()
    try:
        for _ in range(2):
            with measure.uncached():
                jax.jit(lambda x: x * 3 + 1)(jnp.float32(1))
        assert not list(tmp_path.iterdir())
        jax.jit(lambda x: x * 5 + 1)(jnp.float32(1))
        assert list(tmp_path.iterdir())
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
        compilation_cache.reset_cache()
