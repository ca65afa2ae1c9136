"""Levels of Kinetix for Python: drawing, editing, filtering and solving them.

from jaxenvs.envs.kinetix.levels import SIZES, Filtered, mutate, random_level, search

level = random_level(jax.random.key(0), SIZES["m"])
harder = mutate(jax.random.key(1), level, 5)
solution = search(env, harder, jax.random.key(2), repeat=8)
"""

from jaxenvs.envs.kinetix._level import SIZES as SIZES
from jaxenvs.envs.kinetix._level import Level as Level
from jaxenvs.envs.kinetix._level import Size as Size
from jaxenvs.envs.kinetix.levels._filter import Filtered as Filtered
from jaxenvs.envs.kinetix.levels._filter import sample_filtered as sample_filtered
from jaxenvs.envs.kinetix.levels._filter import solved_when as solved_when
from jaxenvs.envs.kinetix.levels._generate import random_level as random_level
from jaxenvs.envs.kinetix.levels._mutate import Edits as Edits
from jaxenvs.envs.kinetix.levels._mutate import mutate as mutate
from jaxenvs.envs.kinetix.levels._search import Solution as Solution
from jaxenvs.envs.kinetix.levels._search import search as search
from jaxenvs.envs.kinetix.levels._search import solvable as solvable
from jaxenvs.envs.kinetix.levels._settings import Generation as Generation
from jaxenvs.envs.kinetix.levels._source import Generated as Generated
from jaxenvs.envs.kinetix.levels._source import mixed_level as mixed_level
from jaxenvs.envs.kinetix.levels._source import padded as padded
