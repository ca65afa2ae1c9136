"""Multi-agent PPO: independent PPO whose critic, needed in training only, gets the global state.

Source: Yu et al., "The surprising effectiveness of PPO in cooperative multi-agent games"
(NeurIPS 2022); the critic takes its agent-specific global state, both without pruning.
Differs from it in: advantages are normalized per minibatch, rewards instead of values are scaled by
running statistics, and only if asked for; the rest is as in `ppo.py`.
"""

import dataclasses
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

import jaxenvs
from jaxenvs.baselines import ppo
from jaxenvs.baselines.parts.seats import Seats, Seen, Team
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Config(ppo.TeamConfig):
    """A run of MAPPO: that of a team by PPO, and what the critic takes."""

    critic_obs: bool = True  # show the critic what its agent observes, behind the global state

    critic_takes_world: ClassVar[bool] = True

    def check(self) -> None:
        """Raises `ValueError` that names the field that does not fit."""
        super().check()
        if self.trunk:
            raise ValueError("trunk: expected False, as actor and critic take different things")
        if self.normalize_obs:
            raise ValueError("normalize_obs: expected False, as the global state has no bounds")


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    config.check()
    env = env if env is not None else jaxenvs.make(config.env, **config.env_kwargs)
    return MAPPO(config, env).trainer()


class MAPPO(ppo.PPO):
    """PPO for a team whose critic takes more than the actor."""

    config: Config

    def seats_of(self, env: Env) -> Seats:
        """The agents, with what their critics take beside what they observe."""
        return WorldTeam(env, self.config.show_id, self.config.critic_obs)

    def critic_view(self, seen: Seen) -> jax.Array:
        """The global state and what is its agent's."""
        assert seen.world is not None
        return seen.world


class WorldTeam(Team):
    """A team whose `Seen.world` is what each agent's critic takes, `[n, num_agents, ...]`.

    It is the global state, then what the agent observes, or else which agent it is.
    """

    def __init__(self, env: Env, show_id: bool, critic_obs: bool) -> None:
        super().__init__(env, show_id, show_world=True)
        self.critic_obs = critic_obs

    def observe(self, shown: Any) -> Seen:
        """See `Seats`; there is no global state where agents act without critics."""
        seen = super().observe(shown)
        if seen.world is None:
            return seen
        shape = seen.obs.shape[:-1]
        world = jnp.broadcast_to(seen.world[:, None], (*shape, seen.world.shape[-1]))
        ids = jnp.broadcast_to(jnp.eye(self.num, dtype=jnp.float32), (*shape, self.num))
        own = seen.obs if self.critic_obs else ids
        return seen.replace(world=jnp.concatenate([world, own], axis=-1))
