"""What LPO and TA-LPO share: drifts that are judged by the agents that PPO trains with them.

A generation draws candidates round the mean, trains agents with each from scratch, and moves the
mean towards those whose agents did better. Candidates and seeds are vmapped over PPO's own update:
one program, of which `update` is a generation. The fitness of a candidate is the mean return of
all episodes over the lifetime of its agents, an area under the learning curve.
"""

import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines import ppo
from jaxenvs.baselines.meta.evolution import Evolution
from jaxenvs.baselines.parts import drifts
from jaxenvs.baselines.parts.config import HyperParams
from jaxenvs.baselines.parts.drifts import NeuralDrift
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.struct import PyTree


class Carry(PyTree):
    """Everything that changes from generation to generation."""

    key: jax.Array
    hp: HyperParams  # of the agents
    update_id: jax.Array  # () int32
    search: Any  # the state of the evolution, its mean included


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a search goes, beside the agents' own config."""

    population: int
    num_seeds: int  # agents per candidate and generation
    sigma: float
    lr: float
    decay: float
    ranking: str  # a name in evolution.RANKINGS
    shared_seeds: bool  # the same seeds for all candidates, else for the two of a pair
    horizons: tuple[int, ...]  # updates of an agent's life, one drawn per generation
    num_generations: int
    held_out: int  # agents that judge the mean in the end


class Search:
    """The search for a drift on one environment."""

    def __init__(
        self,
        inner: ppo.Config,
        drift: NeuralDrift,
        settings: Settings,
        mesh: Mesh | None = None,
    ) -> None:
        """With a `mesh` of one axis, candidates are shared out over its devices."""
        self.mesh = mesh
        env = jaxenvs.make(inner.env, **inner.env_kwargs)
        self.settings, self.inner, self.drift = settings, inner, drift
        self.agent = ppo.PPO(inner, env, dataclasses.replace(drift, weights=drift.fresh()))
        self.evolution = Evolution(
            drift.fresh(),
            settings.population,
            settings.sigma,
            settings.lr,
            settings.decay,
            settings.ranking,
        )

    def trainer(self) -> Trainer:
        """The search in the form that every algorithm has."""
        mean_horizon = sum(self.settings.horizons) / len(self.settings.horizons)
        agents = self.settings.population * self.settings.num_seeds
        return Trainer(
            init=self.init,
            update=self.update,
            evaluate=self.evaluate,
            policy=lambda carry: self.evolution.mean(carry.search),
            act=None,
            env=self.agent.env,
            hp=self.inner.hyper_params,
            num_updates=self.settings.num_generations,
            steps_per_update=int(agents * mean_horizon * self.inner.batch_size),
            spread=lambda mesh: Search(self.inner, self.drift, self.settings, mesh).trainer(),
            parts=self.settings.population,
        )

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """The search before its first generation."""
        key, search_key = jax.random.split(prng.fast_key(key))
        search = self.evolution.init(search_key)
        return Carry(key=key, hp=hp, update_id=jnp.int32(0), search=search)

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """One generation."""
        key, ask_key, tell_key, task_key = jax.random.split(carry.key, 4)
        settings = self.settings
        candidates = self.evolution.ask(ask_key, carry.search)
        horizon_key, seed_key = jax.random.split(task_key)
        horizons = np.array(settings.horizons, np.int32)
        horizon = jax.random.choice(horizon_key, horizons)
        fitness = self.lives(candidates, self.keys(seed_key), horizon, carry.hp)
        by_candidate = jnp.mean(fitness, axis=1)
        search = self.evolution.tell(tell_key, carry.search, candidates, by_candidate)
        mean = self.evolution.mean(search)
        metrics = {
            "episode_return": jnp.mean(fitness),
            "num_episodes": jnp.float32(fitness.size),
            "fitness_best": jnp.max(by_candidate),
            "fitness_std": jnp.std(by_candidate),
            "horizon": horizon.astype(jnp.float32),
            "outer_norm": jnp.linalg.norm(mean["outer"]),
        }
        carry = carry.replace(key=key, search=search, update_id=carry.update_id + 1)
        return carry, metrics

    def keys(self, key: jax.Array) -> jax.Array:
        """A key for each candidate and seed, `[population, num_seeds]`; the key is consumed."""
        population, num_seeds = self.settings.population, self.settings.num_seeds
        if self.settings.shared_seeds:
            return jnp.broadcast_to(jax.random.split(key, num_seeds), (population, num_seeds))
        pairs = jax.random.split(key, (population // 2, num_seeds))
        return jnp.concatenate([pairs, pairs])

    def lives(self, candidates: Any, keys: jax.Array, num_updates: jax.Array, hp: Any) -> jax.Array:
        """The fitness of every candidate on each of its keys, `[population, num_seeds]`."""
        several = jax.vmap(jax.vmap(self.live, (None, 0, None, None)), (0, 0, None, None))
        if self.mesh is not None and self.mesh.size > 1:
            ours, same = PartitionSpec(self.mesh.axis_names[0]), PartitionSpec()
            inputs = (ours, ours, same, same)
            several = jax.shard_map(
                several, mesh=self.mesh, in_specs=inputs, out_specs=ours, check_vma=False
            )
        return several(candidates, keys, num_updates, hp)

    def live(
        self, weights: Any, key: jax.Array, num_updates: jax.Array, hp: HyperParams
    ) -> jax.Array:
        """Trains one agent with a drift: the mean over its updates of the episodes' return."""
        carry = self.agent.init(key, hp).replace(drift=weights, num_updates=num_updates)

        def step(_: jax.Array, state: tuple[Any, jax.Array, jax.Array]) -> Any:
            carry, total, count = state
            carry, metrics = self.agent.update(carry)
            known = metrics["num_episodes"] > 0
            total = total + jnp.where(known, metrics["episode_return"], 0.0)
            return carry, total, count + known.astype(jnp.float32)

        start = (carry, jnp.float32(0), jnp.float32(0))
        _, total, count = jax.lax.fori_loop(0, num_updates, step, start)
        return total / jnp.maximum(count, 1)

    def judge(self, weights: Any, keys: jax.Array, horizon: jax.Array, hp: Any) -> jax.Array:
        """The fitness of one drift on each of the keys, `[n]`."""
        return jax.vmap(self.live, (None, 0, None, None))(weights, keys, horizon, hp)

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """The fitness of the mean over agents that the search has not seen, at the first horizon.

        The key is consumed.
        """
        keys = jax.random.split(prng.fast_key(key), self.settings.held_out)
        horizon = jnp.int32(self.settings.horizons[0])
        fitness = self.judge(self.evolution.mean(carry.search), keys, horizon, carry.hp)
        return {
            "return": jnp.mean(fitness),
            "return_std": jnp.std(fitness),
            "return_min": jnp.min(fitness),
            "return_max": jnp.max(fitness),
            "length": horizon.astype(jnp.float32),
        }


def inner_config(env: str, env_kwargs: dict[str, Any], changes: dict[str, Any]) -> ppo.Config:
    """PPO's config for the agents: its default with `changes`, checked.

    Raises `ValueError` for a change of something that PPO has not, or that does not fit.
    """
    known = {field.name for field in dataclasses.fields(ppo.Config)} - {"env", "env_kwargs"}
    for name in changes:
        if name not in known:
            raise ValueError(f"inner: PPO has no {name!r}; expected one of {', '.join(known)}")
    # A config that was kept as JSON has lists in place of tuples.
    values: dict[str, Any] = {
        name: tuple(x) if isinstance(x, list) else x for name, x in changes.items()
    }
    config = ppo.Config(env=env, env_kwargs=env_kwargs, **values)
    try:
        config.check()
    except (TypeError, ValueError) as error:
        raise ValueError(f"inner: {error}") from error
    return config


def save_means(out: Path, search: Search, carries: Any, algorithm: str, config: Any) -> list[Path]:
    """Writes the result of each search, along the leading axis; returns the files.

    They say by which algorithm, config and version of jaxenvs they were made.
    """
    about = {"algorithm": algorithm, "jaxenvs": jaxenvs.__version__, **dataclasses.asdict(config)}
    means = jax.vmap(search.evolution.mean)(carries.search)
    num = len(jax.tree.leaves(means)[0])
    paths = [out / ("drift.npz" if num == 1 else f"drift_{i}.npz") for i in range(num)]
    for i, path in enumerate(paths):
        weights = jax.tree.map(lambda leaf, i=i: np.asarray(leaf[i]), means)
        drifts.save(path, dataclasses.replace(search.drift, weights=weights), about)
    return paths
