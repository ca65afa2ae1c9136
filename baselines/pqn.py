"""Parallelised Q-network (PQN): Q-learning without replay and without a target network.

Source: Gallici et al., "Simplifying deep temporal difference learning" (ICLR 2025).
Differs from the public code in: the Q(lambda) targets follow the recursion at every step (several
ports bootstrap one step, or all of them, from the wrong observation); an episode that a time limit
cuts is bootstrapped from its final observation.
"""

import dataclasses
import functools
import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.config import RunConfig
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.exploration import (
    best_action,
    best_value,
    chosen,
    epsilon_greedy,
    exploration_noise,
    linear_epsilon,
)
from jaxenvs.baselines.parts.heads import discrete_head_of
from jaxenvs.baselines.parts.learning import descend, minibatches, share_done
from jaxenvs.baselines.parts.metrics import episode_metrics, explained_variance
from jaxenvs.baselines.parts.moments import Moments, normalized
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout, torso_of
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.presets.minatar import GYMNAX_FLAVOUR
from jaxenvs.core import Env
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.flatten import flatten, flatten_batch


class HyperParams(PyTree):
    """The traced numbers: each may differ between agents that train in one program."""

    lr: Any
    gamma: Any
    trace_lambda: Any
    epsilon_start: Any
    epsilon_end: Any
    epsilon_share: Any
    reward_scale: Any
    max_grad_norm: Any


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PQN. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 500_000  # environment steps per agent
    num_envs: int = 32  # environments that each agent plays at once
    num_steps: int = 64  # steps in each of them between two updates
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 16  # gradient steps per pass
    hidden: tuple[int, ...] = (128, 128)  # widths of the dense layers
    filters: int = 0  # of a convolution before them, for observations that are images; 0: none
    activation: str = "relu"  # between the layers: tanh, relu, silu or gelu
    layer_norm: bool = True  # normalise every layer: what keeps the method stable
    lr: float = 2.5e-4  # learning rate of RAdam (sweep)
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: float = 0.99  # discount per step (sweep)
    trace_lambda: float = 0.65  # decay of the target's trace (sweep)
    epsilon_start: float = 1.0  # share of random actions at the start (sweep)
    epsilon_end: float = 0.05  # and from `epsilon_share` of the run on (sweep)
    epsilon_share: float = 0.2  # of the run, over which epsilon falls (sweep)
    reward_scale: float = 1.0  # factor on rewards, in learning only (sweep)
    max_grad_norm: float = 10.0  # longest gradient, over all weights (sweep)
    normalize_obs: bool = False  # by their running mean and deviation
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
        num_steps=32,
        num_epochs=2,
        num_minibatches=8,
        hidden=(128,),
        filters=16,
        lr=1e-3,
        epsilon_share=0.1,
    )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        Config(trace_lambda=0.95, reward_scale=0.1),
        Config("Acrobot-v1", trace_lambda=0.95, reward_scale=0.1),
        *map(_minatar, GYMNAX_FLAVOUR),
    ]
}
"""Settings tuned for an environment; docs/baselines/pqn.md says what they reach."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    opt_state: Any
    obs: jax.Array  # [num_envs, num_features] float32, what the environments show
    env_state: Any
    obs_moments: Moments | None  # None: not normalised


class Rollout(PyTree):
    """What was seen: leading axes `[num_steps, num_envs]`."""

    obs: jax.Array  # (num_features,) float32
    mask: jax.Array | None  # (num_actions,) bool, the legal actions
    action: jax.Array  # () int32, from 0
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool
    final_obs: jax.Array  # (num_features,) float32, what the step led to
    episode: dict[str, jax.Array]  # return, length, done


class Batch(PyTree):
    """What is learned from: one leading axis."""

    obs: jax.Array  # (num_features,) float32, normalised
    action: jax.Array  # () int32
    target: jax.Array  # () float32, what the value of that action should be


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    pqn = PQN(config, env if env is not None else jaxenvs.make(config.env, **config.env_kwargs))
    return Trainer(
        init=pqn.init,
        update=pqn.update,
        evaluate=pqn.evaluate,
        policy=lambda carry: (carry.weights, carry.obs_moments),
        act=pqn.act,
        env=pqn.env,
        hp=config.hyper_params,
        num_updates=config.num_updates,
        steps_per_update=config.batch_size,
    )


class PQN:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env) -> None:
        self.config, self.env = config, env
        self.venv = jaxenvs.vectorize(env, config.num_envs, final_obs=True)
        self.features = functools.partial(flatten_batch, env.observation_space())
        self.head = discrete_head_of(env.action_space())
        self.torso = torso_of(
            env.observation_space(),
            config.filters,
            config.hidden,
            config.activation,
            config.layer_norm,
        )
        self.readout = Readout(self.head.num_outputs, 1.0)
        self.optimizer = optax.scale_by_radam()

    # -- the agent -----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """An agent that has learned nothing, and its environments at their first observations."""
        key, torso_key, readout_key, env_key = jax.random.split(prng.fast_key(key), 4)
        obs, env_state = self.venv.reset(env_key)
        obs = self.features(obs)
        torso = self.torso.init(torso_key, obs[0])
        readout = self.readout.init(readout_key, self.torso.apply(torso, obs[0]))
        weights = {"torso": torso, "readout": readout}
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            obs=obs,
            env_state=env_state,
            obs_moments=Moments.zero(obs.shape[1:]) if self.config.normalize_obs else None,
        )

    def values(self, weights: dict[str, Any], obs: jax.Array) -> jax.Array:
        """The value of every action, `(..., num_actions)`, at normalised observations."""
        hidden = self.torso.apply(weights["torso"], obs)
        return self.readout.apply(weights["readout"], hidden)  # type: ignore[return-value]

    def act(self, policy: Any, obs: Any, mask: jax.Array | None = None) -> jax.Array:
        """The greedy action for one observation as the environment gives it."""
        weights, moments = policy
        seen = normalized(moments, flatten(self.env.observation_space(), obs))
        return self.head.to_env(best_action(self.values(weights, seen), mask))

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        policy = (carry.weights, carry.obs_moments)
        return summarize(*play_episodes(self.env, self.act, policy, key, self.config.eval_episodes))

    # -- one update ----------------------------------------------------------------------------

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        epsilon = self.epsilon(carry)
        carry, rollout = self.play(carry.replace(key=key), epsilon, play_key)
        batch, metrics = self.prepare(carry, rollout)
        carry, learned = self.learn(carry, batch, learn_key)
        if carry.obs_moments is not None:
            # Only now: the values must see in learning what they saw in playing.
            carry = carry.replace(obs_moments=carry.obs_moments.update(rollout.obs))
        metrics |= learned | episode_metrics(rollout.episode) | {"epsilon": epsilon}
        return carry.replace(update_id=carry.update_id + 1), metrics

    def epsilon(self, carry: Carry) -> jax.Array:
        """The share of random actions in the next update."""
        progress = share_done(carry.update_id, self.config.num_updates)
        hp = carry.hp
        return linear_epsilon(hp.epsilon_start, hp.epsilon_end, hp.epsilon_share, progress)

    def play(self, carry: Carry, epsilon: jax.Array, key: jax.Array) -> tuple[Carry, Rollout]:
        """Plays `num_steps` steps in all environments."""
        noise_key, env_key = jax.random.split(key)
        num_steps, num_envs = self.config.num_steps, self.config.num_envs
        noise = exploration_noise(noise_key, (num_steps, num_envs, self.head.num_outputs))
        env_keys = jax.random.split(env_key, num_steps)

        def step(
            situation: tuple[jax.Array, Any], chance: tuple[Any, jax.Array]
        ) -> tuple[tuple[jax.Array, Any], Rollout]:
            obs, env_state = situation
            mask = self.venv.action_mask(env_state)
            values = self.values(carry.weights, normalized(carry.obs_moments, obs))
            action = epsilon_greedy(values, mask, epsilon, chance[0])
            t = self.venv.step(chance[1], env_state, self.head.to_env(action))
            row = Rollout(
                obs=obs,
                mask=mask,
                action=action,
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

    def prepare(self, carry: Carry, rollout: Rollout) -> tuple[Batch, Metrics]:
        """Q(lambda) targets by the weights that played, flattened to one axis."""
        obs = normalized(carry.obs_moments, rollout.obs)
        final_obs = normalized(carry.obs_moments, rollout.final_obs)
        next_value = best_value(
            self.values(carry.weights, final_obs),
            next_mask(rollout.mask, self.venv.action_mask(carry.env_state), rollout.done),
        )
        target = lambda_returns(
            rollout.reward * carry.hp.reward_scale,
            next_value,
            rollout.terminated if self.config.bootstrap_truncated else rollout.done,
            rollout.done,
            carry.hp.gamma,
            carry.hp.trace_lambda,
        )
        batch = Batch(obs=obs, action=rollout.action, target=target)
        value = chosen(self.values(carry.weights, obs), rollout.action)
        metrics = {
            "value": jnp.mean(value),
            "explained_variance": explained_variance(value, target),
        }
        return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), batch), metrics

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the batch in random minibatches; metrics are their means."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, config.num_updates)
        (weights, opt_state), metrics = descend(
            self.loss,
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            minibatches(key, config.num_epochs, config.num_minibatches, config.batch_size),
            hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: dict[str, Any], batch: Batch) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of the chosen actions' values."""
        value = chosen(self.values(weights, batch.obs), batch.action)
        loss = 0.5 * jnp.mean((value - batch.target) ** 2)
        return loss, {"value_loss": loss}


def next_mask(mask: jax.Array | None, last: jax.Array | None, done: jax.Array) -> jax.Array | None:
    """The legal actions after each step, from those before each and those after the last one.

    After an episode's end all count as legal: the next row's mask belongs to another episode. That
    matters only where a time limit cuts a game with masks.
    """
    if mask is None or last is None:
        return None
    return jnp.concatenate([mask[1:], last[None]]) | done[..., None]


def main() -> None:
    """Trains one agent on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("pqn", run.preset("pqn", sys.argv[1] if len(sys.argv) > 1 else "CartPole-v1"))


if __name__ == "__main__":
    main()
