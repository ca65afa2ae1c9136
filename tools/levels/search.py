"""Looks for solutions of all designs of a size at once: an evolution of action sequences.

Most plans are changed copies of those that came nearest to the goal; every plan that solves a level
is then played with a slightly disturbed start, and the one that most often succeeds is kept.
"""

import dataclasses
import pathlib
import pickle
import time
from collections.abc import Iterable
from typing import Any

import jax
import numpy as np

from jaxenvs.envs.kinetix import files
from jaxenvs.envs.kinetix._actions import NUM_COMMANDS
from jaxenvs.envs.kinetix._level import GREEN, NUM_MOTOR_BINDINGS, commanded
from tools.levels import plans
from tools.levels.designs import DESIGNS, Design
from tools.levels.plays import Course, Played, SizeName, course, player

BATCH = 256
RANDOM_PLAYS = 128
"""Random plays of each level, with actions held for `RANDOM_HOLD` steps."""
RANDOM_HOLD = 8
TRIALS = 8
"""Disturbed plays of a plan that solves a level."""
ENOUGH = 7
"""Of them, so that the search is content."""
POOL = 24


@dataclasses.dataclass
class Progress:
    """What is known of a level so far."""

    text: str
    """Of its file: what is known ends with any change."""
    random_share: float | None = None
    tried: int = 0
    """Plays until the first solution, or so far."""
    pool: list[tuple[float, int, np.ndarray]] = dataclasses.field(default_factory=list)
    """The best plans: how far each came, after how many actions, and the plan."""
    waiting: list[tuple[int, np.ndarray]] = dataclasses.field(default_factory=list)
    """Plans that solve it, not yet tried with a disturbed start."""
    solutions: list[tuple[int, int, np.ndarray]] = dataclasses.field(default_factory=list)
    """How often of `TRIALS` it succeeds, steps, plan."""

    @property
    def best(self) -> tuple[int, int, np.ndarray] | None:
        """The solution that most often succeeds, the shortest of them."""
        return max(self.solutions, key=lambda one: (one[0], -one[1]), default=None)

    @property
    def done(self) -> bool:
        """Whether nothing better is looked for."""
        best = self.best
        return best is not None and (best[0] >= ENOUGH or len(self.solutions) >= 60)


class Search:
    """The search over the designs of a size; what it finds stays in a file."""

    def __init__(self, size: SizeName, folder: pathlib.Path, seed: int = 0) -> None:
        self.size, self.file = size, folder / f"{size}.pkl"
        self.designs = {name: one for name, one in DESIGNS.items() if one.size == size}
        self.levels = {name: one.draft().level() for name, one in self.designs.items()}
        self.random = np.random.default_rng([seed, int(time.time())])
        stored = pickle.loads(self.file.read_bytes()) if self.file.exists() else {}
        self.progress = {
            name: _resumed(stored.get(name), files.dumps(level))
            for name, level in self.levels.items()
        }
        courses = [_course(self.designs[name], level) for name, level in self.levels.items()]
        self.courses: Course = jax.tree.map(lambda *leaves: np.stack(leaves), *courses)
        self.names = list(self.levels)
        self.used = {name: _used(level) for name, level in self.levels.items()}

    def store(self) -> None:
        """Writes what is known."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(pickle.dumps(self.progress))

    def play(self, index: Any, actions: Any, noise: Any = 0.0) -> Played:
        """Plays any number of plans."""
        count = len(index)
        noise = np.broadcast_to(np.float32(noise), count)
        found = []
        for start in range(0, count, BATCH):
            rows = np.minimum(np.arange(start, start + BATCH), count - 1)
            key = jax.random.key(int(self.random.integers(2**31)))
            played = player(self.size)(
                self.courses,
                np.asarray(index, np.int32)[rows],
                np.asarray(actions, np.int32)[rows],
                noise[rows],
                key,
            )
            found.append(jax.tree.map(np.asarray, played))
        return jax.tree.map(lambda *leaves: np.concatenate(leaves)[:count], *found)

    def enter(self, names: list[str], actions: list[np.ndarray], played: Played) -> None:
        """Notes what came of undisturbed plays."""
        for i, (name, plan) in enumerate(zip(names, actions, strict=True)):
            known = self.progress[name]
            if not known.solutions and not known.waiting:
                known.tried += 1
            steps = int(played.steps[i])
            if played.success[i]:
                known.waiting.append((steps, plan))
                known.pool.append((1e3 - steps, steps, plan))
            else:
                known.pool.append((float(played.score[i]), int(played.best[i]), plan))
        for name in set(names):
            known = self.progress[name]
            known.pool = _varied(known.pool)
            known.waiting = sorted(known.waiting, key=lambda one: one[0])[:12]

    def measure(self) -> None:
        """Random plays of those levels that had none."""
        names = [name for name in self.names if self.progress[name].random_share is None]
        rows = [name for name in names for _ in range(RANDOM_PLAYS)]
        if not rows:
            return
        actions = [plans.fresh(self.random, self.used[name], RANDOM_HOLD) for name in rows]
        played = self.play([self.names.index(name) for name in rows], actions)
        self.enter(rows, actions, played)
        for name in names:
            mine = [row == name for row in rows]
            self.progress[name].random_share = float(np.mean(played.success[mine]))

    def recheck(self) -> None:
        """Plays known solutions again, for engines change; those that fail are forgotten."""
        rows = [(name, one) for name in self.names for one in self.progress[name].solutions]
        if not rows:
            return
        played = self.play([self.names.index(name) for name, _ in rows], [r[1][2] for r in rows])
        for known in self.progress.values():
            known.solutions = []
        for i, (name, (_, _, plan)) in enumerate(rows):
            if played.success[i]:
                self.progress[name].waiting.append((int(played.steps[i]), plan))
        self.try_out()

    def try_out(self) -> None:
        """Tries all waiting solutions with a disturbed start."""
        rows = [
            (name, plan, 1.0, steps)
            for name, known in self.progress.items()
            for steps, plan in known.waiting[:4]
            for _ in range(TRIALS)
        ]
        for known in self.progress.values():
            known.waiting = known.waiting[4:]
        if rows:
            index = [self.names.index(row[0]) for row in rows]
            played = self.play(index, [row[1] for row in rows], 1.0)
            self._enter_trials(rows, played)

    def seed(self, known: dict[str, np.ndarray]) -> None:
        """Tries plans that solved a level once."""
        rows = [name for name in self.names if name in known and not self.progress[name].solutions]
        if not rows:
            return
        actions = [plans.whole(known[name]) for name in rows]
        played = self.play([self.names.index(name) for name in rows], actions)
        self.enter(rows, actions, played)

    def advance(self) -> None:
        """A batch of plans, shared out among the levels that are not done."""
        names = [name for name in self.names if not self.progress[name].done]
        rows: list[tuple[str, np.ndarray, float, int | None]] = []
        for i, name in enumerate(names):
            share = (BATCH * (i + 1)) // len(names) - (BATCH * i) // len(names)
            rows += self._proposed(name, share)
        index = [self.names.index(name) for name, *_ in rows]
        played = self.play(index, [row[1] for row in rows], [row[2] for row in rows])
        plain = [i for i, row in enumerate(rows) if row[3] is None]
        chosen = jax.tree.map(lambda leaf: leaf[plain], played)
        self.enter([rows[i][0] for i in plain], [rows[i][1] for i in plain], chosen)
        self._enter_trials(rows, played)

    def _proposed(self, name: str, share: int) -> list[tuple[str, np.ndarray, float, int | None]]:
        """Rows of name, plan, noise, and the steps of the solution that is tried again."""
        known, rows = self.progress[name], []
        while known.waiting and len(rows) + TRIALS <= share:
            steps, plan = known.waiting.pop(0)
            rows += [(name, plan, 1.0, steps)] * TRIALS
        used, random = self.used[name], self.random
        while len(rows) < share:
            kind = random.random()
            if kind < 0.1 or not known.pool:
                plan = plans.fresh(random, used)
            elif kind < 0.2:
                plan = plans.gait(random, used)
            else:
                # The better ones more often.
                place = int(len(known.pool) * random.random() ** 2)
                _, best, one = known.pool[place]
                other = known.pool[random.integers(len(known.pool))][2]
                plan = plans.changed(random, one, best, other, used)
            rows.append((name, plan, 0.0, None))
        return rows

    def _enter_trials(self, rows: list[Any], played: Played) -> None:
        i = 0
        while i < len(rows):
            name, plan, _, steps = rows[i]
            if steps is None:
                i += 1
                continue
            count = int(played.success[i : i + TRIALS].sum())
            self.progress[name].solutions.append((count, steps, plan))
            i += TRIALS

    def run(self, seconds: float) -> None:
        """Goes on until all levels are done or the time is over."""
        end = time.monotonic() + seconds
        self.recheck()
        self.measure()
        self.try_out()
        self.store()
        while time.monotonic() < end and not all(one.done for one in self.progress.values()):
            self.advance()
        self.store()


def _resumed(stored: Progress | None, text: str) -> Progress:
    """What is known of a level; of a changed one only its plans, to be tried again."""
    if stored is not None and stored.text == text:
        return stored
    found = Progress(text)
    if stored is not None:
        found.pool = [(-1e6, best, plan) for _, best, plan in stored.pool]
    return found


def _varied(pool: list[Any]) -> list[Any]:
    """The best of a pool, no two of the same score."""
    ordered = sorted(pool, key=lambda one: -one[0])
    kept: list[Any] = []
    for one in ordered:
        if not kept or abs(kept[-1][0] - one[0]) > 1e-4 or one[0] < -1e5:
            kept.append(one)
    return kept[:POOL]


def _used(level: Any) -> np.ndarray:
    """Which of the six actions do something."""
    used = np.zeros(NUM_COMMANDS, np.int32)
    joints, jets = level.joints, level.thrusters
    used[joints.motor_binding[commanded(joints)]] = 1
    used[NUM_MOTOR_BINDINGS + jets.binding[jets.active]] = 1
    return used


def _course(design: Design, level: Any) -> Course:
    mover = int(np.flatnonzero(level.bodies.role == GREEN)[0])
    if design.mover is not None:
        names = [body.name for body in design.draft().bodies if body.radius is None]
        mover = names.index(design.mover)
    return course(level, mover, design.way)


def report(search: Search) -> Iterable[str]:
    """A line for each level."""
    for name, known in search.progress.items():
        best, share = known.best, known.random_share
        top = f"{known.pool[0][0]:8.2f} at {known.pool[0][1]}" if known.pool else ""
        found = f"{best[0]}/{TRIALS} in {best[1]} of {len(known.solutions)}" if best else "-"
        yield f"{name:24} random {share or 0:6.3f} tried {known.tried:6} best {top} solved {found}"
