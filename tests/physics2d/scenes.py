"""A small builder of worlds for the engine's tests, and rollouts that share one program."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxenvs.physics2d import world as records
from jaxenvs.physics2d.stepping import DEFAULT, step
from jaxenvs.physics2d.world import Controls, Settings, Sizes, State, World

G = 9.81
SIZES = Sizes(bodies=12, planes=2, vertices=4, joints=5, thrusters=1)
MU = 0.5657
WORLD = -1
WITHOUT = dict.fromkeys(
    ("normal_impulse", "tangent_impulse", "plane_normal_impulse", "plane_tangent_impulse")
)


def hull(vertices: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Area, centroid and moment of area about it."""
    x, y = vertices.T
    u, v = np.roll(vertices, -1, axis=0).T
    cross = x * v - u * y
    area = cross.sum() / 2
    center = np.array([((x + u) * cross).sum(), ((y + v) * cross).sum()]) / (6 * area)
    about_origin = (cross * (x * x + x * u + u * u + y * y + y * v + v * v)).sum() / 12
    return area, center, about_origin - area * center @ center


def ngon(corners: int, radius: float) -> np.ndarray:
    """A regular polygon around the origin."""
    turns = 2 * math.pi * np.arange(corners) / corners
    return radius * np.stack([np.cos(turns), np.sin(turns)], axis=-1)


class Scene:
    """Fills slots one after the other; jointed bodies do not push each other."""

    def __init__(self, sizes: Sizes = SIZES, gravity: float = -G) -> None:
        self.sizes, self.gravity = sizes, gravity
        self.world, self.state = records.empty_world(sizes), records.at_rest(sizes)
        self.rules = np.ones((sizes.bodies, sizes.bodies), bool)
        self.next: dict[str, int] = {"body": 0, "plane": 0, "joint": 0, "thruster": 0}

    def _slot(self, kind: str, slot: int | None = None) -> int:
        self.next[kind] += 1
        return self.next[kind] - 1 if slot is None else slot

    def _body(
        self,
        mass: float,
        inertia: float,
        position=(0.0, 0.0),
        angle=0.0,
        velocity=(0.0, 0.0),
        spin=0.0,
        friction=MU,
        restitution=0.0,
        static=False,
        slot=None,
    ) -> int:
        k, bodies, state = self._slot("body", slot), self.world.bodies, self.state
        bodies.active[k] = True
        if not static:
            bodies.inverse_mass[k], bodies.inverse_inertia[k] = 1 / mass, 1 / inertia
        bodies.friction[k], bodies.restitution[k] = friction, restitution
        state.position[k], state.velocity[k] = position, velocity
        state.angle[k], state.spin[k] = angle, spin
        return k

    def polygon(self, vertices, density=1.0, **kwargs) -> int:
        """A polygon, its centroid at `position`."""
        vertices = np.asarray(vertices, float)
        area, center, moment = hull(vertices)
        vertices = vertices - center
        k, count = self._body(area * density, moment * density, **kwargs), len(vertices)
        edges = np.roll(vertices, -1, axis=0) - vertices
        lengths = np.linalg.norm(edges, axis=1, keepdims=True)
        bodies = self.world.bodies
        bodies.vertices[k] = vertices[0]
        bodies.vertices[k, :count] = vertices
        bodies.normals[k, :count] = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / lengths
        bodies.edges[k, :count] = True
        return k

    def box(self, width: float, height: float, position, **kwargs) -> int:
        """A rectangle."""
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
        return self.polygon(corners, position=position, **kwargs)

    def disc(self, radius: float, position, density=1.0, **kwargs) -> int:
        """A disc."""
        mass = math.pi * radius**2 * density
        k = self._body(mass, mass * radius**2 / 2, position=position, **kwargs)
        self.world.bodies.radius[k] = radius
        return k

    def plane(self, normal, offset=0.0, friction=MU, restitution=0.0) -> int:
        """Everything where the normal points, from `offset` on, is free."""
        k, planes = self._slot("plane"), self.world.planes
        planes.active[k], planes.normal[k], planes.offset[k] = True, normal, offset
        planes.friction[k], planes.restitution[k] = friction, restitution
        return k

    def joint(self, a, b, at, fixed=False, limits=None, speed=0.0, torque=0.0) -> int:
        """A pin or weld at a point of the world, at angle 0; `WORLD` holds it to the world."""
        k, joints, state = self._slot("joint"), self.world.joints, self.state
        places, angles = (
            np.concatenate([v, np.zeros_like(v[:1])])
            for v in (np.asarray(state.position), np.asarray(state.angle))
        )
        a, b = (self.sizes.bodies if body == WORLD else body for body in (a, b))
        joints.active[k], joints.body_a[k], joints.body_b[k] = True, a, b
        joints.is_fixed[k], joints.reference[k] = fixed, angles[b] - angles[a]
        for body, anchor in ((a, joints.anchor_a), (b, joints.anchor_b)):
            s, c = math.sin(angles[body]), math.cos(angles[body])
            anchor[k] = np.array([[c, s], [-s, c]]) @ (np.asarray(at) - places[body])
        if limits:
            joints.has_limits[k], joints.lower[k], joints.upper[k] = True, *limits
        joints.motor_speed[k], joints.motor_torque[k] = speed, torque
        if self.sizes.bodies not in (a, b):
            self.rules[a, b] = self.rules[b, a] = False
        return k

    def thruster(self, body, position, angle, force) -> int:
        """A thruster that pushes along `angle` of the body's frame."""
        k, thrusters = self._slot("thruster"), self.world.thrusters
        thrusters.active[k], thrusters.body[k], thrusters.position[k] = True, body, position
        thrusters.direction[k], thrusters.force[k] = (math.cos(angle), math.sin(angle)), force
        return k

    def build(self) -> tuple[World, State]:
        """The records, in numpy arrays."""
        gravity = np.array([0, self.gravity], np.float32)
        moving = self.world.bodies.inverse_mass > 0
        world = self.world.replace(
            collides=records.collides(self.rules),
            meets=self.world.planes.active[:, None] & moving[None],
            gravity=gravity,
        )
        return world, self.state


def stacked(items):
    """One tree with a leading axis out of many."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *items)


@functools.cache
def _rollout(steps: int, settings: Settings):
    """A jitted rollout of a batch under constant controls; the states of all steps [T, N, ...]."""

    def run(world: World, state: State, controls: Controls):
        def one(state, _):
            new, contacts = jax.vmap(lambda w, s, c: step(w, s, c, settings))(
                world, state, controls
            )
            return new, (new.replace(**WITHOUT), contacts.touching)

        return jax.lax.scan(one, state, length=steps)

    return jax.jit(run)


def rollout(world, state, steps, motor=1.0, thrust=1.0, settings=DEFAULT):
    """Last state, states of all steps [T, N, ...] without contact impulses, and what touched."""
    batch = len(state.angle)
    controls = Controls(
        motor=jnp.full((batch, world.joints.active.shape[1]), motor, jnp.float32),
        thrust=jnp.full((batch, world.thrusters.active.shape[1]), thrust, jnp.float32),
    )
    last, (states, touching) = _rollout(steps, settings)(world, state, controls)
    return jax.tree.map(np.asarray, (last, states, touching))


def anchors(world: World, state: State, joint: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the two bodies of a joint hold it, [..., 2]; one world, states with leading axes."""
    ends = []
    places, angles = np.asarray(state.position), np.asarray(state.angle)
    places = np.concatenate([places, np.zeros_like(places[..., :1, :])], axis=-2)
    angles = np.concatenate([angles, np.zeros_like(angles[..., :1])], axis=-1)
    for body, anchor in (
        (world.joints.body_a[joint], world.joints.anchor_a[joint]),
        (world.joints.body_b[joint], world.joints.anchor_b[joint]),
    ):
        s, c = np.sin(angles[..., body]), np.cos(angles[..., body])
        arm = np.stack([c * anchor[0] - s * anchor[1], s * anchor[0] + c * anchor[1]], axis=-1)
        ends.append(places[..., body, :] + arm)
    return ends[0], ends[1]


def energy(world: World, state: State) -> np.ndarray:
    """Kinetic and potential energy in J, [...]; one world, states with leading axes."""
    bodies = world.bodies
    mass, inertia = (
        np.where(v > 0, 1 / np.where(v > 0, v, 1), 0).astype(float)
        for v in (bodies.inverse_mass, bodies.inverse_inertia)
    )
    moving = 0.5 * mass * (state.velocity**2).sum(-1) + 0.5 * inertia * state.spin**2
    return (moving - mass * (state.position @ world.gravity)).sum(-1)
