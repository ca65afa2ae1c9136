"""The laws of the contract, as one check for any environment, ours or yours.

    from jaxenvs.testing import check_env

    check_env(MyGame())

Every law is a function named after what it demands; a broken one raises `AssertionError` that
starts with the environment's class and says what was expected.
"""

from typing import Any

from jaxenvs.core import Env
from jaxenvs.levels import has_levels
from jaxenvs.multi import has_agents
from jaxenvs.testing import _played, _traced


def check_env(env: Env[Any, Any], num_steps: int = 10_000) -> None:
    """Raises `AssertionError` at the first law of the contract that `env` breaks.

    Args:
      env: the environment, with the params it should be checked with as its defaults.
      num_steps: random steps in which observations, rewards and masks are checked.
    """
    for law in _LAWS:
        law(env)
    _played.random_play_keeps_to_the_spaces(env, num_steps)
    if has_agents(env):
        _traced.agents_share_an_axis(env)
    if has_levels(env):
        _played.levels_survive_json_and_edits(env)


_LAWS = (
    _traced.equal_instances_share_one_trace,
    _traced.params_are_traced_numbers,
    _traced.types_never_change,
    _traced.observations_have_the_space_s_type,
    _played.jit_vmap_and_eager_agree,
    _played.keys_decide_everything,
    _played.time_and_its_limit_are_kept,
)
