"""Independent PPO: every agent of a game learns by PPO, as if the others were part of the game.

Source: de Witt et al., "Is independent learning all you need in the StarCraft multi-agent
challenge?" (2020); Rutherford et al., "JaxMARL" (NeurIPS 2024), for the settings. The agents share
one pair of networks or have one each; networks have a memory if asked for.
Differs from the common ports in: an episode that a time limit cuts is bootstrapped from its final
observation; what an agent does after it has left counts for nothing; agents with networks of their
own also have their own gradient steps and their own normalisation of advantages.
"""

import dataclasses
import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks, memory
from jaxenvs.baselines.parts.actor_critic import ActorCritic, Seen, Steps
from jaxenvs.baselines.parts.config import RunConfig
from jaxenvs.baselines.parts.drifts import Setting, drift_of
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.learning import descend, minibatches, share_done
from jaxenvs.baselines.parts.memory import Past, Reactive, RecurrentTorso, swap
from jaxenvs.baselines.parts.metrics import explained_variance
from jaxenvs.baselines.parts.moments import Moments, scaled_reward
from jaxenvs.baselines.parts.networks import ACTIVATIONS, torso_of
from jaxenvs.baselines.parts.returns import gae
from jaxenvs.baselines.parts.seats import Agents, still_there, team_metrics
from jaxenvs.baselines.parts.shaping import require_shaped_reward, shaping_weight
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.baselines.ppo import HyperParams, surrogate_loss
from jaxenvs.core import Env
from jaxenvs.struct import PyTree


@dataclasses.dataclass(frozen=True)
class Config(RunConfig):
    """A run of IPPO. What a sweep may vary is marked so; the rest is fixed when compiling."""

    traced = HyperParams

    env: str = "MPE-SimpleSpread-v3"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 2_000_000  # environment steps, of all agents at once
    num_envs: int = 64  # environments that are played at once
    num_steps: int = 25  # steps in each of them between two updates
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 4  # gradient steps per pass; with a memory each takes whole environments
    share: bool = True  # one pair of networks for all agents, or one for each
    show_id: bool = True  # show the networks which agent they play
    memory: str = "none"  # none, gru or s5
    memory_width: int = 64  # numbers that the memory holds
    hidden: tuple[int, ...] = (64, 64)  # widths of the layers, before the memory if there is one
    filters: int = 0  # of a convolution before them, for observations that are images; 0: none
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
    shaping: float = 0.0  # weight, at the start, of the shaped reward that the env tells of
    shaping_share: float = 0.5  # share of the run over which that weight falls to 0
    normalize_reward: bool = False  # by the running deviation of the discounted return
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: int = 128  # greedy episodes that judge the agents

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        counts = ("num_envs", "num_steps", "num_epochs", "num_minibatches", "eval_episodes")
        checks.at_least_one(self, (*counts, "memory_width"))
        checks.one_of(self, "activation", ACTIVATIONS)
        checks.one_of(self, "memory", ("none", *memory.KINDS))
        if self.memory == "none":
            checks.divides(self, "num_minibatches", self.batch_size, "num_envs * num_steps")
        else:
            checks.divides(self, "num_minibatches", self.num_envs, "num_envs")
        checks.one_update(self)
        if self.filters and (self.memory != "none" or self.show_id):
            raise ValueError("filters: expected memory none and no show_id, images alone")
        if not 0 < self.shaping_share <= 1:
            raise ValueError(f"shaping_share: expected 0 to 1, got {self.shaping_share}")


CLASSIC_KITCHENS = (
    "Overcooked-CrampedRoom-v0",
    "Overcooked-AsymmetricAdvantages-v0",
    "Overcooked-CoordinationRing-v0",
    "Overcooked-ForcedCoordination-v0",
    "Overcooked-CounterCircuitO1Order-v0",
)
"""The five kitchens of Carroll et al. (2019)."""


LONG_WAYS = ("Overcooked-ForcedCoordination-v0", "Overcooked-CounterCircuitO1Order-v0")
"""Those of them in which a first soup takes long to find."""


def _kitchen(env: str) -> Config:
    """With the dynamics of the paper, and its shaped reward for half of the run."""
    return Config(
        env,
        env_kwargs={"dynamics": "old"},
        total_steps=3_000_000 if env in LONG_WAYS else 1_000_000,
        num_envs=32,
        num_steps=128,
        show_id=False,
        shaping=1.0,
    )


def _hanabi(env: str) -> Config:
    """A wider network, and many games at once."""
    return Config(
        env,
        total_steps=1_000_000,
        num_envs=128,
        num_steps=32,
        show_id=False,
        hidden=(128, 128),
        activation="relu",
        lr=5e-4,
        gamma=0.999,
    )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        Config(),
        Config("MPE-SimpleReference-v3", total_steps=1_000_000),
        Config("MPE-SimpleTag-v3", total_steps=1_000_000, normalize_reward=True),
        *map(_kitchen, CLASSIC_KITCHENS),
        _hanabi("Hanabi-VerySmall-2p-v0"),
        _hanabi("Hanabi-Small-2p-v0"),
        dataclasses.replace(
            _hanabi("Hanabi-Full-2p-v0"),
            total_steps=10_000_000_000,
            num_envs=1024,
            num_steps=128,
            hidden=(512, 512),
        ),
        Config("Social-CoinGame-v1", total_steps=1_000_000, num_envs=32, num_steps=50, share=False),
        Config("Social-MatrixGame-v1", total_steps=200_000, num_envs=16, num_steps=50, share=False),
        # The last day is a rule of the game: were it bootstrapped, waiting would cost nothing.
        Config(
            "Social-SwitchRiddle-v1",
            total_steps=400_000,
            num_steps=12,
            num_epochs=2,
            memory="gru",
            memory_width=32,
            hidden=(32,),
            lr=5e-3,
            gamma=1.0,
            bootstrap_truncated=False,
            eval_episodes=2048,
        ),
    ]
}
"""Settings tuned for an environment; docs/baselines/ippo.md says what they reach."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]  # [num_agents] where nothing is shared
    opt_state: Any
    drift: Any  # weights of a learned drift; None: it has none
    seen: Seen  # [num_envs, num_agents, num_features] float32, what the environments show
    past: Past  # [num_envs, num_agents], what the actors know besides
    critic_state: Any  # [num_envs, num_agents], of the critics' memory
    present: jax.Array  # [num_envs, num_agents] bool, who has not left
    env_state: Any
    returns: jax.Array  # [num_envs, num_agents] float32, discounted, of the running episodes
    return_moments: Moments | None  # None: not normalised


class Rollout(PyTree):
    """What was seen: leading axes `[num_steps, num_envs]`, and `[num_agents]` unless said so."""

    seen: Seen  # (num_features,) float32
    last_action: jax.Array  # (num_outputs,) float32, the one before
    start: jax.Array  # () bool, an episode starts here
    present: jax.Array  # () bool, the agent has not left
    mask: jax.Array | None  # (num_actions,) bool, the legal actions
    action: jax.Array  # as the distribution gave it
    log_prob: jax.Array  # () float32
    reward: jax.Array  # () float32
    terminated: jax.Array  # () bool
    done: jax.Array  # () bool, the episode is over
    final: Seen  # (num_features,) float32, what the step led to
    episode: dict[str, jax.Array]  # return; of the environments: length, done


class Rows(PyTree):
    """What is learned from: `[rows, steps, num_agents]`."""

    seen: Seen
    last_action: jax.Array  # (num_outputs,) float32
    start: jax.Array  # () bool
    present: jax.Array  # () bool
    mask: jax.Array | None
    action: jax.Array
    log_prob: jax.Array  # of the policy that played
    value: jax.Array  # () float32, by the critic of that time
    advantage: jax.Array  # () float32
    target: jax.Array  # () float32, what the value should be


class Batch(PyTree):
    """What is learned from, and the memories before it."""

    states: dict[str, Any]  # of actor and critic, [rows, num_agents]
    rows: Rows


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return IPPO.on(config, env).trainer()


class IPPO:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env) -> None:
        self.config, self.env = config, env
        self.agents = Agents(env, config.show_id)
        self.head = self.agents.head
        self.venv = jaxenvs.vectorize(self.shown(env), config.num_envs, final_obs=True)
        if config.shaping:
            require_shaped_reward(env)
        torsos = {"actor": self.torso(config.filters), "critic": self.critic_torso()}
        self.nets = ActorCritic(self.agents, torsos, config.share, config.log_std_init)
        self.drift = drift_of(config.drift)
        self.optimizer = optax.scale_by_adam(eps=1e-5)

    @classmethod
    def on(cls, config: Config, env: Env | None) -> "IPPO":
        """The algorithm of a checked config on `env`, or on the one that it names."""
        config.check()
        env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
        return cls(config, env)

    def trainer(self) -> Trainer:
        """The algorithm's functions as runs want them."""
        return Trainer(
            init=self.init,
            update=self.update,
            evaluate=self.evaluate,
            policy=lambda carry: carry.weights["actor"],
            act=self.nets.act,
            env=self.env,
            hp=self.config.hyper_params,
            num_updates=self.config.num_updates,
            steps_per_update=self.config.batch_size,
            memory=self.nets.first("actor"),
        )

    # -- what the networks see; MAPPO's critic sees more -----------------------------------------

    def shown(self, env: Env) -> Env:
        """The environment with the observations that `look` takes."""
        return env

    def look(self, obs: Any) -> Seen:
        """What actor and critic see of the environments' observations `[n, num_agents, ...]`."""
        return {"actor": self.agents.features(obs)}

    def critic_torso(self) -> RecurrentTorso | Reactive:
        """The critic's network up to its last layer."""
        return self.torso(self.config.filters)

    # -- the networks --------------------------------------------------------------------------

    def torso(self, filters: int) -> RecurrentTorso | Reactive:
        """A network up to its last layer, with a memory or without."""
        config = self.config
        if config.memory != "none":
            return RecurrentTorso(
                config.hidden, config.activation, config.memory, config.memory_width
            )
        return Reactive(torso_of(self.agents.seen, filters, config.hidden, config.activation))

    def evaluate(self, carry: Carry, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        weights, num = carry.weights["actor"], self.config.eval_episodes
        first = self.nets.first("actor")
        scores = play_episodes(self.env, self.nets.act, weights, key, num, memory=first)
        return summarize(*scores, self.agents.names)

    # -- one update ----------------------------------------------------------------------------

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """Agents that have learned nothing, and environments at their first observations."""
        config = self.config
        key, weight_key, env_key = jax.random.split(prng.fast_key(key), 3)
        obs, env_state = self.venv.reset(env_key)
        seen = self.look(obs)
        weights = self.nets.init(weight_key, {name: x[0] for name, x in seen.items()})
        past, critic_past = (
            jax.tree.map(
                lambda x: jnp.broadcast_to(x, (config.num_envs, *x.shape)), self.nets.first(n)
            )
            for n in ("actor", "critic")
        )
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.nets.each(self.optimizer.init, ())(weights),
            drift=jax.tree.map(jnp.asarray, self.drift.weights),
            seen=seen,
            past=past,
            critic_state=critic_past.state,
            present=jnp.ones(past.start.shape, jnp.bool_),
            env_state=env_state,
            returns=jnp.zeros(past.start.shape, jnp.float32),
            return_moments=Moments.zero() if config.normalize_reward else None,
        )

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        states = {"actor": carry.past.state, "critic": carry.critic_state}
        carry, rollout = self.play(carry.replace(key=key), play_key)
        carry, reward = self.scale_reward(carry, rollout)
        carry, rows = self.prepare(carry, rollout, reward)
        carry, metrics = self.learn(carry, self.batch(states, rows), learn_key)
        metrics |= team_metrics(rollout.episode, self.agents.names)
        metrics["explained_variance"] = explained_variance(rows.value, rows.target, rows.present)
        return carry.replace(update_id=carry.update_id + 1), metrics

    def play(self, carry: Carry, key: jax.Array) -> tuple[Carry, Rollout]:
        """Plays `num_steps` steps in all environments."""
        config, agents = self.config, self.agents
        noise_key, env_key = jax.random.split(key)
        shape = (config.num_steps, config.num_envs, agents.num)
        noise = self.head.noise(noise_key, shape)
        env_keys = jax.random.split(env_key, config.num_steps)
        progress = share_done(carry.update_id, config.num_updates)
        shaping = shaping_weight(config.shaping, config.shaping_share, progress)

        def step(situation: Any, chance: tuple[jax.Array, jax.Array]) -> tuple[Any, Rollout]:
            seen, past, present, env_state = situation
            mask = agents.legal(self.venv.action_mask(env_state), config.num_envs)
            policy, state = self.nets.decide(carry.weights["actor"], seen, past, mask)
            action = policy.pick(chance[0])
            t = self.venv.step(chance[1], env_state, agents.to_env(action))
            done = jnp.broadcast_to(t.info["episode"]["done"][:, None], present.shape)
            shaped = t.info["shaped_reward"] if config.shaping else 0.0
            row = Rollout(
                seen=seen,
                last_action=past.action,
                start=past.start,
                present=present,
                mask=mask,
                action=action,
                log_prob=policy.log_prob(action),
                reward=t.reward + shaping * shaped,
                terminated=t.terminated,
                done=done,
                final=self.look(t.info["final_obs"]),
                episode=t.info["episode"],
            )
            past = Past(state=state, action=agents.as_input(action), start=done)
            present = still_there(present, t.terminated, t.info["episode"]["done"])
            return (self.look(t.obs), past, present, t.state), row

        situation = (carry.seen, carry.past, carry.present, carry.env_state)
        situation, rollout = jax.lax.scan(step, situation, (noise, env_keys))
        seen, past, present, env_state = situation
        return carry.replace(seen=seen, past=past, present=present, env_state=env_state), rollout

    def scale_reward(self, carry: Carry, rollout: Rollout) -> tuple[Carry, jax.Array]:
        """The rewards to learn from: as they are, or in deviations of the discounted return."""
        if carry.return_moments is None:
            return carry, rollout.reward
        moments, returns, reward = scaled_reward(
            carry.return_moments, carry.returns, rollout.reward, rollout.done, carry.hp.gamma
        )
        return carry.replace(returns=returns, return_moments=moments), reward

    def prepare(self, carry: Carry, rollout: Rollout, reward: jax.Array) -> tuple[Carry, Rows]:
        """Values, advantages and targets of a rollout; the critics' memories move on."""
        value, next_value, state = self.nets.judge(
            carry.weights["critic"],
            carry.critic_state,
            Steps(seen=rollout.seen, last_action=rollout.last_action, start=rollout.start),
            rollout.final,
            self.agents.as_input(rollout.action),
        )
        over = rollout.terminated | rollout.done
        advantage = gae(
            reward,
            value,
            next_value,
            rollout.terminated if self.config.bootstrap_truncated else over,
            over,
            carry.hp.gamma,
            carry.hp.gae_lambda,
        )
        names = ("seen", "last_action", "start", "present", "mask", "action", "log_prob")
        rows = Rows(
            value=value,
            advantage=advantage,
            target=advantage + value,
            **{name: getattr(rollout, name) for name in names},
        )
        return carry.replace(critic_state=state), rows

    def batch(self, states: dict[str, Any], rows: Rows) -> Batch:
        """Rows of whole environments where there is a memory, of single steps where there is none.

        `states` are the memories at the start of the rollout.
        """
        rows = jax.tree.map(swap, rows)
        if self.config.memory == "none":
            rows = jax.tree.map(lambda x: x.reshape(-1, 1, *x.shape[2:]), rows)
        return Batch(states=states, rows=rows)

    def learn(self, carry: Carry, batch: Batch, key: jax.Array) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the batch in random minibatches."""
        config, hp = self.config, carry.hp
        progress = share_done(carry.update_id, config.num_updates)
        size = config.batch_size if config.memory == "none" else config.num_envs
        ids = minibatches(key, config.num_epochs, config.num_minibatches, size)
        lr = hp.lr * (1 - progress) if config.anneal_lr else hp.lr

        def learn(learner: Any, batch: Batch) -> tuple[Any, Metrics]:
            return descend(
                lambda weights, minibatch: self.loss(weights, carry, minibatch),
                self.optimizer,
                learner,
                batch,
                ids,
                lr,
                hp.max_grad_norm,
            )

        by_agent = (Batch(states=1, rows=2),)  # type: ignore[arg-type]
        learner = (carry.weights, carry.opt_state)
        (weights, opt_state), metrics = self.nets.each(learn, by_agent)(learner, batch)
        metrics = {name: jnp.mean(values) for name, values in metrics.items()}
        return carry.replace(weights=weights, opt_state=opt_state), metrics

    def loss(self, weights: Any, carry: Carry, batch: Batch) -> tuple[jax.Array, Metrics]:
        """The surrogate loss of a minibatch, through time, for one set of weights."""
        rows = jax.tree.map(swap, batch.rows)
        outputs, _ = self.nets.unroll("actor", weights["actor"], batch.states["actor"], rows)
        value, _ = self.nets.unroll("critic", weights["critic"], batch.states["critic"], rows)
        progress = share_done(carry.update_id, self.config.num_updates)
        setting = Setting(carry.hp.clip, progress)
        return surrogate_loss(
            self.nets.distribution(weights["actor"], outputs, rows.mask),
            value[..., 0],
            rows,
            carry.hp,
            lambda log_ratio, advantage: self.drift(carry.drift, log_ratio, advantage, setting),
            self.config.clip_value,
            rows.present,
        )


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("ippo", run.preset("ippo", sys.argv[1] if len(sys.argv) > 1 else Config().env))


if __name__ == "__main__":
    main()
