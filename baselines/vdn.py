"""Value-decomposition networks (VDN): the sum of the agents' values is the value of their team.

Source: Sunehag et al., "Value-decomposition networks for cooperative multi-agent learning" (2017).
Differs from it in: what `common/replay_q.py` says.
"""

import dataclasses
import sys

from jaxenvs.baselines.common import replay_q
from jaxenvs.baselines.parts.mixing import Sum
from jaxenvs.baselines.parts.trainer import Trainer
from jaxenvs.core import Env


@dataclasses.dataclass(frozen=True)
class Config(replay_q.ReplayConfig):
    """A run of VDN; the fields are those of `ReplayConfig`."""


PRESETS: dict[str, Config] = {env: Config(env, **fields) for env, fields in replay_q.TUNED.items()}
"""Settings tuned for an environment; docs/baselines/iql_vdn_qmix.md says what they reach."""


def make_train(config: Config, env: Env | None = None) -> Trainer:
    """The trainer of a config, on `env` if one is given, else on the one that it names.

    Raises `ValueError` or `TypeError`, naming the field, for a config that does not fit.
    """
    return replay_q.make_train(config, Sum(), env)


def main() -> None:
    """Trains one team on the environment that is named; `jaxenvs train` can do more."""
    from jaxenvs.baselines.runs import run

    run.train("vdn", run.preset("vdn", sys.argv[1] if len(sys.argv) > 1 else Config().env))


if __name__ == "__main__":
    main()
