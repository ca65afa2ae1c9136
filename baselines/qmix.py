"""QMIX: agents learn values whose mixture by a monotonic network is the value of their team.

Source: Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent
reinforcement learning" (ICML 2018; JMLR 2020).
Differs from it in: what `common/replay_q.py` says; Adam instead of RMSProp.
"""

import dataclasses
import sys
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

from jaxenvs.baselines.common import replay_q
from jaxenvs.baselines.parts import checks
from jaxenvs.baselines.parts.networks import MLP, Readout
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Config(replay_q.ReplayConfig):
    """A run of QMIX; most fields are those of `ReplayConfig`."""

    mixer_width: int = 32  # of the mixing network's hidden layer
    hyper_width: int = 64  # of the hidden layers of the networks that give its weights

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        checks.at_least_one(self, ("mixer_width", "hyper_width"))


PRESETS: dict[str, Config] = {env: Config(env, **fields) for env, fields in replay_q.TUNED.items()}
"""Settings tuned for an environment; docs/baselines/iql_vdn_qmix.md says what they reach."""


class Mixer(nn.Module):
    """Two layers whose weights, never negative, are what other networks make of the global state.

    Source: Rashid et al., "QMIX: monotonic value function factorisation for deep multi-agent
    reinforcement learning" (ICML 2018), with a hidden layer in the networks that give the weights,
    as in its longer form (JMLR 2020).
    """

    width: int  # of the hidden layer
    hyper_width: int  # of the hidden layers of the networks that give the weights

    @nn.compact
    def __call__(self, values: jax.Array, world: jax.Array) -> jax.Array:
        """Agents' values `(..., n)` and global states `(..., s)` to the team's value `(...)`."""
        n = values.shape[-1]
        # The layer's mean, so that the team's value is of the order of its agents' from the start.
        first = jnp.abs(self.hyper(world, n * self.width, "first")).reshape(
            *world.shape[:-1], n, self.width
        )
        last = jnp.abs(self.hyper(world, self.width, "last")) / self.width
        offset = nn.Dense(self.width, name="first_bias")(world)
        hidden = nn.elu(jnp.einsum("...n,...nw->...w", values, first) + offset)
        return jnp.sum(hidden * last, axis=-1) + self.hyper(world, 1, "last_bias")[..., 0]

    def hyper(self, world: jax.Array, num_outputs: int, name: str) -> jax.Array:
        """`(..., num_outputs)` numbers for a global state."""
        hidden = MLP((self.hyper_width,), "relu", name=f"{name}_hidden")(world)
        return Readout(num_outputs, 1.0, name=name)(hidden)


@dataclasses.dataclass(frozen=True)
class Monotonic:
    """How QMIX joins values; the fields are those of `Mixer`."""

    width: int
    hyper_width: int
    team = True
    uses_world = True

    def init(self, key: jax.Array, num_agents: int, world_size: int) -> Any:
        """The mixer's weights; the key is consumed."""
        values, world = jnp.zeros(num_agents, jnp.float32), jnp.zeros(world_size, jnp.float32)
        return self.mixer.init(key, values, world)

    def __call__(self, weights: Any, values: jax.Array, world: jax.Array | None) -> jax.Array:
        """The team's value, `[..., 1]`."""
        team: Any = self.mixer.apply(weights, values, world)
        return team[..., None]

    @property
    def mixer(self) -> Mixer:
        """The network."""
        return Mixer(self.width, self.hyper_width)


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return replay_q.make_train(config, Monotonic(config.mixer_width, config.hyper_width), env)


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("qmix", run.preset("qmix", sys.argv[1] if len(sys.argv) > 1 else Config().env))


if __name__ == "__main__":
    main()
