"""Hand-made levels of size L, continued: what flies, throws, and machines of many parts."""

from jaxenvs.envs.kinetix._draft import LevelDraft
from tools.levels.base import UP, design, jets, limb, rod, wheels


@design("l")
def lunar_lander(d: LevelDraft) -> LevelDraft:
    """Land the craft on the blue pad between the red mountains."""
    d = d.wall("floor", role="red").polygon(
        ((-0.2, -0.14), (0.2, -0.14), (0.26, 0.04), (-0.26, 0.04)),
        (0.9, 4.3),
        name="hull",
        role="green",
        velocity=(0.8, 0),
    )
    d = d.polygon(
        ((-0.2, 0.05), (0.2, 0.05), (0.1, 0.22), (-0.1, 0.22)),
        (0.9, 4.3),
        name="cabin",
        role="green",
        velocity=(0.8, 0),
    ).fixed("hull", "cabin", at=(0.9, 4.34))
    for name, x, foot in (("left leg", 0.76, 0.58), ("right leg", 1.04, 1.22)):
        d = rod(d, name, (x, 4.18), (foot, 3.95), 0.06, role="green", velocity=(0.8, 0))
        d = d.fixed("hull", name, at=(x, 4.18))
    d = jets(d, "hull", ((0.75, 4.18), (1.05, 4.18)), (UP - 0.2, UP + 0.2), 0.15)
    return (
        d.triangle((0, 0.4), (2.0, 0.4), (0.8, 2.2), name="left mountain", role="red", fixated=True)
        .triangle((3.9, 0.4), (5, 0.4), (5, 2.8), name="right mountain", role="red", fixated=True)
        .box(0.8, 0.12, (3.4, 0.47), name="pad", role="blue", fixated=True)
        .circle(0.35, (3.0, 2.9), name="rock", role="red", fixated=True)
    )


@design(
    "l",
    way=(
        (2.5, 0.9),
        (4.4, 1.0),
        (4.4, 2.2),
        (3.2, 2.4),
        (1.8, 2.4),
        (0.5, 2.4),
        (0.6, 3.6),
        (2.0, 3.8),
    ),
)
def maze(d: LevelDraft) -> LevelDraft:
    """Fly through the maze to the blue ball at the top, past the red spikes."""
    d = (
        d.box(0.32, 0.32, (0.5, 0.57), name="flyer", role="green", friction=0.2)
        .box(3.7, 0.14, (1.85, 1.6), name="lower floor", fixated=True, friction=0.2)
        .box(3.7, 0.14, (3.15, 3.0), name="upper floor", fixated=True, friction=0.2)
        .triangle((2.1, 1.675), (2.7, 1.675), (2.4, 2.0), name="spike", role="red", fixated=True)
        .triangle(
            (2.2, 1.525), (2.8, 1.525), (2.5, 1.25), name="low spike", role="red", fixated=True
        )
        .triangle(
            (2.4, 3.075), (3.0, 3.075), (2.7, 3.5), name="high spike", role="red", fixated=True
        )
        .circle(0.25, (4.4, 3.5), name="goal", role="blue", fixated=True)
    )
    return jets(d, "flyer", ((0.5, 0.57), (0.5, 0.57)), (UP - 0.7, UP + 0.7), 0.13)


@design(
    "l",
    mover="starter",
    way=((0.6, 1.2), (1.0, 1.7)),
)
def dominoes(d: LevelDraft) -> LevelDraft:
    """Fly the jet box up to the table and start the dominoes, so that the green one hits blue."""
    d = d.box(0.26, 0.26, (0.6, 0.535), name="starter").box(
        3.0, 0.2, (3.1, 1.2), name="table", fixated=True
    )
    for i in range(4):
        d = d.box(0.1, 0.5, (2.0 + 0.3 * i, 1.555), name=f"domino {i + 1}")
    d = (
        d.box(0.1, 0.6, (3.2, 1.605), name="last domino", role="green")
        .circle(0.14, (3.8, 1.45), name="bell", role="blue", fixated=True)
        .box(0.1, 0.8, (1.68, 1.7), name="screen", fixated=True)
        .circle(0.5, (2.6, 3.2), name="lamp", fixated=True)
    )
    return jets(d, "starter", ((0.6, 0.535), (0.6, 0.535)), (UP - 0.3, UP + 0.5), 0.08)


@design("l")
def spike_jumper(d: LevelDraft) -> LevelDraft:
    """Drive, and jump with the jet over the red spikes to the blue post."""
    d = d.wall("ceiling", role="red").box(0.7, 0.18, (0.7, 0.68), name="car", role="green")
    d = wheels(d, "car", {"back wheel": (0.45, 0.56), "front wheel": (0.95, 0.56)}, 0.155)
    for name, x, height in (("spike", 2.0, 0.5), ("long spike", 3.2, 0.8)):
        corners = ((x - 0.2, 0.4), (x + 0.2, 0.4), (x, 0.4 + height))
        d = d.triangle(*corners, name=name, role="red", fixated=True)
    return (
        d.box(0.5, 1.4, (2.6, 3.4), name="stalactite", role="red", fixated=True)
        .thruster("car", (0.7, 0.68), angle=UP, power=0.6)
        .box(0.14, 0.8, (4.7, 0.81), name="post", role="blue", fixated=True)
    )


@design("l")
def rube_goldberg(d: LevelDraft) -> LevelDraft:
    """Tip the first ball onto the ramp, and let the machine throw the green one to blue."""
    d = limb(d, "flap", "left wall", (0.1, 4.0), (0.9, 4.0), 0, motor=0.5, limits=(0, 0.6))
    d = rod(d, "ramp", (1.15, 3.7), (3.5, 3.05), 0.1, fixated=True)
    return (
        d.circle(0.2, (0.5, 4.255), name="first ball", density=4)
        .triangle((3.4, 0.4), (4.0, 0.4), (3.7, 0.92), name="stand", fixated=True)
        .box(2.2, 0.08, (3.75, 0.96), name="see-saw", density=0.6)
        .revolute("stand", "see-saw", at=(3.75, 0.96), limits=(-0.35, 0.0))
        .circle(0.13, (2.8, 1.135), name="second ball", role="green", density=0.6)
        .circle(0.2, (2.9, 2.35), name="bell", role="blue", fixated=True)
        .box(0.12, 0.6, (1.6, 3.95), name="domino")
    )


@design(
    "l",
    way=((2.2, 0.75), (2.9, 0.8), (2.9, 2.0), (3.9, 2.0)),
)
def elevator(d: LevelDraft) -> LevelDraft:
    """Drive onto the lift, fly it up level, and drive off to the blue post."""
    d = d.triangle((1.6, 0.4), (2.2, 0.4), (2.2, 0.5), name="kerb", fixated=True)
    d = d.box(1.4, 0.12, (2.95, 0.465), name="lift", density=0.5)
    d = d.box(1.3, 1.1, (4.35, 0.96), name="ledge", fixated=True)
    d = d.box(0.8, 0.14, (0.8, 0.63), name="car", role="green")
    d = wheels(d, "car", {"back wheel": (0.58, 0.54), "front wheel": (1.02, 0.54)}, 0.135, motor=-1)
    d = d.box(0.14, 0.7, (4.8, 1.87), name="post", role="blue", fixated=True)
    return jets(d, "lift", ((2.3, 0.465), (3.6, 0.465)), (UP, UP), 0.22)


@design("l")
def paddle_gears(d: LevelDraft) -> LevelDraft:
    """Turn the first paddle wheel so that the second throws the ball onto the blue mat."""
    d = d.wall("floor", role="red")
    for i, (x, turn, motor) in enumerate(((1.3, 0.0, 1.0), (2.4, 0.785, None))):
        hub, one, two = f"hub {i + 1}", f"paddle {i + 1}a", f"paddle {i + 1}b"
        d = (
            d.circle(0.09, (x, 2.0), name=hub, fixated=True)
            .box(1.3, 0.1, (x, 2.0), name=one, rotation=turn)
            .box(0.1, 1.3, (x, 2.0), name=two, rotation=turn)
            .revolute(hub, one, motor=motor)
            .fixed(one, two)
        )
    return (
        d.box(0.6, 0.1, (3.27, 1.6), name="shelf", fixated=True)
        .circle(0.13, (3.07, 1.785), name="ball", role="green")
        .box(0.6, 0.2, (4.55, 0.6), name="mat", role="blue", fixated=True)
    )


@design("l")
def siege(d: LevelDraft) -> LevelDraft:
    """Throw the ball from the car over the red wall onto the blue ball."""
    d = d.wall("floor", role="red").box(1.0, 0.16, (1.0, 0.7), name="car", density=2)
    d = wheels(d, "car", {"back wheel": (0.68, 0.56), "front wheel": (1.32, 0.56)}, 0.155)
    d = rod(d, "arm", (1.35, 0.85), (0.45, 0.85), 0.08)
    return (
        d.revolute("car", "arm", at=(1.35, 0.85), motor=-2, power=1, binding=1, limits=(-1.8, 0))
        .box(0.08, 0.22, (0.46, 0.96), name="lip")
        .fixed("arm", "lip", at=(0.46, 0.87))
        .circle(0.11, (0.68, 1.005), name="ball", role="green")
        .box(0.16, 1.2, (3.2, 1.01), name="wall", role="red", fixated=True)
        .circle(0.3, (4.3, 0.7), name="target", role="blue", fixated=True)
    )


@design("l")
def robot_arm(d: LevelDraft) -> LevelDraft:
    """Reach over with the arm and sweep the ball off its shelf onto the blue mat."""
    d = d.wall("floor", role="red").box(0.5, 0.5, (1.6, 0.66), name="base", fixated=True)
    d = limb(d, "upper arm", "base", (1.6, 0.85), (1.3, 1.55), 0, motor=0.6, limits=(-1.8, 0.6))
    d = limb(d, "forearm", "upper arm", (1.3, 1.55), (1.0, 2.2), 1, motor=0.8, limits=(-2.2, 0.6))
    d = limb(d, "hand", "forearm", (1.0, 2.2), (0.8, 2.6), 2, motor=1.0, limits=(-2, 1))
    return (
        d.box(0.5, 0.1, (2.95, 1.6), name="shelf", fixated=True)
        .circle(0.15, (2.95, 1.805), name="ball", role="green")
        .box(0.8, 0.12, (4.4, 0.47), name="mat", role="blue", fixated=True)
    )
