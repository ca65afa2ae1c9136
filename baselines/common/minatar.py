"""MinAtar's games by the settings of gymnax, in which most published curves were measured."""

from jaxenvs.envs.minatar import GYMNAX_SETTINGS as GYMNAX_FLAVOUR

__all__ = ["GYMNAX_FLAVOUR"]
