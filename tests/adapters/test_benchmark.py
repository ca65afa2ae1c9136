import json
import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "benchmarks" / "gymnasium_adapter.py"


def test_the_benchmark_of_the_adapters_runs():
    command = [sys.executable, SCRIPT, "--num-envs", "2", "--seconds", "0", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=200)
    rows = json.loads(done.stdout)
    assert [row["num_envs"] for row in rows] == [1, 1, 2, 2, 2, 2]
    assert all(row["env_steps_per_second"] > 0 for row in rows)
