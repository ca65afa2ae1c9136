"""Hand-made levels of size L: up to eight polygons, four circles, six joints and two thrusters.

This module: what walks, crawls, drives and swings.
"""

from jaxenvs.envs.kinetix._draft import LevelDraft
from tools.levels.base import design, limb, rod, wheels


@design("l")
def half_cheetah(d: LevelDraft) -> LevelDraft:
    """Gallop on four-jointed legs until the trunk touches the blue post."""
    d = d.box(1.1, 0.16, (0.9, 1.0), name="trunk", role="green")
    d = limb(d, "back thigh", "trunk", (0.45, 1.0), (0.3, 0.72), 0)
    d = limb(d, "back shin", "back thigh", (0.3, 0.72), (0.5, 0.47), 1)
    d = limb(d, "front thigh", "trunk", (1.35, 1.0), (1.5, 0.72), 2)
    d = limb(d, "front shin", "front thigh", (1.5, 0.72), (1.35, 0.47), 3)
    return d.box(0.2, 1.6, (3.7, 1.21), name="post", role="blue", fixated=True)


@design("l")
def hopper(d: LevelDraft) -> LevelDraft:
    """Hop on one leg to the blue post; the trunk must not touch the red floor."""
    d = d.wall("floor", role="red").box(0.5, 0.1, (0.9, 0.455), name="foot", friction=1.5)
    d = limb(d, "shin", "foot", (0.8, 0.47), (0.98, 0.85), 0, limits=(-0.6, 0.6))
    d = limb(d, "thigh", "shin", (0.98, 0.85), (0.8, 1.22), 1, limits=(-0.9, 0.9))
    d = limb(d, "trunk", "thigh", (0.8, 1.22), (0.85, 1.8), 2, thickness=0.18, role="green")
    return d.box(0.2, 3.0, (2.9, 2.0), name="post", role="blue", fixated=True)


@design("l")
def bipedal_walker(d: LevelDraft) -> LevelDraft:
    """Walk on two legs over the bumps to the blue post."""
    d = d.box(0.55, 0.3, (0.8, 1.32), name="trunk", role="green")
    d = limb(d, "left thigh", "trunk", (0.8, 1.22), (0.9, 0.84), 0, limits=(-0.9, 0.9))
    d = limb(d, "left shin", "left thigh", (0.9, 0.84), (0.8, 0.46), 1, limits=(-0.9, 0.3))
    d = limb(d, "right thigh", "trunk", (0.8, 1.22), (0.8, 0.84), 2, limits=(-0.9, 0.9))
    d = limb(d, "right shin", "right thigh", (0.8, 0.84), (0.65, 0.46), 3, limits=(-0.9, 0.3))
    return (
        d.triangle((1.5, 0.4), (2.1, 0.4), (1.8, 0.5), name="bump", fixated=True)
        .triangle((2.3, 0.4), (3.1, 0.4), (2.8, 0.54), name="larger bump", fixated=True)
        .box(0.2, 1.8, (3.7, 1.31), name="post", role="blue", fixated=True)
    )


@design("l")
def snake(d: LevelDraft) -> LevelDraft:
    """Crawl with four hinges over the ridge until the head touches the blue post."""
    d = rod(d, "tail", (0.25, 0.475), (0.7, 0.475), 0.14)
    names = ("third", "second", "first")
    parent, x = "tail", 0.7
    for i, name in enumerate(names):
        d = limb(d, name, parent, (x, 0.475), (x + 0.45, 0.475), i, thickness=0.14)
        parent, x = name, x + 0.45
    d = limb(d, "head", parent, (x, 0.475), (x + 0.45, 0.475), 3, thickness=0.14, role="green")
    return d.triangle((2.8, 0.4), (3.4, 0.4), (3.1, 0.55), name="ridge", fixated=True).box(
        0.2, 1.0, (4.3, 0.91), name="post", role="blue", fixated=True
    )


@design("l")
def ball_pusher(d: LevelDraft) -> LevelDraft:
    """Run up with the car and push the ball over the ridge to the blue post."""
    d = d.box(0.8, 0.2, (1.3, 0.72), name="car")
    d = wheels(d, "car", {"back wheel": (1.05, 0.56), "front wheel": (1.55, 0.56)}, 0.155)
    return (
        d.circle(0.25, (2.2, 0.655), name="ball", role="green")
        .triangle((2.9, 0.4), (4.1, 0.4), (3.7, 0.75), name="ridge", fixated=True)
        .box(0.14, 1.0, (4.9, 0.91), name="post", role="blue", fixated=True)
    )


@design("l")
def cart_pole(d: LevelDraft) -> LevelDraft:
    """Drive the cart with the pole upright until the green ball touches blue."""
    d = d.wall("floor", role="red").box(0.8, 0.2, (1.0, 0.74), name="cart")
    d = wheels(d, "cart", {"back wheel": (0.72, 0.56), "front wheel": (1.28, 0.56)}, 0.155)
    return (
        d.box(0.1, 1.1, (1.0, 1.35), name="pole", rotation=0.02)
        .revolute("cart", "pole", at=(1.0, 0.84))
        .circle(0.16, (0.99, 1.95), name="bob", role="green", density=0.5)
        .fixed("pole", "bob", at=(0.99, 1.9))
        .box(0.4, 0.4, (3.6, 2.0), name="goal", role="blue", fixated=True)
    )


@design(
    "l",
    way=((1.7, 1.4), (2.7, 1.4), (3.6, 1.4)),
)
def drawbridge(d: LevelDraft) -> LevelDraft:
    """Lower the drawbridge and drive the car over the red moat to the blue flag."""
    d = (
        d.wall("floor", role="red")
        .box(2.0, 0.8, (1.0, 0.8), name="left bank", fixated=True)
        .box(1.6, 0.7, (4.2, 0.75), name="right bank", fixated=True)
    )
    d = rod(d, "bridge", (2.0, 1.16), (1.87, 2.7), 0.1, density=0.5)
    d = d.revolute("left bank", "bridge", at=(2.0, 1.16), motor=-0.4, power=1, limits=(-1.67, 0))
    d = d.box(0.6, 0.14, (0.6, 1.43), name="car", role="green")
    places = {"back wheel": (0.4, 1.34), "front wheel": (0.8, 1.34)}
    d = wheels(d, "car", places, 0.135, binding=1, motor=-1.5)
    return d.box(0.12, 0.6, (4.8, 1.405), name="flag", role="blue", fixated=True)


@design(
    "l",
    way=((2.0, 0.7), (3.2, 0.7)),
)
def gate(d: LevelDraft) -> LevelDraft:
    """Raise the red gate, drive under it while it is open, and touch the blue post."""
    d = d.box(0.3, 2.6, (2.6, 3.65), name="pillar", fixated=True)
    d = rod(d, "gate", (2.6, 2.3), (2.6, 0.52), 0.12, role="red", density=0.4)
    d = d.revolute("pillar", "gate", at=(2.6, 2.3), motor=0.5, power=0.5, binding=1)
    d = d.box(0.7, 0.16, (0.8, 0.66), name="car", role="green")
    d = wheels(d, "car", {"back wheel": (0.55, 0.55), "front wheel": (1.05, 0.55)}, 0.145)
    return d.box(0.14, 0.8, (4.7, 0.81), name="post", role="blue", fixated=True)


@design(
    "l",
    way=((1.6, 1.3), (2.5, 1.3), (3.5, 1.3)),
)
def see_saw_crossing(d: LevelDraft) -> LevelDraft:
    """Cross the red pit over the see-saw and drive the car to the blue flag."""
    d = (
        d.wall("floor", role="red")
        .box(1.2, 0.7, (0.6, 0.75), name="left bank", fixated=True)
        .box(1.2, 0.6, (4.4, 0.7), name="right bank", fixated=True)
        .triangle((2.25, 0.4), (2.75, 0.4), (2.5, 1.0), name="stand", fixated=True)
        .box(2.5, 0.1, (2.5, 1.04), name="plank", density=2)
        .revolute("stand", "plank", limits=(-0.12, 0.12))
        .box(0.74, 0.12, (0.5, 1.29), name="car", role="green")
    )
    places = {"back wheel": (0.31, 1.225), "front wheel": (0.69, 1.225)}
    d = wheels(d, "car", places, 0.12, motor=-1.0)
    return d.box(0.12, 0.6, (4.8, 1.305), name="flag", role="blue", fixated=True)


@design("l")
def stair_rover(d: LevelDraft) -> LevelDraft:
    """Climb the stairs with the jointed rover up to the blue post."""
    d = d.box(0.62, 0.12, (0.5, 0.68), name="back", density=1)
    d = d.box(0.86, 0.12, (1.22, 0.68), name="front", role="green")
    d = d.revolute("back", "front", at=(0.8, 0.68), limits=(-0.6, 0.6))
    d = wheels(d, "back", {"wheel 1": (0.3, 0.56), "wheel 2": (0.66, 0.56)}, 0.155)
    d = wheels(d, "front", {"wheel 3": (0.98, 0.56), "wheel 4": (1.34, 0.56)}, 0.155, binding=1)
    return (
        d.box(2.8, 0.1, (3.6, 0.45), name="step 1", fixated=True)
        .box(2.1, 0.1, (3.95, 0.551), name="step 2", fixated=True)
        .box(1.3, 0.1, (4.35, 0.652), name="step 3", fixated=True)
        .box(0.14, 0.8, (4.8, 1.11), name="post", role="blue", fixated=True)
    )


@design(
    "l",
)
def wrecking_crane(d: LevelDraft) -> LevelDraft:
    """Swing the wrecking ball and knock the green block off its pillar onto the blue mat."""
    d = d.wall("floor", role="red").box(0.24, 2.7, (0.4, 1.76), name="mast", fixated=True)
    d = limb(d, "boom", "mast", (0.4, 3.0), (2.0, 3.0), 0, motor=0.8, power=1, limits=(-0.15, 0.7))
    d = rod(d, "rope", (2.0, 3.0), (2.0, 2.35), 0.07).revolute("boom", "rope", at=(2.0, 3.0))
    d = rod(d, "lower rope", (2.0, 2.35), (2.0, 1.75), 0.07)
    return (
        d.revolute("rope", "lower rope", at=(2.0, 2.35))
        .circle(0.22, (2.0, 1.6), name="wrecking ball", density=2)
        .fixed("lower rope", "wrecking ball", at=(2.0, 1.75))
        .box(0.5, 1.0, (3.2, 0.91), name="pillar", fixated=True)
        .box(0.3, 0.4, (3.2, 1.615), name="block", role="green", density=1.5)
        .box(0.7, 0.1, (4.6, 0.46), name="mat", role="blue", fixated=True)
    )
