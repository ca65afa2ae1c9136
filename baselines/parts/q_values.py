"""Action values: the network, Q(lambda) targets, the loss, and epsilon-greedy play.

What the value-based algorithms share, for one agent or a team, with a memory or without. Arrays
lead with time and environments, `[T, n, *seats, ...]`, where `seats` is `()` for one agent and
`(num_agents,)` for a team. The agents of a team share one network; each chooses by its own
observations alone, and in learning `mixing` makes of their values those that have targets.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import rollout
from jaxenvs.baselines.parts.config import HyperParams
from jaxenvs.baselines.parts.evaluate import play_episodes, summarize
from jaxenvs.baselines.parts.exploration import (
    best_action,
    best_value,
    chosen,
    epsilon_greedy,
    exploration_noise,
)
from jaxenvs.baselines.parts.heads import DiscreteHead
from jaxenvs.baselines.parts.memory import (
    Feedforward,
    Past,
    Recurrent,
    Torso,
    look_ahead,
    one_step,
)
from jaxenvs.baselines.parts.metrics import explained_variance, mean_over
from jaxenvs.baselines.parts.mixing import (
    Mixing,
    Own,
    TeamOptions,
    mixed,
    mixing_of,
    pooled_end,
    pooled_presence,
    pooled_reward,
)
from jaxenvs.baselines.parts.networks import Readout, torso_of
from jaxenvs.baselines.parts.returns import lambda_returns
from jaxenvs.baselines.parts.rollout import Situation, Steps
from jaxenvs.baselines.parts.seats import One, Seats, Seen, Team
from jaxenvs.baselines.parts.shaping import require_shaped_reward
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env


class QNetwork:
    """A value for every action: a torso and a readout that all seats share, and a mixing.

    Its weights are a dict with one entry for each of the three.
    """

    def __init__(
        self, seats: Seats, torso: Torso, mixing: Mixing, bootstrap_truncated: bool = True
    ) -> None:
        """Without `bootstrap_truncated` a time limit is taken for the end of the game.

        Raises `TypeError` where the actions have no value each.
        """
        if not isinstance(seats.head, DiscreteHead):
            raise TypeError(f"action space: expected Discrete, got {seats.head.space}")
        self.seats, self.torso, self.mixing = seats, torso, mixing
        self.num_actions, self.bootstrap_truncated = seats.head.num_outputs, bootstrap_truncated
        self.readout = Readout(self.num_actions, 1.0)

    def first(self) -> Past | None:
        """What the players of one environment know before an episode, `[*seats]`; None: nothing."""
        return rollout.first_past(self.torso, self.seats)

    def start_keys(self, key: jax.Array) -> tuple[jax.Array, Any, jax.Array, jax.Array]:
        """Keys for the carry, the three parts of the weights, the environments and their play."""
        key, *keys = jax.random.split(prng.fast_key(key), 5)
        if isinstance(self.torso, Feedforward):
            return key, (keys[0], keys[1], keys[1]), keys[2], keys[3]
        return key, jax.random.split(keys[0], 3), keys[1], keys[2]

    def init(self, keys: Any, seen: Seen) -> dict[str, Any]:
        """Weights that know nothing, from three keys, for what one environment shows."""
        torso = self.torso
        example = rollout.example_of(torso, self.seats, seen.obs)
        if isinstance(torso, Feedforward):
            own = {"params": {"torso": torso.torso.init(keys[0], seen.obs)["params"]}}
        else:
            own = torso.init(keys[0], *example)
        out: Any = torso.apply(own, *example)
        world_size = 0 if seen.world is None else seen.world.shape[-1]
        return {
            "torso": own,
            "readout": self.readout.init(keys[1], out[0]),
            "mixing": self.mixing.init(keys[2], len(self.seats.names), world_size),
        }

    def observe(self, weights: Any, seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
        """Values `[n, *seats, num_actions]` for one observation each, and the memory's state."""
        out, state = one_step(self.torso, weights["torso"], seen.obs, past)
        return self.read(weights, out), state

    def unroll(self, weights: Any, obs: jax.Array, past: Past | None) -> tuple[jax.Array, Any]:
        """Values `[T, n, *seats, num_actions]`, and the memory's states after every step.

        Of the past, the state is `[n, *seats]`, before the first step, and the rest `[T, n]`.
        """
        out: Any = self.torso.apply(weights["torso"], obs, past)
        return self.read(weights, out[0]), out[1]

    def ahead(self, weights: Any, states: Any, steps: Steps) -> jax.Array:
        """Values `[T, n, *seats, num_actions]` of what each step led to."""
        action, obs = self.seats.as_input(steps.action), steps.next_seen.obs
        return self.read(weights, look_ahead(self.torso, weights["torso"], states, obs, action))

    def read(self, weights: Any, out: jax.Array) -> jax.Array:
        """The values of all actions from the torso's outputs."""
        return self.readout.apply(weights["readout"], out)  # type: ignore[return-value]

    def value(self, weights: Any, steps: Steps) -> tuple[jax.Array, Any]:
        """The mixed values of what was done, `[T, n, *m]`, and the memory's states.

        `steps.past.state` is `[n, *seats]`, before the first step.
        """
        values, states = self.unroll(weights, steps.seen.obs, steps.past)
        own, world = chosen(values, steps.action), steps.seen.world
        return mixed(self.mixing, weights["mixing"], own, steps.present, world), states

    def value_and_target(
        self,
        weights: Any,
        target_weights: Any,
        hp: HyperParams,
        steps: Steps,
        double_q: bool = False,
        sequences: bool = True,
    ) -> tuple[jax.Array, jax.Array]:
        """The mixed values of what was done, and Q(lambda) targets for them, `[T, n, *m]` both.

        Args:
          weights: those that learn.
          target_weights: those of the target network, for the values to bootstrap from; None:
            `weights` too.
          hp: the traced numbers.
          steps: one sequence per environment; `past.state` is that before it.
          double_q: let `weights` choose the actions whose values `target_weights` give.
          sequences: False for single steps, `[n]` without an axis of time.
        """
        value, states = self.value(weights, steps)
        target_states = states
        if target_weights is None:
            target_weights = weights
        elif states is not None:
            target_states = self.unroll(target_weights, steps.seen.obs, steps.past)[1]
        after, mask = self.ahead(target_weights, target_states, steps), steps.next_seen.mask
        if double_q:
            next_value = chosen(after, best_action(self.ahead(weights, states, steps), mask))
        else:
            next_value = best_value(after, mask)
        target = self.target(target_weights, hp, steps, next_value, sequences)
        return value, jax.lax.stop_gradient(target)

    def target(
        self,
        weights: Any,
        hp: HyperParams,
        steps: Steps,
        next_value: jax.Array,
        sequences: bool = True,
    ) -> jax.Array:
        """Q(lambda) targets, `[T, n, *m]`, from values `[T, n, *seats]` of what each step led to.

        Agents that have left or leave now are worth nothing any more.
        """
        mixing, done = self.mixing, self.seats.spread(steps.done)
        remain = ~steps.terminated if steps.present is None else steps.present & ~steps.terminated
        over = pooled_end(mixing, ~remain if self.bootstrap_truncated else ~remain | done)
        world = steps.next_seen.world
        next_value = mixed(mixing, weights["mixing"], next_value, remain, world)
        reward = pooled_reward(mixing, steps.reward) * hp.reward_scale
        if not sequences:
            return reward + hp.gamma * jnp.where(over, 0.0, next_value)
        done = pooled_end(mixing, done)
        return lambda_returns(reward, next_value, over, done, hp.gamma, hp.trace_lambda)

    def error(
        self, value: jax.Array, target: jax.Array, present: jax.Array | None
    ) -> tuple[jax.Array, Metrics]:
        """Half the mean square of the error of mixed values, and figures about them."""
        counted = pooled_presence(self.mixing, present)
        figures = {
            "value": mean_over(value, counted),
            "explained_variance": explained_variance(value, target, counted),
        }
        return 0.5 * mean_over((value - target) ** 2, counted), figures


class QLearner:
    """Who plays where, with which network; the algorithms add how it learns.

    A `policy` is what an algorithm's `observe` needs: the weights, unless it says otherwise.
    """

    def __init__(self, config: Any, env: Env) -> None:
        """Raises `TypeError` where the game does not fit the config's class, or has no actions.

        Raises `ValueError` where the shaped reward is asked for of a game that has none.
        """
        if config.shaping:
            require_shaped_reward(env)
        self.config, self.env = config, env
        self.seats, mixing = _seats_and_mixing(config, env)
        self.venv = jaxenvs.vectorize(self.seats.shown(env), config.num_envs, final_obs=True)
        self.network = QNetwork(
            self.seats, _torso(config, self.seats), mixing, config.bootstrap_truncated
        )

    def trainer(self, init: Callable[..., Any], update: Callable[..., Any]) -> Trainer:
        """The algorithm's functions as runs want them."""
        return Trainer(
            init=init,
            update=update,
            evaluate=self.evaluate,
            policy=self.policy,
            act=self.act,
            env=self.env,
            hp=self.config.hyper_params,
            num_updates=self.config.num_updates,
            steps_per_update=self.config.batch_size,
            memory=self.network.first(),
        )

    def policy(self, carry: Any) -> Any:
        """What plays."""
        return carry.weights

    def observe(self, policy: Any, seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
        """Values `[n, *seats, num_actions]` for one observation each, and the memory's state."""
        return self.network.observe(policy, seen, past)

    def act(
        self, policy: Any, obs: Any, mask: jax.Array | None = None, past: Past | None = None
    ) -> Any:
        """The greedy action for one observation as the environment gives it.

        With a past: the action, and what is known before the next observation.
        """

        def best(seen: Seen, past: Past | None) -> tuple[jax.Array, Any]:
            values, state = self.observe(policy, seen, past)
            return best_action(values, seen.mask), state

        return rollout.act_alone(self.seats, best, obs, mask, past)

    def evaluate(self, carry: Any, key: jax.Array) -> Metrics:
        """Whole episodes of the greedy policy; the key is consumed."""
        policy, num = self.policy(carry), self.config.eval_episodes
        scores = play_episodes(self.env, self.act, policy, key, num, memory=self.network.first())
        return summarize(*scores, self.seats.names)

    def play(
        self,
        policy: Any,
        situation: Situation,
        key: jax.Array,
        num_steps: int,
        epsilon: jax.Array,
        shaping: jax.Array | None = None,
    ) -> tuple[Situation, Steps]:
        """Plays in all environments, epsilon-greedily; the key is consumed."""
        noise_key, env_key = jax.random.split(key)
        shape = (num_steps, self.config.num_envs, *self.seats.shape, self.network.num_actions)
        chances = (exploration_noise(noise_key, shape), jax.random.split(env_key, num_steps))

        def decide(seen: Seen, past: Past | None, noise: Any) -> tuple[jax.Array, Any, Any]:
            values, state = self.observe(policy, seen, past)
            return epsilon_greedy(values, seen.mask, epsilon, noise), None, state

        return rollout.play(self.venv, self.seats, decide, situation, chances, shaping)


def _seats_and_mixing(config: Any, env: Env) -> tuple[Seats, Mixing]:
    if not isinstance(config, TeamOptions):
        return One(env), Own()
    mixing = mixing_of(config.mixing, config.mixer_width, config.hyper_width)
    return Team(env, config.show_id, mixing.uses_world), mixing


def _torso(config: Any, seats: Seats) -> Torso:
    """With a memory, and for teams, the network takes the last action too."""
    layers = (config.hidden, config.activation)
    if seats.shape or config.memory != "none":
        return Recurrent(*layers, config.memory, config.memory_width, config.layer_norm)
    return Feedforward(torso_of(seats.space, config.filters, *layers, config.layer_norm))
