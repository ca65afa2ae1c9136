"""Environments around other environments, one idea per file."""

from jaxenvs.wrappers.actions import ClipAction as ClipAction
from jaxenvs.wrappers.actions import RescaleAction as RescaleAction
from jaxenvs.wrappers.base import MemoryState as MemoryState
from jaxenvs.wrappers.base import MemoryWrapper as MemoryWrapper
from jaxenvs.wrappers.base import Wrapper as Wrapper
from jaxenvs.wrappers.episode_statistics import EpisodeStatistics as EpisodeStatistics
from jaxenvs.wrappers.flatten import FlattenObservation as FlattenObservation
from jaxenvs.wrappers.frame_stack import FrameStack as FrameStack
from jaxenvs.wrappers.moments import Moments as Moments
from jaxenvs.wrappers.moments_file import load_moments as load_moments
from jaxenvs.wrappers.moments_file import save_moments as save_moments
from jaxenvs.wrappers.normalize import NormalizeObservation as NormalizeObservation
from jaxenvs.wrappers.normalize import NormalizeReward as NormalizeReward
from jaxenvs.wrappers.rewards import RewardNoise as RewardNoise
from jaxenvs.wrappers.rewards import RewardScale as RewardScale
from jaxenvs.wrappers.sticky_actions import StickyActions as StickyActions
from jaxenvs.wrappers.time_aware import TimeAwareObservation as TimeAwareObservation
