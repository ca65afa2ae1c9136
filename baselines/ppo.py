"""Proximal policy optimisation (PPO) for discrete and continuous actions.

Source: Schulman et al., "Proximal policy optimization algorithms" (2017); Huang et al., "The 37
implementation details of proximal policy optimization" (2022). Other drifts than PPO's clip, such
as DPO's or a learned one, are in `meta/drifts.py`.
Differs from the common ports in: an episode that a time limit cuts is bootstrapped from its final
observation; values are computed for a whole rollout at once, not at every step.
"""

import dataclasses
import functools
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.config import RunConfig
from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian
from jaxenvs.baselines.parts.drifts import Drift, Setting, drift_of
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.heads import BoxHead, head_of
from jaxenvs.baselines.parts.learning import descend, minibatches, share_done
from jaxenvs.baselines.parts.metrics import episode_metrics, explained_variance, mean_over
from jaxenvs.baselines.parts.moments import Moments, normalized, scaled_reward
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout, torso_of
from jaxenvs.baselines.parts.returns import gae
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.presets.minatar import GYMNAX_FLAVOUR
from jaxenvs.core import Env
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.flatten import flatten, flatten_batch


class HyperParams(PyTree):
    """The traced numbers: each may differ between agents that train in one program."""

    lr: Any
    gamma: Any
    gae_lambda: Any
    clip: Any
    ent_coef: Any
    vf_coef: Any
    max_grad_norm: Any


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PPO. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 500_000  # environment steps per agent
    num_envs: int = 4  # environments that each agent plays at once
    num_steps: int = 128  # steps in each of them between two updates
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 4  # gradient steps per pass
    hidden: tuple[int, ...] = (64, 64)  # widths of the layers, of policy and value alike
    filters: int = 0  # of a convolution before them, for observations that are images; 0: none
    activation: str = "tanh"  # between the layers: tanh, relu, silu or gelu
    lr: float = 2.5e-4  # learning rate of Adam (sweep)
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: float = 0.99  # discount per step (sweep)
    gae_lambda: float = 0.95  # decay of the advantage's trace (sweep)
    drift: str = "ppo"  # what holds the policy back: ppo, none, dpo, lpo, ta_lpo or an .npz file
    clip: float = 0.2  # how far the probability ratio may leave 1 (sweep)
    clip_value: bool = True  # clip the change of the value by the same amount
    ent_coef: float = 0.01  # weight of the entropy bonus (sweep)
    vf_coef: float = 0.5  # weight of the value loss (sweep)
    max_grad_norm: float = 0.5  # longest gradient, over all parameters (sweep)
    log_std_init: float = 0.0  # of a continuous policy at the start, in half widths of the box
    normalize_obs: bool = False  # by their running mean and deviation
    normalize_reward: bool = False  # by the running deviation of the discounted return
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: int = 128  # greedy episodes that judge an agent

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        counts = ("num_envs", "num_steps", "num_epochs", "num_minibatches", "eval_episodes")
        checks.at_least_one(self, counts)
        checks.divides(self, "num_minibatches", self.batch_size, "num_envs * num_steps")
        checks.one_update(self)
        checks.one_of(self, "activation", ACTIVATIONS)


def _minatar(env: str) -> Config:
    """On a board's pixels, with a tenth of the published steps."""
    return Config(
        env,
        env_kwargs=GYMNAX_FLAVOUR[env],
        total_steps=1_000_000,
        num_envs=64,
        num_minibatches=8,
        hidden=(64,),
        filters=16,
        activation="relu",
        lr=2.5e-3,
    )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        Config(num_envs=16, num_steps=64, num_epochs=2, lr=2e-3),
        Config("CartPole-v0", num_envs=16, num_steps=64, num_epochs=2, lr=2e-3),
        Config("Acrobot-v1", num_envs=16, num_epochs=2, lr=2e-3),
        Config(
            "Pendulum-v1",
            total_steps=200_000,
            num_envs=16,
            num_steps=64,
            num_epochs=8,
            lr=1e-3,
            gamma=0.95,
            ent_coef=0.0,
            normalize_reward=True,
        ),
        Config(
            "MountainCar-v0",
            total_steps=1_000_000,
            num_envs=32,
            num_steps=256,
            num_minibatches=8,
            lr=1e-3,
            gamma=0.999,
            normalize_obs=True,
            normalize_reward=True,
        ),
        # Wide noise, clipped into the box, is nearly bang-bang: it swings the car up by chance.
        Config(
            "MountainCarContinuous-v0",
            total_steps=200_000,
            num_envs=16,
            num_steps=256,
            num_minibatches=8,
            lr=1e-3,
            gamma=0.999,
            clip_value=False,
            ent_coef=0.0,
            log_std_init=1.0,
            normalize_obs=True,
            normalize_reward=True,
        ),
        *map(_minatar, GYMNAX_FLAVOUR),
    ]
}
"""Settings tuned for an environment; docs/baselines/ppo.md says what they reach."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    num_updates: jax.Array  # () int32, of the whole run
    weights: dict[str, Any]
    opt_state: Any
    drift: Any  # weights of a learned drift; None: it has none
    obs: jax.Array  # [num_envs, num_features] float32, what the environments show
    env_state: Any
    obs_moments: Moments | None  # None: not normalised
    returns: jax.Array  # [num_envs] float32, discounted sum of the running episode's rewards
    return_moments: Moments | None  # None: not normalised


class Rollout(PyTree):
    """What was seen: leading axes `[num_steps, num_envs]`."""

    obs: jax.Array  # (num_features,) float32
    mask: jax.Array | None  # (num_actions,) bool, the legal actions
    action: jax.Array  # as the distribution gave it
    log_prob: jax.Array  # () float32
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool
    final_obs: jax.Array  # (num_features,) float32, what the step led to
    episode: dict[str, jax.Array]  # return, length, done


class Batch(PyTree):
    """What is learned from: one leading axis."""

    obs: jax.Array  # (num_features,) float32, normalised
    mask: jax.Array | None
    action: jax.Array
    log_prob: jax.Array  # of the policy that played
    value: jax.Array  # () float32, by the critic of that time
    advantage: jax.Array  # () float32
    target: jax.Array  # () float32, what the value should be


def policy_loss(log_ratio: jax.Array, advantage: jax.Array, drift: jax.Array) -> jax.Array:
    """The mirror-learning objective, negated, `[batch]`; `log_ratio` is new minus old log-prob."""
    return drift - jnp.exp(log_ratio) * advantage


def surrogate_loss(
    policy: Categorical | DiagGaussian,
    value: jax.Array,
    batch: Any,
    hp: HyperParams,
    drift: Callable[[jax.Array, jax.Array], jax.Array],
    clip_value: bool,
    counted: jax.Array | None = None,
) -> tuple[jax.Array, Metrics]:
    """The loss of policy and value on a minibatch, and what is worth knowing about it.

    `batch` has `action`, `log_prob`, `value`, `advantage` and `target` of any common shape;
    `drift` is a function of log-ratio and normalised advantage. Rows that are not `counted`, bool
    of the same shape, count for nothing; None: all do.
    """

    def mean(rows: jax.Array) -> jax.Array:
        return mean_over(rows, counted)

    log_ratio = policy.log_prob(batch.action) - batch.log_prob
    centred = batch.advantage - mean(batch.advantage)
    advantage = centred / (jnp.sqrt(mean(centred**2)) + 1e-8)
    actor_loss = mean(policy_loss(log_ratio, advantage, drift(log_ratio, advantage)))
    entropy = mean(policy.entropy())

    error = (value - batch.target) ** 2
    if clip_value:
        near = batch.value + jnp.clip(value - batch.value, -hp.clip, hp.clip)
        error = jnp.maximum(error, (near - batch.target) ** 2)
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
    ppo = PPO(config, env if env is not None else jaxenvs.make(config.env, **config.env_kwargs))
    return Trainer(
        init=ppo.init,
        update=ppo.update,
        evaluate=ppo.evaluate,
        policy=lambda carry: (carry.weights, carry.obs_moments),
        act=ppo.act,
        env=ppo.env,
        hp=config.hyper_params,
        num_updates=config.num_updates,
        steps_per_update=config.batch_size,
    )


class PPO:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env, drift: Drift | None = None) -> None:
        self.config, self.env = config, env
        self.venv = jaxenvs.vectorize(env, config.num_envs, final_obs=True)
        self.features = functools.partial(flatten_batch, env.observation_space())
        self.head = head_of(env.action_space())
        self.torso = torso_of(
            env.observation_space(), config.filters, config.hidden, config.activation
        )
        self.readouts = {"actor": Readout(self.head.num_outputs, 0.01), "critic": Readout(1, 1.0)}
        self.drift = drift or drift_of(config.drift)
        self.optimizer = optax.scale_by_adam(eps=1e-5)

    # -- the agent -----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """An agent that has learned nothing, and its environments at their first observations."""
        config = self.config
        key, weight_key, env_key = jax.random.split(prng.fast_key(key), 3)
        obs, env_state = self.venv.reset(env_key)
        obs = self.features(obs)
        weights = self.init_weights(weight_key, obs[0])
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            num_updates=jnp.int32(config.num_updates),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            obs=obs,
            env_state=env_state,
            obs_moments=Moments.zero(obs.shape[1:]) if config.normalize_obs else None,
            drift=jax.tree.map(jnp.asarray, self.drift.weights),
            returns=jnp.zeros(config.num_envs, jnp.float32),
            return_moments=Moments.zero() if config.normalize_reward else None,
        )

    def init_weights(self, key: jax.Array, obs: jax.Array) -> dict[str, Any]:
        """Separate networks for policy and value, `actor` and `critic`."""
        torso_key, readout_key = jax.random.split(key)
        # Both at once: the program is half as long.
        torsos = jax.vmap(self.torso.init, (0, None))(jax.random.split(torso_key), obs)
        weights: dict[str, Any] = {}
        for i, (name, readout) in enumerate(self.readouts.items()):
            torso = jax.tree.map(lambda leaf, i=i: leaf[i], torsos)
            weights[name] = {
                "torso": torso,
                "readout": readout.init(readout_key, self.torso.apply(torso, obs)),
            }
        if isinstance(self.head, BoxHead):
            width = (self.head.num_outputs,)
            weights["log_std"] = jnp.full(width, self.config.log_std_init, jnp.float32)
        return weights

    def network(self, name: str, weights: dict[str, Any], obs: jax.Array) -> jax.Array:
        """The outputs of `actor` or `critic` for normalised observations."""
        hidden = self.torso.apply(weights[name]["torso"], obs)
        return self.readouts[name].apply(weights[name]["readout"], hidden)  # type: ignore[return-value]

    def distribution(
        self, weights: dict[str, Any], obs: jax.Array, mask: jax.Array | None
    ) -> Categorical | DiagGaussian:
        """The policy at normalised observations."""
        outputs = self.network("actor", weights, obs)
        return self.head.distribution(outputs, weights.get("log_std"), mask)

    def value(self, weights: dict[str, Any], obs: jax.Array) -> jax.Array:
        """The critic's value of normalised observations."""
        return self.network("critic", weights, obs)[..., 0]

    def act(self, policy: Any, obs: Any, mask: jax.Array | None = None) -> jax.Array:
        """The greedy action for one observation as the environment gives it."""
        weights, moments = policy
        seen = normalized(moments, flatten(self.env.observation_space(), obs))
        return self.head.to_env(self.distribution(weights, seen, mask).mode())

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        policy = (carry.weights, carry.obs_moments)
        return summarize(*play_episodes(self.env, self.act, policy, key, self.config.eval_episodes))

    # -- one update ----------------------------------------------------------------------------

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        carry, rollout = self.play(carry.replace(key=key), play_key)
        carry, reward = self.scale_reward(carry, rollout)
        batch = self.prepare(carry, rollout, reward)
        carry, metrics = self.learn(carry, batch, learn_key)
        if carry.obs_moments is not None:
            # Only now: the policy must see in learning what it saw in playing.
            carry = carry.replace(obs_moments=carry.obs_moments.update(rollout.obs))
        metrics |= episode_metrics(rollout.episode)
        metrics["explained_variance"] = explained_variance(batch.value, batch.target)
        return carry.replace(update_id=carry.update_id + 1), metrics

    def play(self, carry: Carry, key: jax.Array) -> tuple[Carry, Rollout]:
        """Plays `num_steps` steps in all environments."""
        noise_key, env_key = jax.random.split(key)
        num_steps, num_envs = self.config.num_steps, self.config.num_envs
        noise = self.head.noise(noise_key, (num_steps, num_envs))
        env_keys = jax.random.split(env_key, num_steps)

        def step(
            situation: tuple[jax.Array, Any], chance: tuple[jax.Array, jax.Array]
        ) -> tuple[tuple[jax.Array, Any], Rollout]:
            obs, env_state = situation
            mask = self.venv.action_mask(env_state)
            policy = self.distribution(carry.weights, normalized(carry.obs_moments, obs), mask)
            action = policy.pick(chance[0])
            t = self.venv.step(chance[1], env_state, self.head.to_env(action))
            row = Rollout(
                obs=obs,
                mask=mask,
                action=action,
                log_prob=policy.log_prob(action),
                reward=t.reward,
                terminated=t.terminated,
                done=t.terminated | t.truncated,
                final_obs=self.features(t.info["final_obs"]),
                episode=t.info["episode"],
            )
            return (self.features(t.obs), t.state), row

        situation = (carry.obs, carry.env_state)
        (obs, env_state), rollout = jax.lax.scan(step, situation, (noise, env_keys))
        return carry.replace(obs=obs, env_state=env_state), rollout

    def scale_reward(self, carry: Carry, rollout: Rollout) -> tuple[Carry, jax.Array]:
        """The rewards to learn from: as they are, or in deviations of the discounted return."""
        if carry.return_moments is None:
            return carry, rollout.reward
        moments, returns, reward = scaled_reward(
            carry.return_moments, carry.returns, rollout.reward, rollout.done, carry.hp.gamma
        )
        return carry.replace(returns=returns, return_moments=moments), reward

    def prepare(self, carry: Carry, rollout: Rollout, reward: jax.Array) -> Batch:
        """Values, advantages and targets of a rollout, flattened to one axis."""
        obs = normalized(carry.obs_moments, rollout.obs)
        value = self.value(carry.weights, obs)
        next_value = self.value(carry.weights, normalized(carry.obs_moments, rollout.final_obs))
        advantage = gae(
            reward,
            value,
            next_value,
            rollout.terminated if self.config.bootstrap_truncated else rollout.done,
            rollout.done,
            carry.hp.gamma,
            carry.hp.gae_lambda,
        )
        batch = Batch(
            obs=obs,
            mask=rollout.mask,
            action=rollout.action,
            log_prob=rollout.log_prob,
            value=value,
            advantage=advantage,
            target=advantage + value,
        )
        return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), batch)

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the batch in random minibatches; metrics are their means."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, carry.num_updates)
        (weights, opt_state), metrics = descend(
            lambda weights, minibatch: self.loss(weights, carry, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            minibatches(key, config.num_epochs, config.num_minibatches, config.batch_size),
            hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(
        self, weights: dict[str, Any], carry: Carry, batch: Batch
    ) -> tuple[jax.Array, Metrics]:
        """The surrogate loss of a minibatch."""
        progress = share_done(carry.update_id, carry.num_updates)
        setting = Setting(carry.hp.clip, progress)
        return surrogate_loss(
            self.distribution(weights, batch.obs, batch.mask),
            self.value(weights, batch.obs),
            batch,
            carry.hp,
            lambda log_ratio, advantage: self.drift(carry.drift, log_ratio, advantage, setting),
            self.config.clip_value,
        )


def main() -> None:
    """Trains one agent on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("ppo", run.preset("ppo", sys.argv[1] if len(sys.argv) > 1 else "CartPole-v1"))


if __name__ == "__main__":
    main()
