"""Teams whose agents share one network of action values: how they play, and what they learn.

What the value-based algorithms for several agents have in common. Every agent chooses by its own
observations alone; in learning, `joint` says how the agents' values make those that have targets.

Arrays lead with time and environments, `[T, n, ...]`, or, as sequences to learn from, with the two
exchanged, `[n, T, ...]`; then come the agents, `(num_agents, ...)`.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

import jaxenvs
from jaxenvs import spaces
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
from jaxenvs.baselines.parts.heads import DiscreteHead
from jaxenvs.baselines.parts.learning import share_done
from jaxenvs.baselines.parts.memory import Past, RecurrentTorso, look_ahead, swap
from jaxenvs.baselines.parts.mixing import Join, joined, pooled_end, pooled_reward
from jaxenvs.baselines.parts.networks import ACTIVATIONS, Readout
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.seats import Agents, WithGlobalState, still_there
from jaxenvs.baselines.parts.shaping import require_shaped_reward, shaping_weight
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.struct import PyTree


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
class TeamConfig(RunConfig):
    """What all these algorithms can be told. What a sweep may vary is marked so."""

    traced: ClassVar = HyperParams

    env: str = "MPE-SimpleSpread-v3"  # id of the environment
    env_kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)  # options of the env
    total_steps: int = 1_000_000  # environment steps per team
    num_envs: int = 16  # environments that each team plays at once
    num_steps: int = 25  # steps in each of them between two updates
    show_id: bool = True  # tell the agents, who share a network, which of them they are
    memory: str = "gru"  # gru, s5 or none
    memory_width: int = 64  # numbers that an agent's memory holds
    hidden: tuple[int, ...] = (64,)  # widths of the dense layers before the memory
    activation: str = "relu"  # between the layers: tanh, relu, silu or gelu
    layer_norm: bool = False  # normalise every dense layer
    lr: float = 1e-3  # learning rate (sweep)
    anneal_lr: bool = True  # let the learning rate fall to 0 in a straight line
    gamma: float = 0.99  # discount per step (sweep)
    trace_lambda: float = 0.0  # decay of the target's trace; 0: one step (sweep)
    epsilon_start: float = 1.0  # share of random actions at the start (sweep)
    epsilon_end: float = 0.05  # and from `epsilon_share` of the run on (sweep)
    epsilon_share: float = 0.2  # of the run, over which epsilon falls (sweep)
    reward_scale: float = 1.0  # factor on rewards, in learning only (sweep)
    shaping: float = 0.0  # weight, at the start, of the shaped reward that the env tells of
    shaping_share: float = 0.5  # share of the run over which that weight falls to 0
    max_grad_norm: float = 10.0  # longest gradient, over all weights (sweep)
    bootstrap_truncated: bool = True  # False: take a time limit for the end of the game
    eval_episodes: int = 128  # greedy episodes that judge a team

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        checks.at_least_one(self, ("num_envs", "num_steps", "memory_width", "eval_episodes"))
        checks.one_update(self)
        checks.one_of(self, "activation", ACTIVATIONS)
        checks.one_of(self, "memory", (*memory.KINDS, memory.NONE))
        if not 0 < self.shaping_share <= 1:
            raise ValueError(f"shaping_share: expected 0 to 1, got {self.shaping_share}")


class Seen(PyTree):
    """What a state shows."""

    obs: jax.Array  # (num_agents, num_features) float32
    mask: jax.Array | None  # (num_agents, num_actions) bool, the legal actions
    world: jax.Array | None  # (num_world,) float32, the global state; None where nobody needs it


class Schedule(PyTree):
    """Numbers that change in the course of a run; float32 scalars."""

    epsilon: jax.Array  # share of random actions
    shaping: jax.Array  # weight of the shaped reward
    lr: jax.Array  # learning rate


RANDOM_PLAY = Schedule(epsilon=np.float32(1), shaping=np.float32(0), lr=np.float32(0))  # type: ignore[arg-type]


class Situation(PyTree):
    """Where play goes on: `[num_envs]`."""

    seen: Seen
    past: Past  # (num_agents,), what each agent knows besides
    present: jax.Array  # (num_agents,) bool, who has not left
    env_state: Any


class Steps(PyTree):
    """What was seen and done."""

    seen: Seen
    past: Past  # (num_agents,), before this step; of sequences, the state is that at their start
    present: jax.Array  # (num_agents,) bool, who has not left before this step
    action: jax.Array  # (num_agents,) int32, from 0
    reward: jax.Array  # (num_agents,) float32, to learn from: with what the shaped one adds
    terminated: jax.Array  # (num_agents,) bool
    done: jax.Array  # () bool, the episode is over
    led: Seen  # what the step led to, before any reset
    episode: dict[str, jax.Array] | None  # return, length, done; of sequences, None


class Sight(WithGlobalState):
    """Shows the legal actions too, so that they are known in an episode's last state."""

    def observe(self, state: Any, params: Any) -> dict[str, Any]:
        """Those of `WithGlobalState`, and `mask` where the game has masks."""
        mask = self.env.action_mask(state, params)
        return super().observe(state, params) | ({} if mask is None else {"mask": mask})

    def observation_space(self, params: Any = None) -> spaces.Dict:
        """A box each, and bits for the mask."""
        params = self.env.canonical_params(params)
        start = jax.eval_shape(self.env.initial, jax.random.key(0), params)
        mask = jax.eval_shape(self.env.action_mask, start, params)
        shown = {} if mask is None else {"mask": spaces.MultiBinary(mask.shape)}
        return spaces.Dict(super().observation_space(params).spaces | shown)


class ValueTeam:
    """The team on one environment: pure methods over what is fixed when compiling.

    Its weights are a dict: `torso` and `readout`, which all agents share, and those of the `join`.
    """

    def __init__(self, config: TeamConfig, env: Env, join: Join) -> None:
        """Raises `TypeError` for a game of one agent, or whose actions have no value each.

        Raises `ValueError` where the shaped reward is asked for of a game that has none.
        """
        if config.shaping:
            require_shaped_reward(env)
        self.config, self.env, self.join = config, env, join
        self.agents = Agents(env, config.show_id)
        if not isinstance(self.agents.head, DiscreteHead):
            raise TypeError(f"action space: expected Discrete for each agent, got {env}")
        self.num_actions = self.agents.head.num_outputs
        self.venv = jaxenvs.vectorize(Sight(env=env), config.num_envs, final_obs=True)
        self.torso = RecurrentTorso(
            config.hidden, config.activation, config.memory, config.memory_width, config.layer_norm
        )
        self.readout = Readout(self.num_actions, 1.0)

    def trainer(self, init: Callable[..., Any], update: Callable[..., Any]) -> Trainer:
        """The trainer of an algorithm whose carry has this team's `weights`."""
        return Trainer(
            init=init,
            update=update,
            evaluate=lambda carry, key: self.evaluate(carry.weights, key),
            policy=lambda carry: carry.weights,
            act=self.act,
            env=self.env,
            hp=self.config.hyper_params,
            num_updates=self.config.num_updates,
            steps_per_update=self.config.batch_size,
            memory=self.first(),
        )

    # -- playing -------------------------------------------------------------------------------

    def start(self, key: jax.Array) -> Situation:
        """All environments at their first observations; the key is consumed."""
        shown, env_state = self.venv.reset(key)
        num_envs, first = self.config.num_envs, self.first()
        return Situation(
            seen=self.see(shown),
            past=jax.tree.map(lambda x: jnp.broadcast_to(x, (num_envs, *x.shape)), first),
            present=jnp.ones((num_envs, self.agents.num), jnp.bool_),
            env_state=env_state,
        )

    def first(self) -> Past:
        """What the agents of one environment remember at an episode's start, `[num_agents]`."""
        own = self.torso.first(self.num_actions)
        return jax.tree.map(lambda x: jnp.broadcast_to(x, (self.agents.num, *x.shape)), own)

    def see(self, shown: dict[str, Any]) -> Seen:
        """What the environments show, as networks take it."""
        return Seen(
            obs=self.agents.features(shown["obs"]),
            mask=shown.get("mask"),
            world=shown["world"] if self.join.uses_world else None,
        )

    def init_weights(self, key: jax.Array, situation: Situation) -> dict[str, Any]:
        """Weights that know nothing; the key is consumed."""
        torso_key, readout_key, join_key = jax.random.split(key, 3)
        past, obs = situation.past, situation.seen.obs
        example = (_fold(past.state), _fold(obs)[None], _fold(past.action)[None])
        torso = self.torso.init(torso_key, *example, _fold(past.start)[None])
        out: Any = self.torso.apply(torso, *example, _fold(past.start)[None])
        world = situation.seen.world
        return {
            "torso": torso,
            "readout": self.readout.init(readout_key, out[0]),
            "join": self.join.init(
                join_key, self.agents.num, 0 if world is None else world.shape[-1]
            ),
        }

    def play(
        self,
        weights: Any,
        situation: Situation,
        schedule: Schedule,
        key: jax.Array,
        num_steps: int,
    ) -> tuple[Situation, Steps]:
        """Plays `num_steps` steps in all environments, epsilon-greedily; the key is consumed."""
        noise_key, env_key = jax.random.split(key)
        shape = (num_steps, self.config.num_envs, self.agents.num, self.num_actions)
        chances = (exploration_noise(noise_key, shape), jax.random.split(env_key, num_steps))

        def step(before: Situation, chance: tuple[Any, jax.Array]) -> tuple[Situation, Steps]:
            values, state = self.look(weights, before.seen.obs, before.past)
            action = epsilon_greedy(values, before.seen.mask, schedule.epsilon, chance[0])
            t = self.venv.step(chance[1], before.env_state, self.agents.to_env(action))
            done = t.info["episode"]["done"]
            shaped = t.info["shaped_reward"] if self.config.shaping else 0.0
            row = Steps(
                seen=before.seen,
                past=before.past,
                present=before.present,
                action=action,
                reward=t.reward + schedule.shaping * shaped,
                terminated=t.terminated,
                done=done,
                led=self.see(t.info["final_obs"]),
                episode=t.info["episode"],
            )
            over = jnp.broadcast_to(done[:, None], before.present.shape)
            return Situation(
                seen=self.see(t.obs),
                past=Past(state=state, action=self.agents.as_input(action), start=over),
                present=still_there(before.present, t.terminated, done),
                env_state=t.state,
            ), row

        return jax.lax.scan(step, situation, chances)

    def look(self, weights: Any, obs: jax.Array, past: Past) -> tuple[jax.Array, Any]:
        """Values `[n, num_agents, num_actions]` and the memory's states for one observation."""
        rows = jax.tree.map(lambda x: x[None], (obs, past.action, past.start))
        values, states = self.unroll(weights, past.state, *rows)
        return values[0], jax.tree.map(lambda x: x[0].reshape(*obs.shape[:2], *x.shape[2:]), states)

    def unroll(
        self, weights: Any, state: Any, obs: jax.Array, action: jax.Array, start: jax.Array
    ) -> tuple[jax.Array, Any]:
        """Values `[T, n, num_agents, num_actions]` over sequences, time first.

        `state` is the memory's before them, `[n, num_agents, ...]`; `action` what each agent did
        before every step, as networks see it. Beside the values, the memory's states after every
        step, `[T, n * num_agents, ...]`.
        """
        folded = [jax.vmap(_fold)(x) for x in (obs, action, start)]
        out: Any = self.torso.apply(weights["torso"], jax.tree.map(_fold, state), *folded)
        return self.values(weights, out[0], obs.shape[:3]), out[1]

    def values(self, weights: Any, out: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """The values of all actions, `(*shape, num_actions)`, from the torso's outputs."""
        values: Any = self.readout.apply(weights["readout"], out)
        return values.reshape(*shape, self.num_actions)

    def act(
        self, weights: Any, obs: Any, mask: jax.Array | None, past: Past
    ) -> tuple[jax.Array, Past]:
        """All agents' greedy actions for one observation of the game, and what they then know."""
        features = self.agents.features(jax.tree.map(lambda x: x[None], obs))
        values, state = self.look(weights, features, jax.tree.map(lambda x: x[None], past))
        action = best_action(values[0], mask)
        past = Past(
            state=jax.tree.map(lambda x: x[0], state),
            action=self.agents.as_input(action),
            start=jnp.zeros(self.agents.num, jnp.bool_),
        )
        return self.agents.to_env(action), past

    def evaluate(self, weights: Any, key: jax.Array) -> Metrics:
        """Whole episodes in which all are greedy; the key is consumed."""
        num, first = self.config.eval_episodes, self.first()
        returns, lengths = play_episodes(self.env, self.act, weights, key, num, memory=first)
        return summarize(returns, lengths, self.agents.names)

    def schedule(self, hp: HyperParams, update_id: jax.Array) -> Schedule:
        """What changes with the share of the run that is done."""
        progress = share_done(update_id, self.config.num_updates)
        return Schedule(
            epsilon=linear_epsilon(hp.epsilon_start, hp.epsilon_end, hp.epsilon_share, progress),
            shaping=shaping_weight(self.config.shaping, self.config.shaping_share, progress),
            lr=hp.lr * (1 - progress) if self.config.anneal_lr else hp.lr,
        )

    # -- learning ------------------------------------------------------------------------------

    def loss(
        self,
        weights: Any,
        slow_weights: Any,
        hp: HyperParams,
        batch: Steps,
        skip: int,
        double_q: bool = False,
    ) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of the joined values in `sequences`.

        Args:
          weights: those that learn.
          slow_weights: those that say what comes after a step is worth; None: `weights` too.
          hp: the traced numbers.
          batch: `sequences` to learn from.
          skip: so many steps at their start only warm up the memory.
          double_q: let `weights` choose the actions whose values `slow_weights` give.
        """
        rows = jax.tree.map(swap, batch.replace(past=batch.past.replace(state=None)))
        rows = rows.replace(past=rows.past.replace(state=batch.past.state))
        value, target = self.values_and_targets(weights, slow_weights, hp, rows, double_q)
        counts = jnp.any(rows.present, axis=-1, keepdims=True) if self.join.team else rows.present
        value, target, counts = (x[skip:] for x in (value, target, counts))
        num = jnp.sum(counts.astype(jnp.float32))
        loss = 0.5 * jnp.sum(jnp.where(counts, value - target, 0.0) ** 2) / num
        mean = jnp.sum(jnp.where(counts, value, 0.0)) / num
        return loss, {"value_loss": loss, "value": mean}

    def values_and_targets(
        self, weights: Any, slow_weights: Any, hp: HyperParams, rows: Steps, double_q: bool
    ) -> tuple[jax.Array, jax.Array]:
        """Joined values of what was done, and what they should be, `[T, n, m]` both."""
        past = rows.past
        seen = (past.state, rows.seen.obs, past.action, past.start)
        values, states = self.unroll(weights, *seen)
        value = joined(
            self.join,
            weights["join"],
            chosen(values, rows.action),
            rows.present,
            rows.seen.world,
        )
        if slow_weights is None:
            slow_weights, slow_states = weights, states
        else:
            _, slow_states = self.unroll(slow_weights, *seen)
        after = self.ahead(slow_weights, slow_states, rows)
        if double_q:
            choice = best_action(self.ahead(weights, states, rows), rows.led.mask)
            next_value = chosen(after, choice)
        else:
            next_value = best_value(after, rows.led.mask)
        target = self.targets(hp, rows, next_value, slow_weights)
        return value, jax.lax.stop_gradient(target)

    def ahead(self, weights: Any, states: Any, rows: Steps) -> jax.Array:
        """Agents' values `[T, n, num_agents, num_actions]` of what each step led to."""
        done_there = jax.vmap(_fold)(self.agents.as_input(rows.action))
        seen_there = jax.vmap(_fold)(rows.led.obs)
        out = look_ahead(self.torso, weights["torso"], states, seen_there, done_there)
        return self.values(weights, out, rows.action.shape)

    def targets(
        self, hp: HyperParams, rows: Steps, next_value: jax.Array, weights: Any
    ) -> jax.Array:
        """Q(lambda) targets, `[T, n, m]`, from agents' values `[T, n, num_agents]` after a step.

        Those who have left or leave now are worth nothing any more.
        """
        remain = rows.present & ~rows.terminated
        done = rows.done[..., None]
        over = ~remain if self.config.bootstrap_truncated else ~remain | done
        return lambda_returns(
            pooled_reward(self.join, rows.reward) * hp.reward_scale,
            joined(self.join, weights["join"], next_value, remain, rows.led.world),
            pooled_end(self.join, over),
            done,
            hp.gamma,
            hp.trace_lambda,
        )


def sequences(steps: Steps) -> Steps:
    """Steps `[T, n]` as `[n, T]`: of the memory's states only those at the start are kept."""
    first = jax.tree.map(lambda leaf: leaf[0], steps.past.state)
    rows = steps.replace(past=steps.past.replace(state=None), episode=None)
    rows = jax.tree.map(swap, rows)
    return rows.replace(past=rows.past.replace(state=first))


def _fold(leaf: jax.Array) -> jax.Array:
    """`[n, num_agents, ...]` as `[n * num_agents, ...]`."""
    return leaf.reshape(-1, *leaf.shape[2:])
