"""Other libraries with the same games, for comparison; each is used if it is installed."""

import dataclasses
import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax

from jaxenvs.adapters import names
from jaxenvs.cli.arguments import note
from jaxenvs.cli.measure import Batch, Compiled, Contestant, Eager
from jaxenvs.registry import list_envs


@dataclasses.dataclass(frozen=True)
class Peer:
    """A library and its names for our ids."""

    library: str  # as the report calls it
    package: str  # as Python imports it
    names: Mapping[str, str]  # from our id to theirs
    enter: Callable[[str, str, int, int], Contestant]
    """`(library, their id, num_envs, num_steps) -> contestant`"""


def contestants(env_id: str, num_envs: int, num_steps: int) -> Iterator[Contestant]:
    """Every installed peer that has this game, compiled and ready; one that fails is left out."""
    for peer in PEERS:
        if env_id not in peer.names or importlib.util.find_spec(peer.package) is None:
            continue
        try:
            yield peer.enter(peer.library, peer.names[env_id], num_envs, num_steps)
        except Exception as error:
            # Their code, in whatever version: it must not take ours down.
            note(f"{env_id}: {peer.library} is left out: {type(error).__name__}: {error}")


def _same(*env_ids: str) -> dict[str, str]:
    return {env_id: env_id for env_id in env_ids}


CLASSIC = _same(
    "CartPole-v1", "Pendulum-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0"
)
GYMNAX = CLASSIC | {
    # Without MNIST, whose data gymnax downloads.
    ours: theirs
    for theirs, (ours, _) in names.GYMNAX_NAMES.items()
    if theirs != "MNISTBandit-bsuite"
}
# By gymnax's name: what makes its game as large as ours, options and params.
GYMNAX_SIZES: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "DeepSea-bsuite": ({"size": 10}, {}),
    "MemoryChain-bsuite": ({}, {"memory_length": 10}),
    "UmbrellaChain-bsuite": ({"n_distractor": 20}, {"chain_length": 10}),
}
POPGYM = {
    # popgym writes one of its names in another way than the class.
    env_id: f"popgym:popgym-{env_id[7:].replace('VelocityOnlyCartPole', 'VelocityOnlyCartpole')}"
    for env_id in list_envs("popgym")
}
JAXMARL = {ours: theirs for theirs, ours in names.JAXMARL_NAMES.items()} | {
    **{ours: theirs for theirs, ours in names.JAXMARL_ALIKE.items()},
    **{ours: f"overcooked {layout}" for layout, ours in names.JAXMARL_LAYOUTS.items()},
    **{ours: f"hanabi {players}" for players, ours in names.JAXMARL_PLAYERS.items()},
}
"""From our ids to JaxMARL's, followed by the kitchen or the number of players."""
JAXMARL_CONTINUOUS = ("MPE_simple_world_comm_v3",)
MINIGRID = {env_id: f"minigrid:{env_id}" for env_id in list_envs("grid")}
NAVIX = {env_id: env_id.replace("MiniGrid", "Navix") for env_id in list_envs("grid")}
TOY_TEXT = _same("FrozenLake-v1", "FrozenLake8x8-v1", "Taxi-v4", "CliffWalking-v1", "Blackjack-v1")


def _gymnax(library: str, name: str, num_envs: int, num_steps: int) -> Contestant:
    import gymnax  # pyright: ignore[reportMissingImports]

    options, numbers = GYMNAX_SIZES.get(name, ({}, {}))
    env, params = gymnax.make(name, **options)
    params = params.replace(**numbers)

    def reset(key: jax.Array) -> Any:
        return jax.vmap(lambda k: env.reset(k, params)[1])(jax.random.split(key, num_envs))

    def step(key: jax.Array, state: Any, actions: Any) -> tuple[Any, Any]:
        keys = jax.random.split(key, num_envs)
        results = jax.vmap(lambda k, s, a: env.step(k, s, a, params))(keys, state, actions)
        obs, state, reward, *ended, _info = results
        return state, (obs, reward, ended)

    def sample(key: jax.Array) -> Any:
        return jax.vmap(env.action_space(params).sample)(jax.random.split(key, num_envs))

    return Compiled(library, Batch(reset, step, sample), num_envs, num_steps)


def _jaxmarl(library: str, name: str, num_envs: int, num_steps: int) -> Contestant:
    """A game of JaxMARL, which resets by itself, with discrete actions where it has a choice."""
    import jaxmarl  # pyright: ignore[reportMissingImports]

    game, _, size = name.partition(" ")
    options: dict[str, Any] = {"action_type": "Discrete"} if game in JAXMARL_CONTINUOUS else {}
    if game == "hanabi":
        options = {"num_agents": int(size)}
    elif game == "overcooked":
        kitchens = importlib.import_module("jaxmarl.environments.overcooked")
        options = {"layout": kitchens.overcooked_layouts[size]}
    env = jaxmarl.make(game, **options)

    def reset(key: jax.Array) -> Any:
        return jax.vmap(env.reset)(jax.random.split(key, num_envs))[1]

    def step(key: jax.Array, state: Any, actions: Any) -> tuple[Any, Any]:
        keys = jax.random.split(key, num_envs)
        obs, state, reward, done, _info = jax.vmap(env.step)(keys, state, actions)
        return state, (obs, reward, done)

    def sample(key: jax.Array) -> Any:
        def one(key: jax.Array) -> Any:
            keys = jax.random.split(key, env.num_agents)
            named = zip(env.agents, keys, strict=True)
            return {agent: env.action_space(agent).sample(k) for agent, k in named}

        return jax.vmap(one)(jax.random.split(key, num_envs))

    return Compiled(library, Batch(reset, step, sample), num_envs, num_steps)


def _navix(library: str, name: str, num_envs: int, num_steps: int) -> Contestant:
    """A game of Navix, which resets in the step after the last, with MiniGrid's observations."""
    import navix  # pyright: ignore[reportMissingImports]

    env = navix.make(name, observation_fn=navix.observations.symbolic_first_person)

    def reset(key: jax.Array) -> Any:
        return jax.vmap(env.reset)(jax.random.split(key, num_envs))

    def step(key: jax.Array, state: Any, actions: Any) -> tuple[Any, Any]:
        del key  # states carry their own
        state = jax.vmap(env.step)(state, actions)
        return state, (state.observation, state.reward, state.step_type)

    def sample(key: jax.Array) -> Any:
        return jax.random.randint(key, (num_envs,), 0, len(env.action_set))

    batch = Batch(reset, step, sample, env_state=lambda timestep: timestep.state)
    return Compiled(library, batch, num_envs, num_steps)


def _gymnasium_vector(library: str, name: str, num_envs: int, num_steps: int) -> Contestant:
    """The vector environment in numpy that Gymnasium has for a few games."""
    import gymnasium

    mode = gymnasium.VectorizeMode.VECTOR_ENTRY_POINT
    venv = gymnasium.make_vec(name, num_envs=num_envs, vectorization_mode=mode)
    return Eager(library, venv, num_steps)


def _gymnasium_sync(library: str, name: str, num_envs: int, num_steps: int) -> Contestant:
    """A Python loop over single environments: its speed does not grow with their number."""
    import gymnasium

    mode = gymnasium.VectorizeMode.SYNC
    venv = gymnasium.make_vec(name, num_envs=min(num_envs, 8), vectorization_mode=mode)
    return Eager(library, venv, min(num_steps, 500))


PEERS: tuple[Peer, ...] = (
    Peer("gymnax", "gymnax", GYMNAX, _gymnax),
    Peer("jaxmarl", "jaxmarl", JAXMARL, _jaxmarl),
    Peer("navix", "navix", NAVIX, _navix),
    Peer(
        "gymnasium (numpy vector)",
        "gymnasium",
        _same("CartPole-v0", "CartPole-v1"),
        _gymnasium_vector,
    ),
    Peer(
        "gymnasium (sync, 8 envs)",
        "gymnasium",
        CLASSIC | TOY_TEXT | _same("CartPole-v0"),
        _gymnasium_sync,
    ),
    Peer("popgym (sync, 8 envs)", "popgym", POPGYM, _gymnasium_sync),
    Peer("minigrid (sync, 8 envs)", "minigrid", MINIGRID, _gymnasium_sync),
)
