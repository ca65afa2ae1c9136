"""What scripts import from `gymnax.environments`."""

from jaxenvs.adapters.gymnax_legacy.environments import environment, spaces

__all__ = ["environment", "spaces"]
