"""jaxenvs environments with the interface of gymnax 0.0.x, in which a step gives five values.

Scripts that were written for it, such as PureJaxRL's, run with one changed import:

    import jaxenvs.adapters.gymnax_legacy as gymnax

Modules have the names that they have in gymnax: `environments.environment`, `environments.spaces`
and `wrappers.purerl`, with the two wrappers that those scripts use. Games go by our ids and by
gymnax's.
"""

from jaxenvs.adapters.gymnax_legacy import environments, wrappers
from jaxenvs.adapters.gymnax_legacy.environments.environment import LegacyEnv, make

__all__ = ["LegacyEnv", "environments", "make", "wrappers"]
