"""Running mean and variance, shared with the wrappers."""

from jaxenvs.wrappers.moments import Moments as Moments
