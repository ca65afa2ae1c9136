"""Q-learning of teams from remembered sequences: what IQL, VDN and QMIX have in common.

They differ in how agents' values are joined (`joint`), which each algorithm's own file says. The
agents have a memory; sequences of steps are remembered with the memory at their start, and learned
from with a target network.

Differs from the papers in: the length of a remembered sequence is that of a rollout, not of an
episode, and begins with the memory that the agents had there; an episode that a time limit cuts is
bootstrapped from its last state; many environments play side by side, and learning comes in bursts
between rollouts.
"""

import dataclasses
from typing import Any

import flashbax
import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.learning import descend
from jaxenvs.baselines.parts.mixing import Join
from jaxenvs.baselines.parts.q_values import (
    RANDOM_PLAY,
    HyperParams,
    Situation,
    Steps,
    TeamConfig,
    ValueTeam,
    sequences,
)
from jaxenvs.baselines.parts.seats import team_metrics
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.struct import PyTree


@dataclasses.dataclass(frozen=True)
class ReplayConfig(TeamConfig):
    """What these algorithms can be told."""

    burn_in: int = 0  # steps at the start of a sequence that only warm up the memory
    num_gradient_steps: int = 2  # per update, each on a batch of its own
    sample_size: int = 32  # sequences of `num_steps` steps in such a batch
    memory_size: int = 1_000  # sequences that are remembered
    target_every: int = 20  # updates after which the target network follows
    double_q: bool = True  # let the network choose the action whose value the target network gives

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        checks.at_least_one(self, ("num_gradient_steps", "sample_size", "target_every"))
        if not 0 <= self.burn_in < self.num_steps:
            limit = self.num_steps - 1
            raise ValueError(f"burn_in: expected 0 to num_steps - 1 = {limit}, got {self.burn_in}")
        least = max(self.num_envs, self.num_gradient_steps * self.sample_size)
        if self.memory_size < least:
            raise ValueError(
                f"memory_size: expected at least {least}, what an update plays and what it draws, "
                f"got {self.memory_size}"
            )


_MPE: dict[str, Any] = {
    "total_steps": 1_000_000,
    "memory": "none",  # little is hidden
    "hidden": (64, 64),
    "lr": 5e-3,
    "gamma": 0.9,
    "trace_lambda": 0.6,
    "num_gradient_steps": 4,
    "target_every": 20,
}

TUNED: dict[str, dict[str, Any]] = {
    "MPE-SimpleSpread-v3": _MPE,
    "MPE-SimpleReference-v3": _MPE,
    "Social-SwitchRiddle-v1": {
        "total_steps": 400_000,
        "num_envs": 32,
        "num_steps": 12,
        "memory_width": 32,
        "hidden": (32,),
        "layer_norm": True,
        "lr": 5e-3,
        "gamma": 1.0,
        "trace_lambda": 0.8,
        "epsilon_start": 0.1,  # steady play, so that the light says something
        "bootstrap_truncated": False,  # the last day is a rule of the game
        "eval_episodes": 2048,
    },
}
"""From an environment to the fields tuned for it, for whatever way of joining values."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    target_weights: dict[str, Any]
    opt_state: Any
    memory: Any  # flashbax's state
    situation: Situation


def make_train(config: ReplayConfig, join: Join, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    learner = ReplayQ(config, env, join)
    return learner.team.trainer(learner.init, learner.update)


class ReplayQ:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: ReplayConfig, env: Env, join: Join) -> None:
        self.config, self.team = config, ValueTeam(config, env, join)
        self.optimizer = optax.scale_by_adam()
        self.memory = flashbax.make_item_buffer(
            max_length=config.memory_size,
            min_length=1,
            sample_batch_size=config.num_gradient_steps * config.sample_size,
            add_sequences=True,
        )

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """A team that has learned nothing and remembers nothing."""
        key, weight_key, env_key = jax.random.split(prng.fast_key(key), 3)
        situation = self.team.start(env_key)
        weights = self.team.init_weights(weight_key, situation)

        def play() -> Steps:
            num_steps = self.config.num_steps
            return sequences(self.team.play(weights, situation, RANDOM_PLAY, key, num_steps)[1])

        blank = jax.tree.map(lambda x: jnp.zeros(x.shape[1:], x.dtype), jax.eval_shape(play))
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            target_weights=weights,
            opt_state=self.optimizer.init(weights),
            memory=self.memory.init(blank),
            situation=situation,
        )

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, remembers them, then learns from what is remembered."""
        key, play_key, sample_key = jax.random.split(carry.key, 3)
        schedule = self.team.schedule(carry.hp, carry.update_id)
        situation, steps = self.team.play(
            carry.weights, carry.situation, schedule, play_key, self.config.num_steps
        )
        assert steps.episode is not None
        with jax.numpy_dtype_promotion("standard"):  # flashbax mixes dtypes
            memory = self.memory.add(carry.memory, sequences(steps))
            batch = self.memory.sample(memory, sample_key).experience
        carry = carry.replace(key=key, situation=situation, memory=memory)
        carry, metrics = self.learn(carry, batch, schedule.lr)
        metrics |= team_metrics(steps.episode, self.team.agents.names) | {
            "epsilon": schedule.epsilon
        }
        update_id = carry.update_id + 1
        follows = update_id % self.config.target_every == 0
        target_weights = jax.tree.map(
            lambda new, old: jnp.where(follows, new, old), carry.weights, carry.target_weights
        )
        return carry.replace(update_id=update_id, target_weights=target_weights), metrics

    def learn(self, carry: Carry, batch: Steps, lr: jax.Array) -> tuple[Carry, Metrics]:
        """`num_gradient_steps` steps, each on a share of the batch; metrics are their means."""
        config = self.config
        ids = jnp.arange(config.num_gradient_steps * config.sample_size, dtype=jnp.int32)

        def loss(weights: Any, minibatch: Steps) -> tuple[jax.Array, Metrics]:
            slow = carry.target_weights
            return self.team.loss(
                weights, slow, carry.hp, minibatch, config.burn_in, config.double_q
            )

        (weights, opt_state), metrics = descend(
            loss,
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            ids.reshape(config.num_gradient_steps, -1),
            lr,
            carry.hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics
