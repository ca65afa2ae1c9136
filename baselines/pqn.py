"""Parallelised Q-network (PQN): Q-learning without a replay buffer and without a target network.

For one agent or a team, with a memory or without. Source: Gallici et al., "Simplifying deep
temporal difference learning" (ICLR 2025). With a memory, the last steps of the rollout before are
played again to warm it up. A team with the `sum` mixing is PQN-VDN.
Differs from the public code in: the Q(lambda) targets follow the recursion at every step (several
ports bootstrap one step, or all of them, from the wrong observation); an episode that a time limit
cuts is bootstrapped from its final observation, with the actions that are legal there and the
memory of that episode; the normalization is of layers, never of batches.
"""

import dataclasses
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs.baselines.parts import checks, rollout
from jaxenvs.baselines.parts.config import HyperParams, RunConfig, swept
from jaxenvs.baselines.parts.exploration import schedule
from jaxenvs.baselines.parts.kinds import Filters, PositiveShare, TotalSteps, Width
from jaxenvs.baselines.parts.learning import gradient_steps, minibatches
from jaxenvs.baselines.parts.memory import MemoryKind, Past
from jaxenvs.baselines.parts.mixing import TeamOptions
from jaxenvs.baselines.parts.moments import Norms
from jaxenvs.baselines.parts.networks import Activation
from jaxenvs.baselines.parts.q_values import QLearner
from jaxenvs.baselines.parts.rollout import Situation, Steps
from jaxenvs.baselines.parts.seats import Seen
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.ranges import Count, NonNegative, Positive, Share, Whole
from jaxenvs.struct import PyTree

Targets = Literal["per_update", "per_minibatch"]
"""When targets are computed: see `Config.targets`."""
TARGETS: tuple[Targets, ...] = get_args(Targets)


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PQN. The `swept` numbers may differ between learners; the rest is compiled in."""

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: TotalSteps = 500_000  # environment steps per learner
    num_envs: Count = 32  # environments that each learner plays at once
    num_steps: Count = 64  # steps in each of them between two updates
    targets: Targets = "per_update"  # by the weights that played; per_minibatch: by those of then
    window: Whole = 0  # steps of the rollout before that warm up the memory
    num_epochs: Count = 4  # passes over the experience of an update
    num_minibatches: Count = 16  # gradient steps per pass
    memory: MemoryKind = "none"  # what the learner remembers by
    memory_width: Width = 64  # numbers that the memory holds
    hidden: tuple[Width, ...] = (128, 128)  # widths of the dense layers, before the memory
    filters: Filters = 0  # of a convolution before them, for observations that are images; 0: none
    activation: Activation = "relu"  # between the layers
    layer_norm: bool = True  # normalize every dense layer: what keeps the method stable
    lr: NonNegative = swept(2.5e-4)  # learning rate of RAdam
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: Share = swept(0.99)  # discount per step
    trace_lambda: Share = swept(0.65)  # decay of the target's trace; 0: one step
    epsilon_start: Share = swept(1.0)  # share of random actions at the start
    epsilon_end: Share = swept(0.05)  # and from `epsilon_share` of the run on
    epsilon_share: Share = swept(0.2)  # of the run, over which epsilon falls
    reward_scale: Positive = swept(1.0)  # factor on rewards, in learning only
    shaping: NonNegative = 0.0  # weight, at the start, of the environment's shaped reward
    shaping_share: PositiveShare = 0.5  # share of the run over which that weight falls to 0
    max_grad_norm: Positive = swept(10.0)  # longest gradient, over all weights
    normalize_obs: bool = False  # by their running mean and deviation
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: Count = 128  # greedy episodes that judge a learner

    @property
    def whole(self) -> bool:
        """Whether minibatches are whole environments, `num_envs` sequences; else single steps."""
        return self.targets == "per_minibatch" or self.memory != "none"

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        checks.minibatches(self, self.whole)
        checks.no_filters_with_memory(self)
        if not 0 <= self.window <= self.num_steps:
            limit = f"num_steps = {self.num_steps}"
            raise ValueError(f"window: expected 0 to {limit}, got {self.window}")
        if self.window and self.targets == "per_update":
            raise ValueError(f"window: expected 0 with targets per_update, got {self.window}")


@dataclasses.dataclass(frozen=True)
class TeamConfig(TeamOptions, Config):
    """A run with a team: the fields of `Config`, then those of `TeamOptions`."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    opt_state: Any
    situation: Situation  # [num_envs]
    window: Steps | None  # [window, num_envs], the last steps; None: there is no window
    norms: Norms


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    pqn = PQN(config, env)
    return pqn.trainer(pqn.init, pqn.update)


class PQN(QLearner):
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    config: Config

    def __init__(self, config: Config, env: Env) -> None:
        super().__init__(config, env)
        self.optimizer = optax.scale_by_radam()

    def policy(self, carry: Carry) -> tuple[dict[str, Any], Norms]:
        """What plays: the weights, and how observations are normalized for them."""
        return carry.weights, carry.norms

    def observe(self, policy: Any, seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
        """Values `[n, *seats, num_actions]` for one observation each, and the memory's state."""
        weights, norms = policy
        return self.network.observe(weights, norms.seen(seen), past)

    # -- one update ----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """A learner that has learned nothing, with random steps in its window."""
        key, weight_keys, env_key, play_key = self.network.start_keys(key)
        situation = rollout.start(self.venv, self.seats, self.network.first(), env_key)
        weights = self.network.init(weight_keys, rollout.first_row(situation.seen))
        norms, window = Norms.zero(situation.seen.obs, self.config.normalize_obs), None
        if self.config.window:
            # The first rollout has none before it: a few random steps stand in.
            policy, always = (weights, norms), jnp.float32(1)
            situation, window = self.play(policy, situation, play_key, self.config.window, always)
            window = window.replace(episode=None)
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            situation=situation,
            window=window,
            norms=norms,
        )

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them and from those of the window."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        now = schedule(self.config, carry.hp, carry.update_id)
        policy, num_steps = self.policy(carry), self.config.num_steps
        situation, steps = self.play(
            policy, carry.situation, play_key, num_steps, now.epsilon, now.shaping
        )
        played, window = self.with_window(carry.window, steps.replace(episode=None))
        carry = carry.replace(key=key, situation=situation, window=window)
        rows, metrics = self.prepare(carry, played)
        carry, learned = self.learn(carry, rows, now.lr, learn_key)
        # Only now: the values must see in learning what they saw in playing.
        carry = carry.replace(norms=carry.norms.after(steps.seen.obs, steps.present))
        metrics |= learned | self.seats.metrics(steps.episode) | {"epsilon": now.epsilon}
        return carry.replace(update_id=carry.update_id + 1), metrics

    def with_window(self, window: Steps | None, steps: Steps) -> tuple[Steps, Steps | None]:
        """The steps after those of the window, and the window of the next update."""
        if window is None:
            return steps, None
        played = jax.tree.map(lambda *parts: jnp.concatenate(parts), window, steps)
        return played, jax.tree.map(lambda x: x[len(x) - self.config.window :], played)

    def prepare(self, carry: Carry, steps: Steps) -> tuple[Steps, Metrics]:
        """Rows to learn from: whole environments or single steps.

        With targets `per_update`, `extra` of the rows is what the value should be, by the weights
        that played.
        """
        seen, next_seen = carry.norms.seen(steps.seen), carry.norms.seen(steps.next_seen)
        steps, metrics = steps.replace(seen=seen, next_seen=next_seen), {}
        if self.config.targets == "per_update":
            first = rollout.from_first(steps)
            value, target = self.network.value_and_target(carry.weights, None, carry.hp, first)
            _, metrics = self.network.error(value, target, steps.present)
            # What the targets were made of is not needed any more.
            steps = steps.replace(
                seen=seen.replace(mask=None),
                extra=target,
                reward=None,
                terminated=None,
                done=None,
                next_seen=None,
            )
        return rollout.rows_of(steps, self.config.whole), metrics

    def learn(
        self, carry: Carry, rows: Steps, lr: jax.Array, key: jax.Array
    ) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the rows in random minibatches; metrics are their means."""
        config = self.config
        size = config.num_envs if config.whole else config.batch_size
        (weights, opt_state), metrics = gradient_steps(
            lambda weights, minibatch: self.loss(weights, carry.hp, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            rows,
            minibatches(key, config.num_epochs, config.num_minibatches, size),
            lr,
            carry.hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: Any, hp: HyperParams, rows: Steps) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of the chosen actions' values, after the window."""
        steps, skip = rollout.steps_of(rows, self.config.whole), self.config.window
        if self.config.targets == "per_update":
            value, target = self.network.value(weights, steps)[0], steps.extra
            loss, _ = self.network.error(value, target, steps.present)
            return loss, {"value_loss": loss}
        value, target = self.network.value_and_target(weights, None, hp, steps)
        learned = jax.tree.map(lambda x: x[skip:], (value, target, steps.present))
        loss, figures = self.network.error(*learned)
        return loss, figures | {"value_loss": loss}
