"""Proximal policy optimization (PPO): one agent or a team, with a memory or without.

Sources: Schulman et al., "Proximal policy optimization algorithms" (2017); Huang et al., "The 37
implementation details of proximal policy optimization" (2022). With a memory: Lu et al.,
"Discovered policy optimisation" (2022), and "Structured state space models for in-context
reinforcement learning" (2023) for S5. Teams, as independent learners (IPPO): de Witt et al., "Is
independent learning all you need in the StarCraft multi-agent challenge?" (2020).
Differs from the common ports in: an episode that a time limit cuts is bootstrapped from its final
observation; values are computed for a whole rollout at once, not at every step; a memory also gets
the last action; what an agent does after it has left the game does not count; agents with networks
of their own have their own gradient steps and their own normalization of advantages.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks, rollout
from jaxenvs.baselines.parts.actor_critic import Policy, networks_of
from jaxenvs.baselines.parts.config import HyperParams, RunConfig, swept
from jaxenvs.baselines.parts.drifts import Drift, Setting, drift_of
from jaxenvs.baselines.parts.entities import EncoderKind, used_parts
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.kinds import Filters, LogDeviation, PositiveShare, TotalSteps, Width
from jaxenvs.baselines.parts.learning import gradient_steps, minibatches, progress_of
from jaxenvs.baselines.parts.memory import MemoryKind, Past
from jaxenvs.baselines.parts.metrics import explained_variance, mean_over
from jaxenvs.baselines.parts.moments import Norms
from jaxenvs.baselines.parts.networks import Activation
from jaxenvs.baselines.parts.returns import gae
from jaxenvs.baselines.parts.rollout import Situation, Steps
from jaxenvs.baselines.parts.seats import One, Seats, Seen, Team
from jaxenvs.baselines.parts.shaping import require_shaped_reward, shaping_weight
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.ranges import Count, NonNegative, Positive, Share
from jaxenvs.struct import PyTree


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PPO. The `swept` numbers may differ between learners; the rest is compiled in."""

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: TotalSteps = 500_000  # environment steps per learner, of all its agents at once
    num_envs: Count = 4  # environments that each learner plays at once
    num_steps: Count = 128  # steps in each of them between two updates
    num_epochs: Count = 4  # passes over the experience of an update
    num_minibatches: Count = 4  # gradient steps per pass, with a memory on whole environments
    memory: MemoryKind = "none"  # what the learner remembers by
    memory_width: Width = 64  # numbers that the memory holds
    trunk: bool = False  # one torso for policy and value instead of two
    hidden: tuple[Width, ...] = (64, 64)  # widths of the layers, before the memory if there is one
    filters: Filters = 0  # of a convolution before them, for observations that are images; 0: none
    encoder: EncoderKind = "mlp"  # of observations: mlp, pixels, or of entities: sets, transformer
    entity_width: Width = 64  # numbers that an encoder of entities has for each
    activation: Activation = "tanh"  # between the layers
    lr: NonNegative = swept(2.5e-4)  # learning rate of Adam
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: Share = swept(0.99)  # discount per step
    gae_lambda: Share = swept(0.95)  # decay of the advantage's trace
    drift: str = "ppo"  # what holds the policy back: ppo, none, dpo, lpo, ta_lpo or an .npz file
    clip: Positive = swept(0.2)  # how far the probability ratio may leave 1
    clip_value: bool = True  # clip the change of the value by the same amount
    ent_coef: NonNegative = swept(0.01)  # weight of the entropy bonus
    vf_coef: NonNegative = swept(0.5)  # weight of the value loss
    max_grad_norm: Positive = swept(0.5)  # longest gradient, over all parameters
    log_std_init: LogDeviation = 0.0  # of a continuous policy at first, in half widths of the box
    shaping: NonNegative = 0.0  # weight, at the start, of the environment's shaped reward
    shaping_share: PositiveShare = 0.5  # share of the run over which that weight falls to 0
    normalize_obs: bool = False  # by their running mean and deviation
    normalize_reward: bool = False  # by the running deviation of the discounted return
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: Count = 128  # greedy episodes that judge a learner

    @property
    def remembers(self) -> bool:
        """Whether there is a memory: then minibatches are whole environments, not single steps."""
        return self.memory != "none"

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        checks.minibatches(self, self.remembers)
        checks.no_filters_with_memory(self)
        checks.observations_as_they_are(self)


@dataclasses.dataclass(frozen=True)
class TeamConfig(Config):
    """A run with a team: every agent learns by PPO, as if the others were part of the game."""

    share: bool = True  # one pair of networks for all agents, or one for each
    show_id: bool = True  # show the networks which agent they play

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        if self.filters and self.show_id:
            raise ValueError("filters: expected 0 with show_id, as they take images alone")
        if self.trunk and not self.share:
            raise ValueError("trunk: expected agents that share their networks")


class Carry(PyTree):
    """Everything that changes from update to update; `seats` are `()` or `(num_agents,)`."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    num_updates: jax.Array  # () int32, of the whole run
    weights: dict[str, Any]  # [num_agents] where nothing is shared
    opt_state: Any
    drift: Any  # weights of a learned drift; None: it has none
    situation: Situation  # [num_envs]
    critic_state: Any  # [num_envs, *seats], of the critic's memory; None: it has none of its own
    norms: Norms


class Rows(PyTree):
    """What is learned from: `[num_steps, num_envs, *seats]`, or as in `Batch`."""

    seen: Seen
    past: Past | None  # without the memory's states
    present: jax.Array | None  # () bool, the agent has not left; None for one agent
    action: jax.Array  # as the distribution gave it
    log_prob: jax.Array  # () float32, of the policy that played
    value: jax.Array  # () float32, by the critic of that time
    advantage: jax.Array  # () float32
    target: jax.Array  # () float32, what the value should be


class Batch(PyTree):
    """What is learned from, and the memories before it."""

    states: Any  # of actor and critic, [rows, *seats]
    rows: Rows  # [rows, *seats], or, with a memory, [rows, steps, *seats]


def policy_loss(log_ratio: jax.Array, advantage: jax.Array, drift: jax.Array) -> jax.Array:
    """The mirror-learning objective, negated, `[batch]`; `log_ratio` is new minus old log-prob."""
    return drift - jnp.exp(log_ratio) * advantage


def surrogate_loss(
    policy: Policy,
    value: jax.Array,
    rows: Rows,
    hp: HyperParams,
    drift: Callable[[jax.Array, jax.Array], jax.Array],
    clip_value: bool,
) -> tuple[jax.Array, Metrics]:
    """The loss of policy and value on a minibatch, and its metrics.

    `drift` is a function of log-ratio and normalized advantage, `rows` have any common shape.
    Those in which the agent is not `present` do not count.
    """
    mean = functools.partial(mean_over, counted=rows.present)
    log_ratio = policy.log_prob(rows.action) - rows.log_prob
    centred = rows.advantage - mean(rows.advantage)
    advantage = centred / (jnp.sqrt(mean(centred**2)) + 1e-8)
    actor_loss = mean(policy_loss(log_ratio, advantage, drift(log_ratio, advantage)))
    entropy = mean(policy.entropy())

    error = (value - rows.target) ** 2
    if clip_value:
        near = rows.value + jnp.clip(value - rows.value, -hp.clip, hp.clip)
        error = jnp.maximum(error, (near - rows.target) ** 2)
    critic_loss = 0.5 * mean(error)

    ratio = jnp.exp(log_ratio)
    metrics = {
        "policy_loss": actor_loss,
        "value_loss": critic_loss,
        "entropy": entropy,
        "approx_kl": mean(ratio - 1 - log_ratio),
        "clip_fraction": mean((jnp.abs(ratio - 1) > hp.clip).astype(jnp.float32)),
    }
    return actor_loss + hp.vf_coef * critic_loss - hp.ent_coef * entropy, metrics


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    return PPO(config, env).trainer()


class PPO:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env, drift: Drift | None = None) -> None:
        self.config, self.env = config, env
        self.seats = self.seats_of(env)
        self.seats.space = used_parts(self.seats.space, config.encoder)
        self.venv = jaxenvs.vectorize(self.seats.shown(env), config.num_envs, final_obs=True)
        if config.shaping:
            require_shaped_reward(env)
        self.nets = networks_of(config, self.seats, self.critic_view)
        self.drift = drift or drift_of(config.drift)
        self.optimizer = optax.scale_by_adam(eps=1e-5)

    def trainer(self) -> Trainer:
        """The algorithm's functions as runs want them."""
        return Trainer(
            init=self.init,
            update=self.update,
            evaluate=self.evaluate,
            policy=lambda carry: (carry.weights, carry.norms),
            act=self.act,
            sample=functools.partial(rollout.draw_alone, self.seats, self.decide),
            env=self.env,
            hp=self.config.hyper_params,
            num_updates=self.config.num_updates,
            steps_per_update=self.config.batch_size,
            memory=self.nets.first(),
        )

    # -- who plays, and how ----------------------------------------------------------------------

    def seats_of(self, env: Env) -> Seats:
        """The agent or the agents of the environment."""
        config = self.config
        return Team(env, config.show_id) if isinstance(config, TeamConfig) else One(env)

    def critic_view(self, seen: Seen) -> jax.Array:
        """What the critic takes of a state; MAPPO's takes more."""
        return seen.obs

    def act(
        self, policy: Any, obs: Any, mask: jax.Array | None = None, past: Past | None = None
    ) -> Any:
        """The greedy action for one observation; with a memory, also the past of the next one."""

        def best(seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
            found, state = self.decide(policy, seen, past)
            return found.mode(), state

        return rollout.act_alone(self.seats, best, obs, mask, past)

    def decide(self, policy: Any, seen: Seen, past: Past | None) -> tuple[Policy, Any]:
        """The policy `[n, *seats]` for observations as they are shown; the memory's next state."""
        weights, norms = policy
        return self.nets.decide(weights, norms.seen(seen), past)

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        policy, num = (carry.weights, carry.norms), self.config.eval_episodes
        scores = play_episodes(self.env, self.act, policy, key, num, memory=self.nets.first())
        return summarize(*scores, self.seats.names)

    # -- one update ----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """A learner that has learned nothing, and its environments at their first observations."""
        config = self.config
        key, weight_key, env_key = jax.random.split(prng.fast_key(key), 3)
        situation = rollout.start(self.venv, self.seats, self.nets.first(), env_key)
        weights = self.nets.init(weight_key, rollout.first_row(situation.seen))
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            num_updates=jnp.int32(config.num_updates),
            weights=weights,
            opt_state=self.nets.each(self.optimizer.init, ())(weights),
            drift=jax.tree.map(jnp.asarray, self.drift.weights),
            situation=situation,
            critic_state=rollout.repeated(self.nets.first_of_critic(), config.num_envs),
            norms=Norms.zero(situation.seen.obs, config.normalize_obs, config.normalize_reward),
        )

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        situation, steps = self.play(carry, play_key)
        done = self.seats.spread(steps.done)
        norms, reward = carry.norms.reward(steps.reward, done, carry.hp.gamma, steps.present)
        rows, critic_state = self.prepare(carry, steps, reward)
        after = carry.replace(key=key, situation=situation, critic_state=critic_state)
        after, metrics = self.learn(after, self.batch(carry, rows), learn_key)
        # Only now: the policy must learn from the observations it played with.
        after = after.replace(norms=norms.after(steps.seen.obs, steps.present))
        metrics |= self.seats.metrics(steps.episode)
        metrics["explained_variance"] = explained_variance(rows.value, rows.target, rows.present)
        return after.replace(update_id=carry.update_id + 1), metrics

    def play(self, carry: Carry, key: jax.Array) -> tuple[Situation, Steps]:
        """Plays `num_steps` steps in all environments; `Steps.extra` are log-probabilities."""
        config = self.config
        noise_key, env_key = jax.random.split(key)
        shape = (config.num_steps, config.num_envs, *self.seats.shape)
        chances = (
            self.seats.head.noise(noise_key, shape),
            jax.random.split(env_key, config.num_steps),
        )
        progress = progress_of(carry.update_id, carry.num_updates)
        shaping = shaping_weight(config.shaping, config.shaping_share, progress)

        def decide(seen: Seen, past: Past | None, noise: jax.Array) -> tuple[Any, Any, Any]:
            policy, state = self.decide((carry.weights, carry.norms), seen, past)
            action = policy.pick(noise)
            return action, policy.log_prob(action), state

        return rollout.play(self.venv, self.seats, decide, carry.situation, chances, shaping)

    def prepare(self, carry: Carry, steps: Steps, reward: jax.Array) -> tuple[Rows, Any]:
        """Values, advantages and targets of a rollout, and the critic's memory after it.

        `carry` is the one that the rollout began with.
        """
        seen, next_seen = carry.norms.seen(steps.seen), carry.norms.seen(steps.next_seen)
        steps = steps.replace(seen=seen, next_seen=next_seen)
        acted = self.seats.as_input(steps.action)
        judged = self.nets.judge(carry.weights, carry.critic_state, steps, acted)
        over = steps.terminated | self.seats.spread(steps.done)
        advantage = gae(
            reward,
            judged.value,
            judged.next_value,
            steps.terminated if self.config.bootstrap_truncated else over,
            over,
            carry.hp.gamma,
            carry.hp.gae_lambda,
        )
        rows = Rows(
            seen=steps.seen,
            past=None if steps.past is None else steps.past.replace(state=None),
            present=steps.present,
            action=steps.action,
            log_prob=steps.extra,
            value=judged.value,
            advantage=advantage,
            target=advantage + judged.value,
        )
        return rows, judged.state

    def batch(self, carry: Carry, rows: Rows) -> Batch:
        """Rows of whole environments where there is a memory, of single steps where there is none.

        `carry` is the one that the rollout began with.
        """
        past = carry.situation.past
        if past is not None:
            return Batch(states=(past.state, carry.critic_state), rows=rollout.swap_leading(rows))
        if self.seats.shape:
            rows = rollout.swap_leading(rows)  # a team's steps lie environment by environment
        rows = jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), rows)
        return Batch(states=(None, None), rows=rows)

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the batch in random minibatches; metrics are their means."""
        config, hp = self.config, carry.hp
        progress = progress_of(carry.update_id, carry.num_updates)
        size = config.num_envs if config.remembers else config.batch_size
        ids = minibatches(key, config.num_epochs, config.num_minibatches, size)
        lr = hp.lr * (1 - progress) if config.anneal_lr else hp.lr

        def learn(trained: Any, batch: Batch) -> tuple[Any, Metrics]:
            return gradient_steps(
                lambda weights, minibatch: self.loss(weights, carry, minibatch),
                self.optimizer,
                trained,
                batch,
                ids,
                lr,
                hp.max_grad_norm,
            )

        by_agent = (Batch(states=1, rows=2 if config.remembers else 1),)  # type: ignore[arg-type]
        before = (carry.weights, carry.opt_state)
        (weights, opt_state), metrics = self.nets.each(learn, by_agent)(before, batch)
        metrics = {name: jnp.mean(values) for name, values in metrics.items()}
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: Any, carry: Carry, batch: Batch) -> tuple[jax.Array, Metrics]:
        """The surrogate loss of a minibatch, through time, for one set of weights."""
        rows = rollout.swap_leading(batch.rows) if self.config.remembers else batch.rows
        policy, value = self.nets.review(weights, batch.states, rows)
        setting = Setting(carry.hp.clip, progress_of(carry.update_id, carry.num_updates))
        return surrogate_loss(
            policy,
            value,
            rows,
            carry.hp,
            lambda log_ratio, advantage: self.drift(carry.drift, log_ratio, advantage, setting),
            self.config.clip_value,
        )
