"""PPO with a memory, for games that do not show everything: a GRU, or S5.

Source: as for `ppo.py`; Lu et al., "Discovered policy optimisation" (2022), for the recurrent form
that runs in one program; Lu et al., "Structured state space models for in-context reinforcement
learning" (2023), for S5 with resets.
Differs from the common ports in: an episode that a time limit cuts is bootstrapped from its final
observation, seen with the memory of that episode; the network sees its last action.
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
from jaxenvs.baselines.parts.distributions import Categorical, DiagGaussian
from jaxenvs.baselines.parts.drifts import Setting, drift_of
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.heads import BoxHead, head_of
from jaxenvs.baselines.parts.learning import descend, minibatches, share_done
from jaxenvs.baselines.parts.memory import Past, RecurrentTorso, look_ahead, swap
from jaxenvs.baselines.parts.metrics import episode_metrics, explained_variance
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout
from jaxenvs.baselines.parts.returns import gae
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.ppo import HyperParams, surrogate_loss
from jaxenvs.core import Env
from jaxenvs.struct import PyTree
from jaxenvs.wrappers.flatten import flatten, flatten_batch


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of PPO-RNN. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "POPGym-RepeatPreviousEasy-v0"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 1_000_000  # environment steps per agent
    num_envs: int = 32  # environments that each agent plays at once
    num_steps: int = 64  # steps in each of them between two updates, and through which to learn
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 4  # gradient steps per pass; each takes whole environments
    memory: str = "gru"  # gru or s5
    memory_width: int = 64  # numbers that the memory holds
    hidden: tuple[int, ...] = (64,)  # widths of the dense layers before the memory
    activation: str = "tanh"  # between the layers: tanh, relu, silu or gelu
    lr: float = 1e-3  # learning rate of Adam (sweep)
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


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        Config(),
        Config("bsuite-MemoryLength-v0", total_steps=300_000),
    ]
}
"""Settings tuned for an environment; docs/baselines/ppo_rnn.md says what they reach."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    opt_state: Any
    drift: Any  # weights of a learned drift; None: it has none
    obs: jax.Array  # [num_envs, num_features] float32, what the environments show
    past: Past  # [num_envs], what the agent knows besides
    env_state: Any


class Rollout(PyTree):
    """What was seen: leading axes `[num_steps, num_envs]`."""

    obs: jax.Array  # (num_features,) float32
    last_action: jax.Array  # (num_outputs,) float32, the one before
    start: jax.Array  # () bool, an episode starts here
    mask: jax.Array | None  # (num_actions,) bool, the legal actions
    action: jax.Array  # as the distribution gave it
    log_prob: jax.Array  # () float32
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool
    final_obs: jax.Array  # (num_features,) float32, what the step led to
    episode: dict[str, jax.Array]  # return, length, done


class Batch(PyTree):
    """What is learned from: `[num_envs, num_steps]`, but the memory `[num_envs]`."""

    state: Any  # of the memory, before the first step
    obs: jax.Array  # (num_features,) float32
    last_action: jax.Array  # (num_outputs,) float32
    start: jax.Array  # () bool
    mask: jax.Array | None
    action: jax.Array
    log_prob: jax.Array  # of the policy that played
    value: jax.Array  # () float32, by the critic of that time
    advantage: jax.Array  # () float32
    target: jax.Array  # () float32, what the value should be


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    ppo = RecurrentPPO(config, env)
    return Trainer(
        init=ppo.init,
        update=ppo.update,
        evaluate=ppo.evaluate,
        policy=lambda carry: carry.weights,
        act=ppo.act,
        env=ppo.env,
        hp=config.hyper_params,
        num_updates=config.num_updates,
        steps_per_update=config.batch_size,
        memory=ppo.torso.first(ppo.head.num_outputs),
    )


class RecurrentPPO:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env) -> None:
        self.config, self.env = config, env
        self.venv = jaxenvs.vectorize(env, config.num_envs, final_obs=True)
        self.features = functools.partial(flatten_batch, env.observation_space())
        self.head = head_of(env.action_space())
        self.torso = RecurrentTorso(
            config.hidden, config.activation, config.memory, config.memory_width
        )
        self.actor, self.critic = Readout(self.head.num_outputs, 0.01), Readout(1, 1.0)
        self.drift = drift_of(config.drift)
        self.optimizer = optax.scale_by_adam(eps=1e-5)

    # -- the agent -----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """An agent that has learned nothing, and its environments at their first observations."""
        key, weight_key, env_key = jax.random.split(prng.fast_key(key), 3)
        obs, env_state = self.venv.reset(env_key)
        obs = self.features(obs)
        first = self.torso.first(self.head.num_outputs)
        past = jax.tree.map(lambda x: jnp.broadcast_to(x, (len(obs), *x.shape)), first)
        weights = self.init_weights(weight_key, past, obs)
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            drift=jax.tree.map(jnp.asarray, self.drift.weights),
            obs=obs,
            past=past,
            env_state=env_state,
        )

    def init_weights(self, key: jax.Array, past: Past, obs: jax.Array) -> dict[str, Any]:
        """One torso with a memory, and a readout each for policy and value."""
        torso_key, actor_key, critic_key = jax.random.split(key, 3)
        example = (past.state, obs[None], past.action[None], past.start[None])
        torso = self.torso.init(torso_key, *example)
        out = self.torso.apply(torso, *example)[0]
        weights: dict[str, Any] = {
            "torso": torso,
            "actor": self.actor.init(actor_key, out),
            "critic": self.critic.init(critic_key, out),
        }
        if isinstance(self.head, BoxHead):
            width = (self.head.num_outputs,)
            weights["log_std"] = jnp.full(width, self.config.log_std_init, jnp.float32)
        return weights

    def unroll(self, weights: dict[str, Any], state: Any, rows: Any) -> tuple[jax.Array, Any]:
        """The torso's outputs and states over rows with `obs`, `last_action` and `start`."""
        return self.torso.apply(weights["torso"], state, rows.obs, rows.last_action, rows.start)

    def distribution(
        self, weights: dict[str, Any], out: jax.Array, mask: jax.Array | None
    ) -> Categorical | DiagGaussian:
        """The policy, from the torso's outputs."""
        logits: Any = self.actor.apply(weights["actor"], out)
        return self.head.distribution(logits, weights.get("log_std"), mask)

    def value(self, weights: dict[str, Any], out: jax.Array) -> jax.Array:
        """The critic's value, from the torso's outputs."""
        value: Any = self.critic.apply(weights["critic"], out)
        return value[..., 0]

    def observe(self, weights: dict[str, Any], obs: jax.Array, past: Past) -> tuple[jax.Array, Any]:
        """Outputs and states, `[n, ...]`, for one observation of each environment."""
        example = (past.state, obs[None], past.action[None], past.start[None])
        return jax.tree.map(lambda leaf: leaf[0], self.torso.apply(weights["torso"], *example))

    def act(
        self, weights: dict[str, Any], obs: Any, mask: jax.Array | None, past: Past
    ) -> tuple[jax.Array, Past]:
        """The greedy action for one observation as the environment gives it, and what is known."""
        features = flatten(self.env.observation_space(), obs)[None]
        out, state = self.observe(weights, features, jax.tree.map(lambda x: x[None], past))
        action = self.distribution(weights, out[0], mask).mode()
        state = jax.tree.map(lambda x: x[0], state)
        seen = self.head.as_input(action)
        return self.head.to_env(action), Past(state=state, action=seen, start=jnp.bool_(False))

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        num, first = self.config.eval_episodes, self.torso.first(self.head.num_outputs)
        return summarize(*play_episodes(self.env, self.act, carry.weights, key, num, memory=first))

    # -- one update ----------------------------------------------------------------------------

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        state = carry.past.state
        carry, rollout = self.play(carry.replace(key=key), play_key)
        batch = self.prepare(carry, state, rollout)
        carry, metrics = self.learn(carry, batch, learn_key)
        metrics |= episode_metrics(rollout.episode)
        metrics["explained_variance"] = explained_variance(batch.value, batch.target)
        return carry.replace(update_id=carry.update_id + 1), metrics

    def play(self, carry: Carry, key: jax.Array) -> tuple[Carry, Rollout]:
        """Plays `num_steps` steps in all environments."""
        noise_key, env_key = jax.random.split(key)
        num_steps, num_envs = self.config.num_steps, self.config.num_envs
        noise = self.head.noise(noise_key, (num_steps, num_envs))
        env_keys = jax.random.split(env_key, num_steps)

        def step(situation: Any, chance: tuple[jax.Array, jax.Array]) -> tuple[Any, Rollout]:
            obs, past, env_state = situation
            mask = self.venv.action_mask(env_state)
            out, state = self.observe(carry.weights, obs, past)
            policy = self.distribution(carry.weights, out, mask)
            action = policy.pick(chance[0])
            t = self.venv.step(chance[1], env_state, self.head.to_env(action))
            done = t.terminated | t.truncated
            row = Rollout(
                obs=obs,
                last_action=past.action,
                start=past.start,
                mask=mask,
                action=action,
                log_prob=policy.log_prob(action),
                reward=t.reward,
                terminated=t.terminated,
                done=done,
                final_obs=self.features(t.info["final_obs"]),
                episode=t.info["episode"],
            )
            past = Past(state=state, action=self.head.as_input(action), start=done)
            return (self.features(t.obs), past, t.state), row

        situation = (carry.obs, carry.past, carry.env_state)
        (obs, past, env_state), rollout = jax.lax.scan(step, situation, (noise, env_keys))
        return carry.replace(obs=obs, past=past, env_state=env_state), rollout

    def prepare(self, carry: Carry, state: Any, rollout: Rollout) -> Batch:
        """Values, advantages and targets of a rollout that began with the memory `state`."""
        out, states = self.unroll(carry.weights, state, rollout)
        value = self.value(carry.weights, out)
        action = self.head.as_input(rollout.action)
        ahead = look_ahead(self.torso, carry.weights["torso"], states, rollout.final_obs, action)
        advantage = gae(
            rollout.reward,
            value,
            self.value(carry.weights, ahead),
            rollout.terminated if self.config.bootstrap_truncated else rollout.done,
            rollout.done,
            carry.hp.gamma,
            carry.hp.gae_lambda,
        )
        rows = {
            "value": value,
            "advantage": advantage,
            "target": advantage + value,
        }
        for name in ("obs", "last_action", "start", "mask", "action", "log_prob"):
            rows[name] = getattr(rollout, name)
        return Batch(state=state, **jax.tree.map(swap, rows))

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the environments in random minibatches."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, config.num_updates)
        (weights, opt_state), metrics = descend(
            lambda weights, minibatch: self.loss(weights, carry, minibatch),
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            minibatches(key, config.num_epochs, config.num_minibatches, config.num_envs),
            hp.lr * (1 - progress) if config.anneal_lr else hp.lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(
        self, weights: dict[str, Any], carry: Carry, batch: Batch
    ) -> tuple[jax.Array, Metrics]:
        """The surrogate loss of whole environments, through time."""
        rows = jax.tree.map(swap, batch.replace(state=None))
        out, _ = self.unroll(weights, batch.state, rows)
        progress = share_done(carry.update_id, self.config.num_updates)
        setting = Setting(carry.hp.clip, progress)
        return surrogate_loss(
            self.distribution(weights, out, rows.mask),
            self.value(weights, out),
            rows,
            carry.hp,
            lambda log_ratio, advantage: self.drift(carry.drift, log_ratio, advantage, setting),
            self.config.clip_value,
        )


def main() -> None:
    """Trains one agent on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    env = sys.argv[1] if len(sys.argv) > 1 else Config().env
    run.train("ppo_rnn", run.preset("ppo_rnn", env))


if __name__ == "__main__":
    main()
