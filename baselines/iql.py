"""Independent Q-learning (IQL): every agent learns the value of its own reward, by itself.

Source: Tan, "Multi-agent reinforcement learning: independent vs. cooperative agents" (ICML 1993);
Tampuu et al., "Multiagent cooperation and competition with deep reinforcement learning" (2017).
Differs from them in: the agents share one network; what `common/replay_q.py` says.
"""

import dataclasses
import sys

from jaxenvs.baselines.common import replay_q
from jaxenvs.baselines.parts.mixing import Own
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Config(replay_q.ReplayConfig):
    """A run of IQL; the fields are those of `ReplayConfig`."""


PRESETS: dict[str, Config] = {env: Config(env, **fields) for env, fields in replay_q.TUNED.items()}
"""Settings tuned for an environment; docs/baselines/iql_vdn_qmix.md says what they reach."""


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return replay_q.make_train(config, Own(), env)


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("iql", run.preset("iql", sys.argv[1] if len(sys.argv) > 1 else Config().env))


if __name__ == "__main__":
    main()
