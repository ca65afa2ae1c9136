"""Two real processes over loopback: one run, its files, and what happens when one of them dies."""

import json
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from jaxenvs.baselines.runs.hosts import Hosts, connect
from jaxenvs.baselines.runs.log import read_rows
from jaxenvs.baselines.runs.options import Options, RunError
from tests.baselines.runs.test_run import last_arrays

FLAGS = ["--num-envs", "4", "--num-steps", "16", "--hidden", "16", "--eval-episodes", "3"]
FLAGS += ["--normalize-obs", "--seeds", "4", "--rows", "40", "--save-every", "4", "--devices", "1"]
FLAGS += ["--num-minibatches", "4", "--no-tensorboard", "--no-film", "--no-show"]


def start(root, folder, address, num, process_id, updates=40):
    command = [sys.executable, "-m", "jaxenvs", "train", "ppo", "--out", str(folder), *FLAGS]
    command += ["--total-steps", str(updates * 64)]
    if (folder / "config.json").exists():
        command += ["--resume"]
    if address:
        command += ["--coordinator", address, "--num-processes", str(num)]
        command += ["--process-id", str(process_id)]
    return subprocess.Popen(
        command, cwd=root, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def finish(processes):
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors


def returns(folder):
    agents = json.loads((folder / "result.json").read_text())["agents"]
    assert [agent["seed"] for agent in agents] == [0, 1, 2, 3]
    return [agent["return"] for agent in agents]


@pytest.mark.slow
def test_two_processes_make_the_run_of_one(request, tmp_path):
    root, where = request.config.rootpath, address()
    finish([start(root, tmp_path / "two", where, 2, i) for i in range(2)])
    finish([start(root, tmp_path / "one", "", 1, 0)])
    rows = [read_rows(tmp_path / name / "metrics.jsonl") for name in ("one", "two")]
    assert [(r["update"], r["seed"]) for r in rows[0]] == [
        (r["update"], r["seed"]) for r in rows[1]
    ]
    # Programs for two and for four agents round differently, so that runs part in the end.
    for one, two in zip(rows[0][:8], rows[1][:8], strict=True):
        np.testing.assert_allclose(one["entropy"], two["entropy"], rtol=1e-3)
    assert len(returns(tmp_path / "two")) == len(returns(tmp_path / "one"))


@pytest.mark.slow
def test_when_one_dies_the_other_says_so_and_the_run_resumes(request, tmp_path):
    root, folder, where = request.config.rootpath, tmp_path / "a", address()
    updates = 4000
    processes = [start(root, folder, where, 2, i, updates) for i in range(2)]
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not list(folder.glob("checkpoints/*.npz")):
        time.sleep(0.05)
    processes[1].send_signal(signal.SIGKILL)
    _, errors = processes[0].communicate(timeout=120)
    processes[1].communicate()
    assert processes[0].returncode == 1, errors
    assert "lost another process of the run; start all of them again with --resume" in errors
    before = read_rows(folder / "metrics.jsonl")[-1]["update"]
    assert before < updates, "the run was over before a process could be killed"
    assert last_arrays(folder)
    finish([start(root, folder, "", 1, 0, updates)])  # by one process alone
    rows = read_rows(folder / "metrics.jsonl")
    assert [row["update"] for row in rows] == sorted(row["update"] for row in rows)
    assert rows[-1]["update"] == updates
    assert len(returns(folder)) == 4


def test_shares():
    assert [Hosts(2, i).share(6) for i in range(2)] == [slice(0, 3), slice(3, 6)]
    with pytest.raises(RunError, match="5 learners cannot be shared by 2 processes"):
        Hosts(2, 0).share(5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(num_processes=2), "num_processes: needs a coordinator"),
        (
            Options(coordinator="localhost:1", num_processes=2, process_id=2),
            "process_id: expected less than num_processes = 2, got 2",
        ),
        (Options(coordinator="localhost:1", num_processes=2), "out: several processes need"),
    ],
)
def test_options_that_do_not_fit(options, said):
    with pytest.raises(RunError, match=said):
        connect(options)


def test_a_process_alone_gathers_nothing():
    tree = {"a": np.arange(3)}
    assert Hosts().gather(tree) is tree
