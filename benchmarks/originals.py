"""Originals of games of several agents, on one core of a CPU: what suite.py and talk.py race.

One copy of each, stepped with random legal actions and reset when an episode is over, as a user of
the package would: mpe2's parallel environments; overcooked-ai's kitchens, with what both cooks
observe; the Hanabi Learning Environment from Python (`rl_env`, which observes for all players) and,
through the C interface of its library, without Python. That one is built with `c++`, from hle.cpp.

    pip install mpe2 scipy cffi
    pip install --no-deps overcooked-ai==1.1.0
    CMAKE_ARGS=-DCMAKE_POLICY_VERSION_MINIMUM=3.5 pip install hanabi-learning-environment==0.0.4
"""

import ctypes
import functools
import importlib
import importlib.util
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import jaxenvs
from jaxenvs.cli.measure import Contestant
from jaxenvs.envs import overcooked

HORIZON = 400  # of a shift in a kitchen

Play = Callable[[int, int], Any]
"""`(num_steps, seed)`: plays that many steps in whole episodes."""


class Original(Contestant):
    """One copy of an original."""

    def __init__(self, library: str, play: Play, num_steps: int) -> None:
        super().__init__(library, 1, num_steps)
        self._play = play

    def run(self, seed: int) -> None:
        """Plays once and returns when all is done."""
        self._play(self.num_steps, seed)


def contestants(env_id: str) -> Iterator[Original]:
    """The originals of a game that are installed here."""
    family = jaxenvs.spec(env_id).family
    if family == "mpe" and _there("mpe2") and "Facmac" not in env_id:
        yield Original("mpe2", _particles(env_id), 500)
    if family == "overcooked" and _there("overcooked_ai_py"):
        yield Original("overcooked-ai", _kitchen(env_id), 500)
    if env_id.startswith("Hanabi-Full") and _there("hanabi_learning_environment"):
        num_players = int(env_id.split("-")[2][0])
        yield Original("HLE in Python", _cards(num_players), 300)
        for library, observe in (("HLE in C++", True), ("HLE in C++, unobserved", False)):
            yield Original(library, _cards_without_python(num_players, observe), 10_000)


def _there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _particles(env_id: str) -> Play:
    name = re.sub("(?<=[a-z])(?=[A-Z])", "_", env_id.removeprefix("MPE-")).replace("-", "_").lower()
    env = importlib.import_module(f"mpe2.{name}").parallel_env()

    def play(num_steps: int, seed: int) -> None:
        env.reset(seed=seed)
        draw = random.Random(seed).randrange
        sizes = {agent: int(env.action_space(agent).n) for agent in env.possible_agents}
        for _ in range(num_steps):
            if not env.agents:
                env.reset()
            env.step({agent: draw(sizes[agent]) for agent in env.agents})

    return play


def _kitchen(env_id: str) -> Play:
    make_way_for_overcooked()
    module = importlib.import_module("overcooked_ai_py.mdp.overcooked_mdp")
    actions = importlib.import_module("overcooked_ai_py.mdp.actions").Action.ALL_ACTIONS
    (layout,) = (name for name in overcooked.LAYOUTS if overcooked.env_id(name) == env_id)
    mdp = module.OvercookedGridworld.from_layout_name(layout)

    def play(num_steps: int, seed: int) -> None:
        choose = random.Random(seed).choice
        state = mdp.get_standard_start_state()
        for _ in range(num_steps):
            joint_action = [choose(actions) for _ in range(mdp.num_players)]
            state, _ = mdp.get_state_transition(state, joint_action)
            if state.timestep >= HORIZON:
                state = mdp.get_standard_start_state()
            mdp.lossless_state_encoding(state, horizon=HORIZON)

    return play


def make_way_for_overcooked() -> None:
    """overcooked-ai is older than numpy 2, and asks for gym, for a registry alone."""
    np.__dict__.setdefault("Inf", np.inf)
    if "gym" in sys.modules or _there("gym"):
        return
    names = ("gym", "gym.envs", "gym.envs.registration")
    sys.modules.update({name: types.ModuleType(name) for name in names})
    sys.modules[names[-1]].register = lambda **kwargs: None  # type: ignore[attr-defined]


def _cards(num_players: int) -> Play:
    rl_env = importlib.import_module("hanabi_learning_environment.rl_env")
    env = rl_env.make("Hanabi-Full", num_players=num_players)

    def play(num_steps: int, seed: int) -> None:
        choose = random.Random(seed).choice
        seen = env.reset()
        for _ in range(num_steps):
            own = seen["player_observations"][seen["current_player"]]
            seen, _, done, _ = env.step(choose(own["legal_moves_as_int"]))
            if done:
                seen = env.reset()

    return play


def _cards_without_python(num_players: int, observe: bool) -> Play:
    library = _built()
    return lambda num_steps, seed: library.play(num_players, num_steps, seed, int(observe))


@functools.cache
def _built() -> Any:
    """hle.cpp as a library, beside the package's own."""
    spec = importlib.util.find_spec("hanabi_learning_environment")
    assert spec is not None
    assert spec.origin is not None
    package = pathlib.Path(spec.origin).parent
    source = pathlib.Path(__file__).with_name("hle.cpp")
    target = pathlib.Path(tempfile.mkdtemp()) / "hle.so"
    options = ["-O2", "-shared", "-fPIC", f"-I{package}", f"-Wl,-rpath,{package}"]
    command = ["c++", *options, str(source), str(package / "libpyhanabi.so"), "-o", str(target)]
    subprocess.run(command, check=True)
    library = ctypes.CDLL(str(target))
    library.play.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_uint32, ctypes.c_int]
    library.play.restype = ctypes.c_long
    return library
