"""Hand-made levels of size M: two polygons, three circles, two joints and two thrusters at most."""

from jaxenvs.envs.kinetix._draft import LevelDraft
from tools.levels.base import LEFT, RIGHT, UP, design, jets, limb, rod, wheels

HULL = ((-0.28, -0.12), (0.28, -0.12), (0.14, 0.16), (-0.14, 0.16))
"""Of a landing craft."""


@design("m")
def rocket_landing(d: LevelDraft) -> LevelDraft:
    """Fly past the red rocks and set the craft down on the blue pad."""
    d = (
        d.wall("floor", role="red")
        .wall("right wall", role="red")
        .polygon(HULL, (0.8, 4.2), name="craft", role="green", velocity=(0.4, 0))
        .box(0.9, 0.12, (4.2, 0.47), name="pad", role="blue", fixated=True)
        .circle(0.4, (2.0, 2.6), name="rock", role="red", fixated=True)
        .circle(0.5, (3.1, 1.1), name="boulder", role="red", fixated=True)
        .circle(0.3, (3.6, 3.3), name="stone", role="red", fixated=True)
    )
    return jets(d, "craft", ((0.6, 4.08), (1.0, 4.08)), (UP - 0.2, UP + 0.2), 0.11)


@design("m")
def acrobot(d: LevelDraft) -> LevelDraft:
    """Swing the two rods up, moving only the elbow, until the green one reaches blue."""
    return (
        d.circle(0.1, (2.5, 2.6), name="pivot", fixated=True)
        .box(0.12, 0.95, (2.5, 2.18), name="upper rod")
        .box(0.12, 0.95, (2.5, 1.34), name="lower rod", role="green")
        .circle(0.2, (2.5, 4.2), name="goal", role="blue", fixated=True)
        .revolute("pivot", "upper rod", at=(2.5, 2.6))
        .revolute("upper rod", "lower rod", at=(2.5, 1.76), motor=1.5, power=0.3)
    )


@design("m")
def jet_cart_pole(d: LevelDraft) -> LevelDraft:
    """Balance the pole on the jet cart and take its tip to the blue ball."""
    d = (
        d.wall("floor", role="red", friction=0.0)
        .box(0.7, 0.26, (1.0, 0.535), name="cart", friction=0.0, density=2)
        .box(0.1, 1.1, (1.0, 1.17), name="pole", role="green")
        .circle(0.18, (3.5, 1.75), name="goal", role="blue", fixated=True)
        .revolute("cart", "pole", at=(1.0, 0.64))
    )
    return jets(d, "cart", ((0.66, 0.535), (1.34, 0.535)), (RIGHT, LEFT), 0.2)


@design("m")
def break_shot(d: LevelDraft) -> LevelDraft:
    """Push the cue so that one ball sends the other up the ramp to the blue target."""
    d = (
        d.box(0.3, 0.3, (0.5, 0.555), name="cue", density=2)
        .circle(0.15, (1.2, 0.555), name="first ball", density=2)
        .circle(0.15, (2.0, 0.555), name="second ball", role="green", density=1)
        .triangle((3.0, 0.4), (4.1, 0.4), (4.1, 0.85), name="ramp", fixated=True)
        .circle(0.28, (4.7, 1.3), name="target", role="blue", fixated=True)
    )
    return jets(d, "cue", ((0.5, 0.5), (0.5, 0.5)), (RIGHT, LEFT), 0.3)


@design("m")
def tray_flight(d: LevelDraft) -> LevelDraft:
    """Carry the ball on the flying tray to the blue target, and do not drop it."""
    d = d.wall("floor", role="red")
    d = rod(d, "left half", (1.2, 1.2), (0.55, 1.38), 0.1, density=0.8)
    d = rod(d, "right half", (1.2, 1.2), (1.85, 1.38), 0.1, density=0.8)
    d = (
        d.fixed("left half", "right half", at=(1.2, 1.2))
        .circle(0.13, (1.2, 1.4), name="ball", role="green")
        .circle(0.22, (3.9, 3.4), name="target", role="blue", fixated=True)
    )
    left, right = d.body("left half").rotation, d.body("right half").rotation
    return d.thruster("left half", (0.6, 1.36), angle=UP - left, power=0.15, binding=0).thruster(
        "right half", (1.8, 1.36), angle=UP - right, power=0.15, binding=1
    )


@design("m")
def hammer_and_lever(d: LevelDraft) -> LevelDraft:
    """Bring the hammer down on the lever so that the ball flies to the blue target."""
    d = rod(d, "hammer", (0.8, 0.55), (0.6, 1.75), 0.16, density=2)
    return (
        d.revolute("left wall", "hammer", at=(0.8, 0.55), motor=-1.5, power=1, limits=(-1.65, 0))
        .box(2.0, 0.1, (2.65, 0.85), name="lever", density=0.6)
        .revolute("floor", "lever", limits=(0, 0.4), at=(2.5, 0.85))
        .circle(0.12, (3.45, 1.025), name="ball", role="green", density=0.8)
        .circle(0.25, (3.0, 3.5), name="target", role="blue", fixated=True)
    )


@design("m")
def space_docking(d: LevelDraft) -> LevelDraft:
    """Steer the ship with its two jets between the red rocks to the blue dock."""
    d = d.gravity(0, 0)
    for name in ("floor", "left wall", "right wall", "ceiling"):
        d = d.wall(name, role="red")
    d = (
        d.triangle((0.4, 0.85), (0.4, 1.25), (0.95, 1.05), name="ship", role="green")
        .box(0.14, 0.8, (4.7, 3.9), name="dock", role="blue", fixated=True)
        .circle(0.5, (1.9, 2.5), name="large rock", role="red", fixated=True)
        .circle(0.4, (3.3, 1.5), name="rock", role="red", fixated=True)
        .circle(0.35, (3.2, 4.0), name="small rock", role="red", fixated=True)
    )
    return jets(d, "ship", ((0.42, 0.92), (0.42, 1.18)), (RIGHT, RIGHT), 0.02)


@design("m")
def wheel_in_bowl(d: LevelDraft) -> LevelDraft:
    """Rock the wheel up the side of the bowl with the disc inside, up to the blue ball."""
    return (
        d.triangle((0, 0.4), (2.1, 0.4), (0, 1.5), name="left side", fixated=True)
        .triangle((2.9, 0.4), (5, 0.4), (5, 1.5), name="right side", fixated=True)
        .circle(0.3, (2.5, 0.705), name="wheel", role="green")
        .circle(0.2, (2.5, 0.705), name="disc", density=4)
        .revolute("wheel", "disc", motor=3, power=1)
        .circle(0.15, (4.5, 1.7), name="goal", role="blue", fixated=True)
    )


@design("m")
def pinball(d: LevelDraft) -> LevelDraft:
    """Keep the ball off the red floor with the flippers, and shoot it to the blue bumper."""
    return (
        d.wall("floor", role="red")
        .box(1.8, 0.14, (1.2, 1.4), name="left flipper", restitution=0.2)
        .box(1.8, 0.14, (3.8, 1.4), name="right flipper", restitution=0.2)
        .revolute(
            "left wall", "left flipper", at=(0.4, 1.4), motor=1.6, power=1, limits=(-0.4, 0.6)
        )
        .revolute(
            "right wall",
            "right flipper",
            at=(4.6, 1.4),
            motor=-1.6,
            power=1,
            binding=1,
            limits=(-0.6, 0.4),
        )
        .circle(0.13, (1.5, 3.6), name="ball", role="green", restitution=0.4)
        .circle(0.35, (2.5, 3.0), name="red bumper", role="red", fixated=True)
        .circle(0.28, (3.9, 4.1), name="blue bumper", role="blue", fixated=True)
    )


@design("m")
def inchworm(d: LevelDraft) -> LevelDraft:
    """Crawl with a single hinge to the blue ball."""
    return (
        d.box(0.8, 0.14, (0.7, 0.475), name="tail", friction=0.4)
        .box(0.8, 0.14, (1.5, 0.475), name="head", role="green", friction=1.6)
        .revolute("tail", "head", at=(1.1, 0.475), motor=2, power=2, limits=(-1.6, 1.6))
        .circle(0.2, (3.6, 0.6), name="goal", role="blue", fixated=True)
    )


@design("m")
def wheelie(d: LevelDraft) -> LevelDraft:
    """Pull a wheelie and touch the blue bar with the front wheel."""
    d = d.wall("right wall", role="red").box(0.9, 0.14, (0.9, 0.68), name="car")
    d = wheels(d, "car", {"back wheel": (0.8, 0.585)}, 0.18, 4.0, motor=-3.0, power=3.0)
    return (
        d.circle(0.14, (1.3, 0.56), name="front wheel", role="green")
        .revolute("car", "front wheel")
        .box(0.4, 0.1, (3.4, 1.2), name="bar", role="blue", fixated=True)
    )


@design("m")
def chimney(d: LevelDraft) -> LevelDraft:
    """Fly the ball out of the red chimney and over to the blue target."""
    d = (
        d.box(0.3, 2.4, (1.2, 1.62), name="left side", role="red", fixated=True)
        .box(0.3, 2.4, (2.3, 1.62), name="right side", role="red", fixated=True)
        .circle(0.2, (1.75, 0.605), name="ball", role="green")
        .circle(0.25, (4.3, 1.2), name="target", role="blue", fixated=True)
    )
    return jets(d, "ball", ((1.65, 0.55), (1.85, 0.55)), (UP - 0.15, UP + 0.15), 0.1)


@design("m")
def segway(d: LevelDraft) -> LevelDraft:
    """Ride the one-wheeled robot to the blue ball without dropping its head."""
    return (
        d.wall("floor", role="red")
        .circle(0.22, (1.0, 0.625), name="wheel", density=2)
        .box(0.12, 1.0, (1.0, 1.1), name="pole", rotation=0.02)
        .circle(0.16, (0.99, 1.65), name="head", role="green", density=0.5)
        .circle(0.2, (4.2, 1.7), name="goal", role="blue", fixated=True)
        .revolute("pole", "wheel", motor=-2, power=1.5)
        .fixed("pole", "head", at=(0.99, 1.6))
    )


@design("m")
def penalty_kick(d: LevelDraft) -> LevelDraft:
    """Kick the ball into the air so that it hits the blue target."""
    d = d.circle(0.14, (1.2, 1.75), name="hip", fixated=True)
    d = limb(d, "thigh", "hip", (1.2, 1.75), (1.2, 1.1), 0, thickness=0.16, limits=(-1.2, 1.2))
    d = limb(d, "shin", "thigh", (1.2, 1.1), (1.2, 0.5), 1, thickness=0.12, limits=(-1.8, 0.1))
    return d.circle(0.15, (1.55, 0.555), name="ball", role="green").circle(
        0.3, (4.2, 1.05), name="target", role="blue", fixated=True
    )
