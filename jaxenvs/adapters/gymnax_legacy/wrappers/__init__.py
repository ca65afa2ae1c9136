"""What scripts import from `gymnax.wrappers`."""

from jaxenvs.adapters.gymnax_legacy.wrappers import purerl
from jaxenvs.adapters.gymnax_legacy.wrappers.purerl import FlattenObservationWrapper, LogWrapper

__all__ = ["FlattenObservationWrapper", "LogWrapper", "purerl"]
