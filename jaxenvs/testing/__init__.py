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
from jaxenvs.testing._played import (
    an_eager_step_agrees,
    jit_and_vmap_agree,
    keys_decide_everything,
    levels_survive_json_and_edits,
    random_play_keeps_to_the_spaces,
    time_and_its_limit_are_kept,
)
from jaxenvs.testing._traced import (
    agents_share_an_axis,
    defaults_lie_in_their_ranges,
    equal_instances_share_one_trace,
    observations_have_the_space_s_type,
    params_are_traced_numbers,
    spaces_take_traced_params,
    types_never_change,
)


def check_env(env: Env[Any, Any], num_steps: int = 10_000, *, eager: bool = True) -> None:
    """Raises `AssertionError` at the first law of the contract that `env` breaks.

    Args:
      env: the environment, with the params it should be checked with as its defaults.
      num_steps: random steps in which observations, rewards and masks are checked.
      eager: whether a step without `jit` is compared too, the slowest law; leave it out only where
        a similar environment has kept it.
    """
    for law in _LAWS:
        law(env)
    if eager:
        an_eager_step_agrees(env)
    random_play_keeps_to_the_spaces(env, num_steps)
    if has_agents(env):
        agents_share_an_axis(env)
    if has_levels(env):
        levels_survive_json_and_edits(env)


_LAWS = (
    equal_instances_share_one_trace,
    params_are_traced_numbers,
    defaults_lie_in_their_ranges,
    spaces_take_traced_params,
    types_never_change,
    observations_have_the_space_s_type,
    jit_and_vmap_agree,
    keys_decide_everything,
    time_and_its_limit_are_kept,
)
