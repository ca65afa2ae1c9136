"""Deep Q-network (DQN): Q-learning from a replay buffer, with a target network.

For one agent or a team, with a memory or without. Sources: Mnih et al., "Human-level control
through deep reinforcement learning" (2015); van Hasselt, Guez & Silver, "Deep reinforcement
learning with double Q-learning" (2016). Teams are IQL, VDN or QMIX by their mixing: see
parts/mixing.py.
Differs from the papers in: an episode that a time limit cuts is bootstrapped from its final
observation; many environments play side by side, and learning comes in bursts between rollouts; a
sequence has the length of a rollout, not of an episode, and begins with the memory that the agents
had there; Adam instead of RMSProp.
"""

import dataclasses
from typing import Any, Literal

import flashbax
import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs.baselines.parts import checks, rollout
from jaxenvs.baselines.parts.config import HyperParams, RunConfig, swept
from jaxenvs.baselines.parts.exploration import Schedule, schedule
from jaxenvs.baselines.parts.kinds import Filters, PositiveShare, TotalSteps, Width
from jaxenvs.baselines.parts.learning import gradient_steps
from jaxenvs.baselines.parts.memory import MemoryKind
from jaxenvs.baselines.parts.mixing import TeamOptions
from jaxenvs.baselines.parts.networks import Activation
from jaxenvs.baselines.parts.q_values import QLearner
from jaxenvs.baselines.parts.rollout import Situation, Steps
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.ranges import Count, NonNegative, Positive, Share, Whole
from jaxenvs.struct import PyTree

Replay = Literal["transitions", "sequences"]
"""What an item of the buffer is: see `Config.replay`."""


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of DQN. The `swept` numbers may differ between learners; the rest is compiled in."""

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: TotalSteps = 500_000  # environment steps per learner
    num_envs: Count = 16  # environments that each learner plays at once
    num_steps: Count = 8  # steps in each of them between two updates
    replay: Replay = "transitions"  # transitions, or sequences of num_steps steps
    burn_in: Whole = 0  # steps at the start of a sequence that only warm up the memory
    num_gradient_steps: Count = 8  # per update, each on a batch of its own
    sample_size: Count = 128  # items of the buffer in such a batch
    buffer_size: Count = 20_000  # items, transitions or sequences, that are kept
    target_every: Count = 8  # updates after which the target network follows
    double_q: bool = True  # let the network choose the action whose value the target network gives
    memory: MemoryKind = "none"  # what the learner remembers by
    memory_width: Width = 64  # numbers that the memory holds
    hidden: tuple[Width, ...] = (120, 84)  # widths of the dense layers, before the memory
    filters: Filters = 0  # of a convolution before them, for observations that are images; 0: none
    activation: Activation = "relu"  # between the layers
    layer_norm: bool = False  # normalize every dense layer
    lr: NonNegative = swept(5e-4)  # learning rate of Adam
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: Share = swept(0.99)  # discount per step
    trace_lambda: Share = swept(0.0)  # decay of the target's trace, in sequences; 0: one step
    epsilon_start: Share = swept(1.0)  # share of random actions at the start
    epsilon_end: Share = swept(0.05)  # and from `epsilon_share` of the run on
    epsilon_share: Share = swept(0.3)  # of the run, over which epsilon falls
    reward_scale: Positive = swept(1.0)  # factor on rewards, in learning only
    shaping: NonNegative = 0.0  # weight, at the start, of the environment's shaped reward
    shaping_share: PositiveShare = 0.5  # share of the run over which that weight falls to 0
    max_grad_norm: Positive = swept(10.0)  # longest gradient, over all weights
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: Count = 128  # greedy episodes that judge a learner

    @property
    def whole(self) -> bool:
        """Whether an item of the buffer is a sequence of steps, not a single one."""
        return self.replay == "sequences"

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        played = self.num_envs if self.whole else self.batch_size
        least = max(played, self.num_gradient_steps * self.sample_size)
        if self.buffer_size < least:
            raise ValueError(
                f"buffer_size: expected at least {least}, what an update plays and what it draws, "
                f"got {self.buffer_size}"
            )
        if self.memory != "none" and not self.whole:
            raise ValueError(f"replay: expected sequences with a memory, got {self.replay}")
        if self.trace_lambda and not self.whole:
            raise ValueError(f"trace_lambda: expected 0 without sequences, got {self.trace_lambda}")
        limit = self.num_steps - 1 if self.whole else 0
        if not 0 <= self.burn_in <= limit:
            bound = f"num_steps - 1 = {limit}" if self.whole else "0 without sequences"
            raise ValueError(f"burn_in: expected 0 to {bound}, got {self.burn_in}")
        checks.no_filters_with_memory(self)


@dataclasses.dataclass(frozen=True)
class TeamConfig(TeamOptions, Config):
    """A run with a team: the fields of `Config`, then those of `TeamOptions`."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    buffer: Any  # flashbax's state
    weights: dict[str, Any]
    target_weights: dict[str, Any]
    opt_state: Any
    situation: Situation  # [num_envs]


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    dqn = DQN(config, env)
    return dqn.trainer(dqn.init, dqn.update)


class DQN(QLearner):
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    config: Config

    def __init__(self, config: Config, env: Env) -> None:
        super().__init__(config, env)
        self.optimizer = optax.scale_by_adam()
        self.buffer = flashbax.make_item_buffer(
            max_length=config.buffer_size,
            min_length=1,
            sample_batch_size=config.num_gradient_steps * config.sample_size,
            add_sequences=True,
        )

    # -- one update ----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """A learner that has learned nothing, with an empty buffer."""
        key, weight_keys, env_key, _ = self.network.start_keys(key)
        situation = rollout.start(self.venv, self.seats, self.network.first(), env_key)
        weights = self.network.init(weight_keys, rollout.first_row(situation.seen))
        carry = Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            target_weights=weights,
            opt_state=self.optimizer.init(weights),
            buffer=None,
            situation=situation,
        )
        now = schedule(self.config, hp, carry.update_id)
        _, items, _ = jax.eval_shape(self.collect, carry, now, key)
        item = jax.tree.map(lambda x: jnp.zeros(x.shape[1:], x.dtype), items)
        return carry.replace(buffer=self.buffer.init(item))

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, keeps them, then learns from what was kept."""
        key, play_key, sample_key = jax.random.split(carry.key, 3)
        now = schedule(self.config, carry.hp, carry.update_id)
        situation, items, metrics = self.collect(carry, now, play_key)
        with jax.numpy_dtype_promotion("standard"):  # flashbax mixes dtypes
            buffer = self.buffer.add(carry.buffer, items)
            sample = self.buffer.sample(buffer, sample_key).experience
        carry = carry.replace(key=key, situation=situation, buffer=buffer)
        carry, learned = self.learn(carry, sample, now.lr)
        update_id = carry.update_id + 1
        follows = update_id % self.config.target_every == 0
        target_weights = jax.tree.map(
            lambda new, old: jnp.where(follows, new, old), carry.weights, carry.target_weights
        )
        metrics |= learned | {"epsilon": now.epsilon}
        return carry.replace(update_id=update_id, target_weights=target_weights), metrics

    def collect(
        self, carry: Carry, now: Schedule, key: jax.Array
    ) -> tuple[Situation, Steps, Metrics]:
        """Plays `num_steps` steps: items for the buffer, and figures of episodes that ended."""
        policy, num_steps = self.policy(carry), self.config.num_steps
        situation, steps = self.play(
            policy, carry.situation, key, num_steps, now.epsilon, now.shaping
        )
        items = rollout.rows_of(steps, self.config.whole)
        return situation, items, self.seats.metrics(steps.episode)

    def learn(self, carry: Carry, sample: Steps, lr: jax.Array) -> tuple[Carry, Metrics]:
        """`num_gradient_steps` steps, each on its part of the sample; metrics are their means."""
        config = self.config
        ids = jnp.arange(config.num_gradient_steps * config.sample_size, dtype=jnp.int32)
        (weights, opt_state), metrics = gradient_steps(
            lambda weights, minibatch: self.loss(weights, carry, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            sample,
            ids.reshape(config.num_gradient_steps, -1),
            lr,
            carry.hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: Any, carry: Carry, items: Steps) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of the chosen actions' values, after the burn-in."""
        steps, skip = rollout.steps_of(items, self.config.whole), self.config.burn_in
        value, target = self.network.value_and_target(
            weights,
            carry.target_weights,
            carry.hp,
            steps,
            self.config.double_q,
            self.config.whole,
        )
        learned = jax.tree.map(lambda x: x[skip:], (value, target, steps.present))
        loss, figures = self.network.error(*learned)
        return loss, {"value_loss": loss, "value": figures["value"]}
