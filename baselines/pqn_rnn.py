"""PQN with a memory, for games that do not show everything.

Source: Gallici et al., "Simplifying deep temporal difference learning" (ICLR 2025), the recurrent
form: the last steps of the rollout before are played again to warm up the memory.
Differs from the public code in: an episode that a time limit cuts is bootstrapped from its final
observation, seen with the memory of that episode.
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
from jaxenvs.baselines.parts import checks, memory
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
from jaxenvs.baselines.parts.memory import Past, RecurrentTorso, look_ahead, swap
from jaxenvs.baselines.parts.metrics import episode_metrics, explained_variance
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.pqn import HyperParams, next_mask
from jaxenvs.core import Env
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.flatten import flatten, flatten_batch


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PQN-RNN. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "POPGym-RepeatPreviousEasy-v0"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 500_000  # environment steps per agent
    num_envs: int = 32  # environments that each agent plays at once
    num_steps: int = 64  # steps in each of them between two updates, and through which to learn
    window: int = 4  # steps of the rollout before that warm up the memory
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 4  # gradient steps per pass; each takes whole environments
    memory: str = "gru"  # gru or s5
    memory_width: int = 64  # numbers that the memory holds
    hidden: tuple[int, ...] = (64,)  # widths of the dense layers before the memory
    activation: str = "relu"  # between the layers: tanh, relu, silu or gelu
    layer_norm: bool = True  # normalise every dense layer: what keeps the method stable
    lr: float = 1e-3  # learning rate of RAdam (sweep)
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: float = 0.99  # discount per step (sweep)
    trace_lambda: float = 0.95  # decay of the target's trace (sweep)
    epsilon_start: float = 1.0  # share of random actions at the start (sweep)
    epsilon_end: float = 0.01  # and from `epsilon_share` of the run on (sweep)
    epsilon_share: float = 0.1  # of the run, over which epsilon falls (sweep)
    reward_scale: float = 1.0  # factor on rewards, in learning only (sweep)
    max_grad_norm: float = 10.0  # longest gradient, over all weights (sweep)
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: int = 128  # greedy episodes that judge an agent

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        counts = ("num_envs", "num_steps", "num_epochs", "num_minibatches", "eval_episodes")
        checks.at_least_one(self, (*counts, "memory_width"))
        checks.divides(self, "num_minibatches", self.num_envs, "num_envs")
        checks.one_update(self)
        checks.one_of(self, "activation", ACTIVATIONS)
        checks.one_of(self, "memory", memory.KINDS)
        if not 0 <= self.window <= self.num_steps:
            raise ValueError(
                f"window: expected 0 to num_steps = {self.num_steps}, got {self.window}"
            )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        # A right answer pays 1/48 and is about one card: values of order 1, and short traces.
        Config(num_minibatches=8, gamma=0.9, trace_lambda=0.5, reward_scale=20.0),
        Config("bsuite-MemoryLength-v0", total_steps=300_000),
    ]
}
"""Settings tuned for an environment; docs/baselines/pqn_rnn.md says what they reach."""


class Rollout(PyTree):
    """What was seen: leading axes `[num_steps, num_envs]`."""

    obs: jax.Array  # (num_features,) float32
    state: Any  # of the memory, before this step
    last_action: jax.Array  # (num_actions,) float32, the one before, one-hot
    start: jax.Array  # () bool, an episode starts here
    mask: jax.Array | None  # (num_actions,) bool, the legal actions
    action: jax.Array  # () int32, from 0
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool
    final_obs: jax.Array  # (num_features,) float32, what the step led to
    episode: dict[str, jax.Array]  # return, length, done


class Batch(PyTree):
    """What is learned from: `[num_envs, window + num_steps]`, but the memory `[num_envs]`."""

    state: Any  # of the memory, before the first step
    obs: jax.Array  # (num_features,) float32
    last_action: jax.Array  # (num_actions,) float32
    start: jax.Array  # () bool
    next_mask: jax.Array | None  # (num_actions,) bool, legal after the step
    action: jax.Array  # () int32
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool
    final_obs: jax.Array  # (num_features,) float32


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    opt_state: Any
    obs: jax.Array  # [num_envs, num_features] float32, what the environments show
    past: Past  # [num_envs], what the agent knows besides
    env_state: Any
    window: Rollout  # [window, num_envs], the last steps


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    pqn = RecurrentPQN(config, env)
    return Trainer(
        init=pqn.init,
        update=pqn.update,
        evaluate=pqn.evaluate,
        policy=lambda carry: carry.weights,
        act=pqn.act,
        env=pqn.env,
        hp=config.hyper_params,
        num_updates=config.num_updates,
        steps_per_update=config.batch_size,
        memory=pqn.torso.first(pqn.head.num_outputs),
    )


class RecurrentPQN:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env) -> None:
        self.config, self.env = config, env
        self.venv = jaxenvs.vectorize(env, config.num_envs, final_obs=True)
        self.features = functools.partial(flatten_batch, env.observation_space())
        self.head = discrete_head_of(env.action_space())
        self.torso = RecurrentTorso(
            config.hidden,
            config.activation,
            config.memory,
            config.memory_width,
            config.layer_norm,
        )
        self.readout = Readout(self.head.num_outputs, 1.0)
        self.optimizer = optax.scale_by_radam()

    # -- the agent -----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """An agent that has learned nothing, with random steps in its window."""
        key, weight_key, env_key, play_key = jax.random.split(prng.fast_key(key), 4)
        obs, env_state = self.venv.reset(env_key)
        obs = self.features(obs)
        first = self.torso.first(self.head.num_outputs)
        past = jax.tree.map(lambda x: jnp.broadcast_to(x, (len(obs), *x.shape)), first)
        weights = self.init_weights(weight_key, past, obs)
        situation = (obs, past, env_state)
        # The first rollout has none before it: a few random steps stand in.
        situation, window = self.steps(
            weights, situation, jnp.float32(1), play_key, self.config.window
        )
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            obs=situation[0],
            past=situation[1],
            env_state=situation[2],
            window=window,
        )

    def init_weights(self, key: jax.Array, past: Past, obs: jax.Array) -> dict[str, Any]:
        """A torso with a memory, and a readout with a value per action."""
        torso_key, readout_key = jax.random.split(key)
        example = (past.state, obs[None], past.action[None], past.start[None])
        torso = self.torso.init(torso_key, *example)
        readout = self.readout.init(readout_key, self.torso.apply(torso, *example)[0])
        return {"torso": torso, "readout": readout}

    def values(self, weights: dict[str, Any], out: jax.Array) -> jax.Array:
        """The value of every action, from the torso's outputs."""
        return self.readout.apply(weights["readout"], out)  # type: ignore[return-value]

    def observe(self, weights: dict[str, Any], obs: jax.Array, past: Past) -> tuple[jax.Array, Any]:
        """Values `[n, num_actions]` and states `[n, ...]` for one observation per environment."""
        example = (past.state, obs[None], past.action[None], past.start[None])
        out, states = self.torso.apply(weights["torso"], *example)
        return self.values(weights, out[0]), jax.tree.map(lambda leaf: leaf[0], states)

    def act(
        self, weights: dict[str, Any], obs: Any, mask: jax.Array | None, past: Past
    ) -> tuple[jax.Array, Past]:
        """The greedy action for one observation as the environment gives it, and what is known."""
        features = flatten(self.env.observation_space(), obs)[None]
        values, state = self.observe(weights, features, jax.tree.map(lambda x: x[None], past))
        action = best_action(values[0], mask)
        state = jax.tree.map(lambda x: x[0], state)
        seen = self.head.as_input(action)
        return self.head.to_env(action), Past(state=state, action=seen, start=jnp.bool_(False))

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        num, first = self.config.eval_episodes, self.torso.first(self.head.num_outputs)
        return summarize(*play_episodes(self.env, self.act, carry.weights, key, num, memory=first))

    # -- one update ----------------------------------------------------------------------------

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them and from those of the window."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        progress = share_done(carry.update_id, self.config.num_updates)
        hp = carry.hp
        epsilon = linear_epsilon(hp.epsilon_start, hp.epsilon_end, hp.epsilon_share, progress)
        situation = (carry.obs, carry.past, carry.env_state)
        situation, rollout = self.steps(
            carry.weights, situation, epsilon, play_key, self.config.num_steps
        )
        obs, past, env_state = situation
        seen = jax.tree.map(lambda *parts: jnp.concatenate(parts), carry.window, rollout)
        batch = self.prepare(seen, env_state)
        kept = jax.tree.map(lambda leaf: leaf[len(leaf) - self.config.window :], seen)
        carry = carry.replace(key=key, obs=obs, past=past, env_state=env_state, window=kept)
        carry, metrics = self.learn(carry, batch, learn_key)
        metrics |= episode_metrics(rollout.episode) | {"epsilon": epsilon}
        return carry.replace(update_id=carry.update_id + 1), metrics

    def steps(
        self,
        weights: dict[str, Any],
        situation: tuple[jax.Array, Past, Any],
        epsilon: jax.Array,
        key: jax.Array,
        num_steps: int,
    ) -> tuple[tuple[jax.Array, Past, Any], Rollout]:
        """Plays in all environments from a situation: observations, pasts, states."""
        noise_key, env_key = jax.random.split(key)
        shape = (num_steps, self.config.num_envs, self.head.num_outputs)
        chances = (exploration_noise(noise_key, shape), jax.random.split(env_key, num_steps))

        def step(situation: Any, chance: tuple[Any, jax.Array]) -> tuple[Any, Rollout]:
            obs, past, env_state = situation
            mask = self.venv.action_mask(env_state)
            values, state = self.observe(weights, obs, past)
            action = epsilon_greedy(values, mask, epsilon, chance[0])
            t = self.venv.step(chance[1], env_state, self.head.to_env(action))
            done = t.terminated | t.truncated
            row = Rollout(
                obs=obs,
                state=past.state,
                last_action=past.action,
                start=past.start,
                mask=mask,
                action=action,
                reward=t.reward,
                terminated=t.terminated,
                done=done,
                final_obs=self.features(t.info["final_obs"]),
                episode=t.info["episode"],
            )
            past = Past(state=state, action=self.head.as_input(action), start=done)
            return (self.features(t.obs), past, t.state), row

        return jax.lax.scan(step, situation, chances)

    def prepare(self, seen: Rollout, env_state: Any) -> Batch:
        """Window and rollout as one sequence per environment, that ended in `env_state`."""
        rows = {name: getattr(seen, name) for name in Batch.__annotations__ if hasattr(seen, name)}
        rows["next_mask"] = next_mask(seen.mask, self.venv.action_mask(env_state), seen.done)
        rows["state"] = None
        first = jax.tree.map(lambda leaf: leaf[0], seen.state)
        return Batch(**jax.tree.map(swap, rows)).replace(state=first)

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the environments in random minibatches."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, config.num_updates)
        (weights, opt_state), metrics = descend(
            lambda weights, minibatch: self.loss(weights, hp, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            minibatches(key, config.num_epochs, config.num_minibatches, config.num_envs),
            hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(
        self, weights: dict[str, Any], hp: HyperParams, batch: Batch
    ) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of the chosen actions' values, after the window."""
        rows = jax.tree.map(swap, batch.replace(state=None))
        values, target = self.values_and_targets(weights, hp, batch.state, rows)
        value, target = (x[self.config.window :] for x in (chosen(values, rows.action), target))
        loss = 0.5 * jnp.mean((value - target) ** 2)
        explained = explained_variance(value, target)
        return loss, {
            "value_loss": loss,
            "value": jnp.mean(value),
            "explained_variance": explained,
        }

    def values_and_targets(
        self, weights: dict[str, Any], hp: HyperParams, state: Any, rows: Batch
    ) -> tuple[jax.Array, jax.Array]:
        """All values of a sequence `[T, n]`, and Q(lambda) targets by the same weights."""
        torso = weights["torso"]
        out: Any = self.torso.apply(torso, state, rows.obs, rows.last_action, rows.start)
        action = self.head.as_input(rows.action)
        ahead = look_ahead(self.torso, torso, out[1], rows.final_obs, action)
        target = lambda_returns(
            rows.reward * hp.reward_scale,
            best_value(self.values(weights, ahead), rows.next_mask),
            rows.terminated if self.config.bootstrap_truncated else rows.done,
            rows.done,
            hp.gamma,
            hp.trace_lambda,
        )
        return self.values(weights, out[0]), jax.lax.stop_gradient(target)


def main() -> None:
    """Trains one agent on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    env = sys.argv[1] if len(sys.argv) > 1 else Config().env
    run.train("pqn_rnn", run.preset("pqn_rnn", env))


if __name__ == "__main__":
    main()
