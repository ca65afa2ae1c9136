"""Files with something wrong in them: refused with the name of a field, or accepted rightly.

Accepted rightly means: written again, the file tells of the same level.
"""

import copy
import json
import math
import random
import re
from typing import Any

import pytest

from jaxenvs.envs.kinetix import files
from jaxenvs.envs.kinetix._level import same
from jaxenvs.envs.kinetix.files._fields import LevelError
from jaxenvs.envs.kinetix.files._from_json import TOLERANCE
from tests.envs.kinetix import originals

JUNK: tuple[Any, ...] = (
    *(None, True, False, "", "1", "role", [], {}, [0.0, 1.0], {"0": 0.0, "1": 1.0}),
    *(math.nan, math.inf, -math.inf, 1e39, -1e39, 1e-46, 10**30, -(10**400), 2**31, -(2**31)),
    *(-1, 0, 1, 2, 3, 4, 7, 16, 99, 0.0, -0.0, 0.5, 1.0, -0.25, 1e5),
)
FIELD = re.compile(r"(level|env_state|env_params|static_env_params)(\.[^.:]+)*: expected ")
REPEATED = re.compile(r"[^.:]*: expected the field once in its object")


def junk(rng: random.Random) -> Any:
    """A value that fits few fields; a copy, as it may be changed in its turn."""
    return copy.deepcopy(rng.choice(JUNK))


def mutated(rng: random.Random, content: Any) -> str:
    """The text of a file with one to three changes."""
    if rng.random() < 0.5:
        wake(rng, content["env_state"])
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        mutate(rng, content)
    text = json.dumps(content)
    if rng.random() < 0.1:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(("", "}", ",", "0", "-", '"', "\0", "e9")) + text[at + 1 :]
    return text


def any_form(rng: random.Random, name: str) -> Any:
    """A published file, often as the web editor would export or share it."""
    content = json.loads(originals.files()[name])
    form = rng.randrange(6)
    if form == 0:
        return originals.web_form(content)
    if form == 1:
        return originals.web_form(content, size=name[0])
    return originals.nested_form(content) if form == 2 else content


def wake(rng: random.Random, state: Any) -> None:
    """Makes a slot active, with the junk that is in it."""
    slots = [slot for kind in ("polygon", "circle", "joint", "thruster") for slot in state[kind]]
    rng.choice(slots)["active"] = True


def mutate(rng: random.Random, content: Any) -> None:
    """One change somewhere, as likely near the root as in a leaf."""
    here = content
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = rng.choice(keys)
        inside = here[key]
        if not isinstance(inside, dict | list) or rng.random() < 0.1:
            break
        here = inside
    what = rng.randrange(8)
    if what == 0:
        del here[key]
    elif what == 1:
        if isinstance(here, dict):
            here[rng.choice(("extra", "0", "2", "radius"))] = junk(rng)
        else:
            here.append(copy.deepcopy(rng.choice(here)))
    elif what == 2:
        other = rng.choice(keys)
        here[key], here[other] = here[other], here[key]
    elif what in (3, 4) or isinstance(inside, bool) or not isinstance(inside, int | float):
        here[key] = not inside if isinstance(inside, bool) and what > 4 else junk(rng)
    elif isinstance(inside, int):
        here[key] = inside + rng.choice((-1, 1, 2))
    else:
        here[key] = rng.choice((-inside, inside * 1.001, inside + 1, inside * (1 + 1e-7)))


def attempt(text: str) -> bool:
    """Whether a file is accepted; both ways are checked."""
    try:
        level = files.parse(text)
    except LevelError as error:
        message = str(error)
        assert FIELD.match(message) or REPEATED.match(message), message
        assert len(message) < 400
        return False
    again = files.dumps(level)
    assert same(files.parse(again), level)
    found = list(originals.differences(json.loads(text), json.loads(again), TOLERANCE))
    assert found == [], found
    return True


def run(seed: int, cases: int) -> int:
    """How many of so many files were accepted."""
    rng = random.Random(seed)
    by_size = {size: [x for x in originals.names() if x.startswith(size)] for size in "sml"}
    accepted = 0
    for case in range(cases):
        name = rng.choice(by_size["sml"[case % 3]])
        accepted += attempt(mutated(rng, any_form(rng, name)))
    return accepted


def test_mutated_files() -> None:
    assert 20 < run(seed=0, cases=300) < 200  # both happen


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_hundred_thousand_mutated_files(seed: int) -> None:
    assert 500 < run(seed=seed, cases=10_000) < 7_000
