"""PQN-VDN: Q-learning of a team's value, the sum of its agents', without a replay memory.

Source: Gallici et al., "Simplifying deep temporal difference learning" (ICLR 2025), the form for
several agents; Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning"
(2017).
Differs from the public code in: an episode that a time limit cuts is bootstrapped from its last
state, with the actions that are legal there and the memory of that episode; the normalisation is of
layers, never of batches.
"""

import dataclasses
import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax

import jaxenvs
from jaxenvs import prng
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.learning import descend, minibatches
from jaxenvs.baselines.parts.mixing import Sum
from jaxenvs.baselines.parts.q_values import (
    RANDOM_PLAY,
    HyperParams,
    Situation,
    Steps,
    TeamConfig,
    ValueTeam,
    sequences,
)
from jaxenvs.baselines.parts.seats import team_metrics
from jaxenvs.baselines.parts.trainer import Metrics, Trainer
from jaxenvs.core import Env
from jaxenvs.struct import PyTree


@dataclasses.dataclass(frozen=True)
class Config(TeamConfig):
    """A run of PQN-VDN; most fields are those of `TeamConfig`."""

    num_envs: int = 64  # environments that each team plays at once
    window: int = 4  # steps of the rollout before that warm up the memory
    num_epochs: int = 4  # passes over the experience of an update
    num_minibatches: int = 4  # gradient steps per pass; each takes whole environments
    layer_norm: bool = True  # normalise every dense layer: what keeps the method stable
    trace_lambda: float = 0.3  # decay of the target's trace; 0: one step (sweep)

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        checks.at_least_one(self, ("num_epochs", "num_minibatches"))
        checks.divides(self, "num_minibatches", self.num_envs, "num_envs")
        if not 0 <= self.window <= self.num_steps:
            raise ValueError(
                f"window: expected 0 to num_steps = {self.num_steps}, got {self.window}"
            )


def _mpe(env: str) -> Config:
    """Without a memory: little is hidden."""
    return Config(
        env,
        total_steps=2_000_000,
        window=0,
        num_minibatches=8,
        memory="none",
        hidden=(64, 64),
        lr=2e-3,
        gamma=0.9,
        trace_lambda=0.7,
    )


PRESETS: dict[str, Config] = {
    config.env: config
    for config in [
        _mpe("MPE-SimpleSpread-v3"),
        _mpe("MPE-SimpleReference-v3"),
        Config(
            "Social-SwitchRiddle-v1",
            total_steps=400_000,
            num_steps=12,
            window=0,
            num_epochs=2,
            memory_width=32,
            hidden=(32,),
            lr=5e-3,
            gamma=1.0,
            trace_lambda=0.8,
            epsilon_start=0.1,  # steady play, so that the light says something
            epsilon_share=0.5,
            bootstrap_truncated=False,  # the last day is a rule of the game
            eval_episodes=2048,
        ),
        Config(
            "Overcooked-CrampedRoom-v0",
            env_kwargs={"dynamics": "old"},
            total_steps=1_000_000,
            num_steps=16,
            window=0,
            memory="none",
            hidden=(128, 128),
            lr=5e-4,
            trace_lambda=0.5,
            epsilon_share=0.3,
            shaping=1.0,
        ),
    ]
}
"""Settings tuned for an environment; docs/baselines/pqn_vdn.md says what they reach."""


class Carry(PyTree):
    """Everything that changes from update to update."""

    key: jax.Array
    hp: HyperParams
    update_id: jax.Array  # () int32
    weights: dict[str, Any]
    opt_state: Any
    situation: Situation
    window: Steps  # [window, num_envs], the last steps


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    pqn = TeamPQN(config, env)
    return pqn.team.trainer(pqn.init, pqn.update)


class TeamPQN:
    """The algorithm on one environment: pure methods over what is fixed when compiling."""

    def __init__(self, config: Config, env: Env) -> None:
        self.config, self.team = config, ValueTeam(config, env, Sum())
        self.optimizer = optax.scale_by_radam()

    def init(self, key: jax.Array, hp: HyperParams) -> Carry:
        """A team that has learned nothing, with random steps in its window."""
        key, weight_key, env_key, play_key = jax.random.split(prng.fast_key(key), 4)
        situation = self.team.start(env_key)
        weights = self.team.init_weights(weight_key, situation)
        # The first rollout has none before it: a few random steps stand in.
        situation, window = self.team.play(
            weights, situation, RANDOM_PLAY, play_key, self.config.window
        )
        return Carry(
            key=key,
            hp=hp,
            update_id=jnp.int32(0),
            weights=weights,
            opt_state=self.optimizer.init(weights),
            situation=situation,
            window=window,
        )

    def update(self, carry: Carry) -> tuple[Carry, Metrics]:
        """Plays `num_steps` steps, then learns from them and from those of the window."""
        key, play_key, learn_key = jax.random.split(carry.key, 3)
        schedule = self.team.schedule(carry.hp, carry.update_id)
        situation, steps = self.team.play(
            carry.weights, carry.situation, schedule, play_key, self.config.num_steps
        )
        assert steps.episode is not None
        played = jax.tree.map(lambda *parts: jnp.concatenate(parts), carry.window, steps)
        kept = jax.tree.map(lambda leaf: leaf[len(leaf) - self.config.window :], played)
        carry = carry.replace(key=key, situation=situation, window=kept)
        carry, metrics = self.learn(carry, sequences(played), schedule.lr, learn_key)
        metrics |= team_metrics(steps.episode, self.team.agents.names) | {
            "epsilon": schedule.epsilon
        }
        return carry.replace(update_id=carry.update_id + 1), metrics

    def learn(
        self, carry: Carry, batch: Steps, lr: jax.Array, key: jax.Array
    ) -> tuple[Carry, Metrics]:
        """`num_epochs` passes over the environments in random minibatches."""
        config, hp = self.config, carry.hp
        (weights, opt_state), metrics = descend(
            lambda weights, part: self.team.loss(weights, None, hp, part, config.window),
            self.optimizer,
            (carry.weights, carry.opt_state),
            batch,
            minibatches(key, config.num_epochs, config.num_minibatches, config.num_envs),
            lr,
            hp.max_grad_norm,
        )
        return carry.replace(weights=weights, opt_state=opt_state), metrics


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    env = sys.argv[1] if len(sys.argv) > 1 else Config().env
    run.train("pqn_vdn", run.preset("pqn_vdn", env))


if __name__ == "__main__":
    main()
