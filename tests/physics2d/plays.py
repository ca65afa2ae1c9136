"""Scenes of the builder, played together so that one program is compiled for all of them."""

import dataclasses

import numpy as np

from jaxenvs.physics2d.scene import Scene
from jaxenvs.physics2d.stepping import DEFAULT
from jaxenvs.physics2d.world import Settings, Sizes, State, World
from tests.physics2d.scenes import anchors, energy, rollout, stacked

SIZES = Sizes(bodies=6, planes=1, vertices=4, joints=2, thrusters=1)


@dataclasses.dataclass(frozen=True)
class Play:
    """A scene and what became of it, by the names of its bodies."""

    scene: Scene
    world: World
    start: State
    states: State  # after each step [T, ...], without the impulses of contacts

    def of(self, body: str | int, field: str) -> np.ndarray:
        """A field of the state of one body, [T, ...]."""
        return getattr(self.states, field)[:, self.scene.index(body)]

    def moving(self, field: str) -> np.ndarray:
        """A field of the bodies that are not static, [T, bodies, ...]."""
        slots = [k for k, body in enumerate(self.scene.bodies) if not body.static]
        return getattr(self.states, field)[:, slots]

    def masses(self) -> np.ndarray:
        """Of the bodies that are not static, [bodies]."""
        return np.array([body.mass.mass for body in self.scene.bodies if not body.static])

    def gap(self) -> float:
        """The widest that any joint ever opens, m."""
        ends = [anchors(self.world, self.states, k) for k in range(len(self.scene.joints))]
        return max(float(np.linalg.norm(a - b, axis=-1).max()) for a, b in ends)

    def energies(self) -> np.ndarray:
        """At the start and after each step, J, [1 + T]."""
        return np.append(energy(self.world, self.start), energy(self.world, self.states))


def played(
    scenes: dict[str, Scene], steps: int, settings: Settings = DEFAULT, sizes: Sizes = SIZES
) -> dict[str, Play]:
    """Every scene for some steps, with motors and thrusters fully on."""
    built = [scene.world(sizes) for scene in scenes.values()]
    worlds, starts = (stacked(parts) for parts in zip(*built, strict=True))
    _, states, _ = rollout(worlds, starts, steps, settings=settings)
    names = ("position", "angle", "velocity", "spin")
    assert all(np.isfinite(getattr(states, name)).all() for name in names)
    plays = {}
    for k, (name, scene) in enumerate(scenes.items()):
        fields = {field: getattr(states, field)[:, k] for field in names}
        run = built[k][1].replace(**fields)
        plays[name] = Play(scene, *built[k], run)
    return plays
