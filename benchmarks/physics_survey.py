"""Random scenes at scale: is any of them ever not a number, out of its room, or richer in energy?

    python benchmarks/physics_survey.py --size L --layouts 500 --starts 10 --seed 0 --write
    python benchmarks/physics_survey.py --tell

Every layout of physics_scenes.py is played from several starts, which differ in velocities and in
the direction of gravity: one half left alone, whose energy may only fall, the other with motors and
thrusters that are set anew each second. A run of one size and seed is a row of physics_survey.json,
so that a large survey can be made in pieces; `--tell` sums them up in docs/physics.md.
"""

import argparse
import functools
import json
import pathlib
import sys
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from benchmarks.pages import placed
from benchmarks.physics_scenes import ROOM, SIZES, common_sizes, random_scenes
from jaxenvs.physics2d import Controls, State, World, step

ROWS = pathlib.Path(__file__).with_suffix(".json")
PAGE = pathlib.Path(__file__).parents[1] / "docs" / "physics.md"
BEGIN, END = "<!-- survey: begin -->", "<!-- survey: end -->"
STEPS = 300
TILE = 256  # scenes that are stepped at once
HOLD = 60  # steps for which controls are held


class Watch(NamedTuple):
    """What is kept of a play, for each scene."""

    finite: jax.Array
    outside: jax.Array  # m, how far a center of mass was beyond a wall
    lowest: jax.Array  # J, the least energy so far
    rise: jax.Array  # J, the largest rise above the least energy before
    gap: jax.Array  # m, the widest gap of a joint


def energy(world: World, state: State) -> jax.Array:
    """Kinetic and potential energy of one scene in J."""
    mass, inertia = (
        jnp.where(inverse > 0, 1 / jnp.where(inverse > 0, inverse, 1.0), 0.0)
        for inverse in (world.bodies.inverse_mass, world.bodies.inverse_inertia)
    )
    squares = (state.velocity**2).sum(-1)
    fallen = (state.position * world.gravity).sum(-1)
    return (mass * (0.5 * squares - fallen) + 0.5 * inertia * state.spin**2).sum()


def gap(world: World, state: State) -> jax.Array:
    """The widest gap of a joint of one scene in m."""
    joints = world.joints
    if not joints.active.shape[0]:
        return jnp.float32(0)
    ends = []
    still = jnp.zeros((1, 2), jnp.float32)  # one past the last body is the world itself
    places = jnp.concatenate([state.position, still])
    angles = jnp.concatenate([state.angle, still[:, 0]])
    for body, anchor in ((joints.body_a, joints.anchor_a), (joints.body_b, joints.anchor_b)):
        s, c = jnp.sin(angles[body]), jnp.cos(angles[body])
        x, y = anchor[:, 0], anchor[:, 1]
        ends.append(places[body] + jnp.stack([c * x - s * y, s * x + c * y], axis=-1))
    return jnp.where(joints.active, jnp.linalg.norm(ends[0] - ends[1], axis=-1), 0.0).max()


def outside(world: World, state: State) -> jax.Array:
    """How far a moving body's center of mass is beyond the room in m."""
    beyond = jnp.abs(state.position - ROOM / 2).max(-1) - ROOM / 2
    moves = world.bodies.active & (world.bodies.inverse_mass > 0)
    return jnp.where(moves, jnp.maximum(beyond, 0.0), 0.0).max()


@functools.cache
def player(power: float) -> Any:
    """A jitted play of a tile of scenes: what was seen of each."""

    def start(world: World, state: State) -> Watch:
        zero = jnp.float32(0)
        return Watch(jnp.bool_(True), zero, energy(world, state), zero, zero)

    def look(watch: Watch, world: World, state: State) -> Watch:
        now = energy(world, state)
        finite = jnp.isfinite(state.position).all() & jnp.isfinite(state.velocity).all()
        return Watch(
            watch.finite & finite & jnp.isfinite(state.angle).all() & jnp.isfinite(now),
            jnp.maximum(watch.outside, outside(world, state)),
            jnp.minimum(watch.lowest, now),
            jnp.maximum(watch.rise, now - watch.lowest),
            jnp.maximum(watch.gap, gap(world, state)),
        )

    def play(world: World, state: State, key: jax.Array) -> Watch:
        tile, joints = world.joints.active.shape
        thrusters = world.thrusters.active.shape[1]

        def one(carry: tuple[State, Watch], number: jax.Array) -> Any:
            state, watch = carry
            for_motors, for_thrusters = jax.random.split(jax.random.fold_in(key, number // HOLD))
            controls = Controls(
                motor=power * jax.random.uniform(for_motors, (tile, joints), minval=-1.0),
                thrust=power * jax.random.uniform(for_thrusters, (tile, thrusters)),
            )
            state, _ = jax.vmap(step)(world, state, controls)
            return (state, jax.vmap(look)(watch, world, state)), None

        first = (state, jax.vmap(start)(world, state))
        return jax.lax.scan(one, first, jnp.arange(STEPS))[0][1]

    return jax.jit(play)


def starts(
    world: World, state: State, joints: int, rng: np.random.Generator
) -> tuple[World, State]:
    """Other velocities and another direction of gravity for each of a batch of scenes.

    The bodies of the tree of joints move as one, so that no joint is torn at the start.
    """
    moves = np.asarray(world.bodies.inverse_mass) > 0
    velocity = rng.normal(0, 2, state.velocity.shape) * moves[..., None]
    spin = rng.normal(0, 3, state.spin.shape) * moves
    tree = slice(0, joints + 1)
    turning = spin[:, :1]
    arm = np.asarray(state.position)[:, tree] - np.asarray(state.position)[:, :1]
    across = np.stack([-arm[..., 1], arm[..., 0]], axis=-1)
    velocity[:, tree] = velocity[:, :1] + turning[..., None] * across
    spin[:, tree] = turning
    turn = rng.uniform(0, 2 * np.pi, len(moves))
    gravity = 9.81 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    still = (rng.random(len(moves)) < 0.1)[:, None]  # and some without any
    gravity = np.where(still, 0.0, gravity).astype(np.float32)
    return world.replace(gravity=gravity), state.replace(
        velocity=velocity.astype(np.float32), spin=spin.astype(np.float32)
    )


def survey(size: str, layouts: int, variants: int, seed: int) -> dict[str, Any]:
    """A row of the file: numbers of scenes, and what was seen."""
    scenes = random_scenes(SIZES[size], layouts, seed)
    room = common_sizes(scenes)
    built = [scene.world(room) for scene in scenes]
    batch = jax.tree.map(lambda *leaves: np.stack(leaves), *built)
    rng = np.random.default_rng(seed)
    row: dict[str, Any] = {"size": size, "seed": seed, "layouts": layouts, "steps": STEPS}
    for power, name in ((0.0, "left alone"), (1.0, "driven")):
        seen: list[Watch] = []
        order = np.resize(np.arange(layouts), -(-layouts * variants // (2 * TILE)) * TILE)
        for number, chosen in enumerate(order.reshape(-1, TILE)):
            world, state = jax.tree.map(lambda x, c=chosen: x[c], batch)
            world, state = starts(world, state, SIZES[size].joints, rng)
            key = jax.random.fold_in(jax.random.key(seed), number)
            scale = jax.vmap(energy)(world.replace(gravity=0 * world.gravity), state)
            watch = jax.device_get(player(power)(world, state, key))
            # A share of the energy that a fall through the room or the start's speed stands for.
            mass = np.where(world.bodies.inverse_mass > 0, world.bodies.inverse_mass, np.inf)
            fall = np.abs(world.gravity).max(-1) * ROOM * (1 / mass).sum(-1)
            seen.append(watch._replace(rise=watch.rise / (np.asarray(scale) + fall)))
        every = jax.tree.map(lambda *parts: np.concatenate(parts), *seen)
        row[name] = {"scenes": len(order)} | _told(every)
    return row


def _told(seen: Watch) -> dict[str, Any]:
    """In the form of the file."""
    found: dict[str, Any] = {"not finite": int((~seen.finite).sum())}
    for name in ("outside", "rise", "gap"):
        shares = np.nanpercentile(getattr(seen, name).astype(float), [50, 99, 99.9, 100])
        found[name] = [float(f"{value:.3g}") for value in shares]
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """The lines of the page: sums and the worst of all rows."""
    lines = [
        "| scenes | starts | not finite | furthest out, mm | rise of energy, 99 % and most "
        "| widest gap of a joint, mm, 50 %, 99 % and most |",
        "| --- |" + " ---: |" * 5,
    ]
    for size in SIZES:
        for name in ("left alone", "driven"):
            parts = [row[name] for row in rows if row["size"] == size]
            if not parts:
                continue
            starts, broken = (sum(part[key] for part in parts) for key in ("scenes", "not finite"))
            out = 1e3 * max(part["outside"][-1] for part in parts)
            rise = f"{_mean(parts, 'rise', 1):.1%}, {max(part['rise'][-1] for part in parts):.0%}"
            gaps = [_mean(parts, "gap", 0), _mean(parts, "gap", 1)]
            gaps.append(max(part["gap"][-1] for part in parts))
            wide = ", ".join(f"{float(f'{1e3 * gap:.3g}'):,g}" for gap in gaps)
            lines.append(
                f"| {size}, {name} | {starts:,} | {broken} | {out:.0f} "
                f"| {rise if name == 'left alone' else ''} | {wide} |"
            )
    return "\n".join(lines)


def _mean(parts: list[dict[str, Any]], key: str, place: int) -> float:
    """Of a percentile over rows, by their numbers of scenes."""
    return float(np.average([p[key][place] for p in parts], weights=[p["scenes"] for p in parts]))


def tell(rows: list[dict[str, Any]]) -> None:
    """Prints the table and writes it into the page."""
    text = table(rows)
    print(text)
    PAGE.write_text(placed(PAGE.read_text(), (BEGIN, END), text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="L")
    parser.add_argument("--layouts", type=int, default=200)
    parser.add_argument("--starts", type=int, default=10, help="of each layout")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="add the row to the file")
    parser.add_argument("--tell", action="store_true", help="write the page from the file instead")
    options = parser.parse_args()
    rows = json.loads(ROWS.read_text()) if ROWS.exists() else []
    if options.tell:
        tell(rows)
        return
    row = survey(options.size, options.layouts, options.starts, options.seed)
    print(json.dumps(row))
    if options.write:
        rows.append(row)
        ROWS.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
