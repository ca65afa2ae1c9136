"""Multi-agent PPO: as IPPO, but the critic, needed in training only, sees the global state.

Source: Yu et al., "The surprising effectiveness of PPO in cooperative multi-agent games"
(NeurIPS 2022); the critic's view is its agent-specific global state, both without pruning.
Differs from it in: advantages are normalised per minibatch, rewards instead of values are scaled by
running statistics, and only if asked for; the rest is as in `ippo.py`.
"""

import dataclasses
import sys
from typing import Any

import jax.numpy as jnp

from jaxenvs.baselines import ippo
from jaxenvs.baselines.parts.actor_critic import Seen
from jaxenvs.baselines.parts.memory import Reactive, RecurrentTorso
from jaxenvs.baselines.parts.seats import WithGlobalState
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Config(ippo.Config):
    """A run of MAPPO: that of IPPO, and what the critic sees."""

    critic_obs: bool = True  # show the critic what its agent sees, behind the global state


PRESETS: dict[str, Config] = {
    name: Config(
        **{field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    )
    for name, config in ippo.PRESETS.items()
}
"""Settings tuned for an environment; docs/baselines/mappo.md says what they reach."""


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return MAPPO.on(config, env).trainer()


class MAPPO(ippo.IPPO):
    """IPPO with a critic that sees more than the actor."""

    config: Config

    def shown(self, env: Env) -> Env:
        """The environment with observations and global state."""
        return WithGlobalState(env=env)

    def look(self, obs: Any) -> Seen:
        """For the actor its observation; for the critic the global state, and what is its agent's.

        The latter is the observation, or else which agent it is.
        """
        own, num = self.agents.features(obs["obs"]), self.agents.num
        world = jnp.broadcast_to(obs["world"][:, None], (*own.shape[:2], obs["world"].shape[-1]))
        ids = jnp.broadcast_to(jnp.eye(num, dtype=jnp.float32), (len(own), num, num))
        mine = own if self.config.critic_obs else ids
        return {"actor": own, "critic": jnp.concatenate([world, mine], axis=-1)}

    def critic_torso(self) -> RecurrentTorso | Reactive:
        """Without a convolution: the global state is no image."""
        return self.torso(filters=0)


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("mappo", run.preset("mappo", sys.argv[1] if len(sys.argv) > 1 else Config().env))


if __name__ == "__main__":
    main()
