"""Deep Q-network (DQN), the classic with a replay memory and a target network, to compare with.

Source: Mnih et al., "Human-level control through deep reinforcement learning" (2015); van Hasselt,
Guez & Silver, "Deep reinforcement learning with double Q-learning" (2016).
Differs from them in: an episode that a time limit cuts is bootstrapped from its final observation;
many environments play side by side, and learning comes in bursts between rollouts.
"""

import dataclasses
import functools
import sys
from typing import Any

import flashbax
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
from jaxenvs.baselines.parts.learning import descend, share_done
from jaxenvs.baselines.parts.metrics import episode_metrics
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout, torso_of
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.pqn import next_mask
from jaxenvs.core import Env
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.flatten import flatten, flatten_batch


class HyperParams(PyTree):
    """The traced numbers: each may differ between agents that train in one program."""

    lr: Any
    gamma: Any
    epsilon_start: Any
    epsilon_end: Any
    epsilon_share: Any
    max_grad_norm: Any


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of DQN. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "CartPole-v1"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 500_000  # environment steps per agent
    num_envs: int = 16  # environments that each agent plays at once
    num_steps: int = 8  # steps in each of them between two updates
    num_gradient_steps: int = 8  # per update, each on a batch of its own
    sample_size: int = 128  # transitions in such a batch
    memory_size: int = 20_000  # transitions that are remembered
    target_every: int = 8  # updates after which the target network follows
    double_q: bool = True  # let the network choose the action whose value the target network gives
    hidden: tuple[int, ...] = (120, 84)  # widths of the dense layers
    filters: int = 0  # of a convolution before them, for observations that are images; 0: none
    activation: str = "relu"  # between the layers: tanh, relu, silu or gelu
    layer_norm: bool = False  # normalise every layer
    lr: float = 5e-4  # learning rate of Adam (sweep)
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: float = 0.99  # discount per step (sweep)
    epsilon_start: float = 1.0  # share of random actions at the start (sweep)
    epsilon_end: float = 0.05  # and from `epsilon_share` of the run on (sweep)
    epsilon_share: float = 0.3  # of the run, over which epsilon falls (sweep)
    max_grad_norm: float = 10.0  # longest gradient, over all weights (sweep)
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: int = 128  # greedy episodes that judge an agent

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        counts = ("num_envs", "num_steps", "num_gradient_steps", "sample_size", "target_every")
        checks.at_least_one(self, (*counts, "eval_episodes"))
        checks.one_update(self)
        checks.one_of(self, "activation", ACTIVATIONS)
        least = max(self.batch_size, self.num_gradient_steps * self.sample_size)
        if self.memory_size < least:
            raise ValueError(
                f"memory_size: expected at least {least}, what an update plays and what it draws, "
                f"got {self.memory_size}"
            )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        # A memory that soon holds nothing but good balance forgets what a fall is.
        Config(memory_size=100_000, layer_norm=True),
        Config("Acrobot-v1", total_steps=300_000),
    ]
}
"""Settings tuned for an environment; docs/baselines/dqn.md says what they reach."""


class Step(PyTree):
    """A remembered transition; leading axes as of the memory."""

    obs: jax.Array  # (num_features,) float32
    action: jax.Array  # () int32, from 0
    reward: jax.Array  # () float32
    over: jax.Array  # () bool, nothing follows
    next_obs: jax.Array  # (num_features,) float32, before any reset
    next_mask: jax.Array | None  # (num_actions,) bool, the legal actions there


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    target_weights: dict[str, Any]
    opt_state: Any
    memory: Any  # flashbax's state
    obs: jax.Array  # [num_envs, num_features] float32, what the environments show
    env_state: Any


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    dqn = DQN(config, env if env is not None else jaxenvs.make(config.env, **config.env_kwargs))
    return Trainer(
        init=dqn.init,
        update=dqn.update,
        evaluate=dqn.evaluate,
        policy=lambda carry: carry.weights,
        act=dqn.act,
        env=dqn.env,
        hp=config.hyper_params,
        num_updates=config.num_updates,
        steps_per_update=config.batch_size,
    )


class DQN:
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
        self.optimizer = optax.scale_by_adam()
        self.memory = flashbax.make_item_buffer(
            max_length=config.memory_size,
            min_length=1,
            sample_batch_size=config.num_gradient_steps * config.sample_size,
            add_sequences=True,
        )

    # -- the agent -----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """An agent that has learned nothing and remembers nothing."""
        key, torso_key, readout_key, env_key = jax.random.split(prng.fast_key(key), 4)
        obs, env_state = self.venv.reset(env_key)
        obs = self.features(obs)
        torso = self.torso.init(torso_key, obs[0])
        readout = self.readout.init(readout_key, self.torso.apply(torso, obs[0]))
        weights = {"torso": torso, "readout": readout}
        mask = self.venv.action_mask(env_state)
        example = Step(
            obs=obs[0],
            action=jnp.int32(0),
            reward=jnp.float32(0),
            over=jnp.bool_(False),
            next_obs=obs[0],
            next_mask=None if mask is None else mask[0],
        )
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            target_weights=weights,
            opt_state=self.optimizer.init(weights),
            memory=self.memory.init(example),
            obs=obs,
            env_state=env_state,
        )

    def values(self, weights: dict[str, Any], obs: jax.Array) -> jax.Array:
        """The value of every action, `(..., num_actions)`."""
        hidden = self.torso.apply(weights["torso"], obs)
        return self.readout.apply(weights["readout"], hidden)  # type: ignore[return-value]

    def act(self, weights: dict[str, Any], obs: Any, mask: jax.Array | None = None) -> jax.Array:
        """The greedy action for one observation as the environment gives it."""
        seen = flatten(self.env.observation_space(), obs)
        return self.head.to_env(best_action(self.values(weights, seen), mask))

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        num = self.config.eval_episodes
        return summarize(*play_episodes(self.env, self.act, carry.weights, key, num))

    # -- one update ----------------------------------------------------------------------------

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, remembers them, then learns from what is remembered."""
        key, play_key, sample_key = jax.random.split(carry.key, 3)
        hp, progress = carry.hp, share_done(carry.update_id, self.config.num_updates)
        epsilon = linear_epsilon(hp.epsilon_start, hp.epsilon_end, hp.epsilon_share, progress)
        carry, steps, episode = self.play(carry.replace(key=key), epsilon, play_key)
        with jax.numpy_dtype_promotion("standard"):  # flashbax mixes dtypes
            memory = self.memory.add(carry.memory, steps)
            batch = self.memory.sample(memory, sample_key).experience
        carry, metrics = self.learn(carry.replace(memory=memory), batch)
        metrics |= episode_metrics(episode) | {"epsilon": epsilon}
        update_id = carry.update_id + 1
        follows = update_id % self.config.target_every == 0
        target_weights = jax.tree.map(
            lambda new, old: jnp.where(follows, new, old), carry.weights, carry.target_weights
        )
        return carry.replace(update_id=update_id, target_weights=target_weights), metrics

    def play(
        self, carry: Carry, epsilon: jax.Array, key: jax.Array
    ) -> tuple[Carry, Step, dict[str, jax.Array]]:
        """Plays in all environments: the steps on one axis, and how episodes went."""
        noise_key, env_key = jax.random.split(key)
        num_steps, num_envs = self.config.num_steps, self.config.num_envs
        noise = exploration_noise(noise_key, (num_steps, num_envs, self.head.num_outputs))
        env_keys = jax.random.split(env_key, num_steps)

        def step(situation: tuple[jax.Array, Any], chance: tuple[Any, jax.Array]) -> Any:
            obs, env_state = situation
            mask = self.venv.action_mask(env_state)
            action = epsilon_greedy(self.values(carry.weights, obs), mask, epsilon, chance[0])
            t = self.venv.step(chance[1], env_state, self.head.to_env(action))
            done = t.terminated | t.truncated
            row = Step(
                obs=obs,
                action=action,
                reward=t.reward,
                over=t.terminated if self.config.bootstrap_truncated else done,
                next_obs=self.features(t.info["final_obs"]),
                next_mask=None,
            )
            return (self.features(t.obs), t.state), (row, mask, done, t.info["episode"])

        situation = (carry.obs, carry.env_state)
        (obs, env_state), rows = jax.lax.scan(step, situation, (noise, env_keys))
        steps, mask, done, episode = rows
        after = next_mask(mask, self.venv.action_mask(env_state), done)
        steps = steps.replace(next_mask=after)
        steps = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), steps)
        return carry.replace(obs=obs, env_state=env_state), steps, episode

    def learn(self, carry: Carry, batch: Step) -> tuple[Carry, Metrics]:
        """`num_gradient_steps` steps, each on a share of the batch; metrics are their means."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, config.num_updates)
        ids = jnp.arange(config.num_gradient_steps * config.sample_size, dtype=jnp.int32)
        (weights, opt_state), metrics = descend(
            lambda weights, minibatch: self.loss(weights, carry, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            ids.reshape(config.num_gradient_steps, -1),
            hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: dict[str, Any], carry: Carry, batch: Step) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the one-step error of the chosen actions' values."""
        target = jax.lax.stop_gradient(self.target(weights, carry, batch))
        value = chosen(self.values(weights, batch.obs), batch.action)
        loss = 0.5 * jnp.mean((value - target) ** 2)
        return loss, {"value_loss": loss, "value": jnp.mean(value)}

    def target(self, weights: dict[str, Any], carry: Carry, batch: Step) -> jax.Array:
        """What the values of the chosen actions should be, `[batch]` float32."""
        after = self.values(carry.target_weights, batch.next_obs)
        if self.config.double_q:
            choice = best_action(self.values(weights, batch.next_obs), batch.next_mask)
            next_value = chosen(after, choice)
        else:
            next_value = best_value(after, batch.next_mask)
        return batch.reward + carry.hp.gamma * jnp.where(batch.over, 0.0, next_value)


def main() -> None:
    """Trains one agent on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("dqn", run.preset("dqn", sys.argv[1] if len(sys.argv) > 1 else "CartPole-v1"))


if __name__ == "__main__":
    main()
