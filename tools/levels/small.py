"""Hand-made levels of size S: one polygon, two circles, a joint and a thruster at most."""

from jaxenvs.envs.kinetix._draft import LevelDraft
from tools.levels.base import RIGHT, UP, design


@design("s")
def swing_up(d: LevelDraft) -> LevelDraft:
    """Swing the rod up with a weak motor until its end touches the blue ball."""
    return (
        d.circle(0.1, (2.5, 2.5), name="pivot", fixated=True)
        .box(0.14, 1.4, (2.5, 1.85), name="rod", role="green")
        .circle(0.16, (2.5, 3.92), name="goal", role="blue", fixated=True)
        .revolute("pivot", "rod", at=(2.5, 2.5), motor=1.0, power=0.015)
    )


@design("s")
def swing_jet(d: LevelDraft) -> LevelDraft:
    """Fire the jet in time with the swing until the rod reaches the blue ball on the left."""
    return (
        d.circle(0.1, (2.5, 2.6), name="pivot", fixated=True)
        .box(0.14, 1.6, (2.5, 1.85), name="rod", role="green")
        .circle(0.2, (1.03, 3.45), name="goal", role="blue", fixated=True)
        .revolute("pivot", "rod", at=(2.5, 2.6))
        .thruster("rod", (2.5, 1.1), angle=RIGHT, power=0.04)
    )


@design("s")
def drift_lander(d: LevelDraft) -> LevelDraft:
    """Drift over the red floor and come down on the blue dome."""
    return (
        d.wall("floor", role="red")
        .wall("right wall", role="red")
        .box(0.36, 0.3, (0.4, 4.1), name="lander", role="green", velocity=(1.1, 0))
        .circle(0.3, (3.9, 0.5), name="dome", role="blue", fixated=True)
        .thruster("lander", (0.4, 4.0), angle=UP, power=0.16)
    )


@design("s")
def hurdle(d: LevelDraft) -> LevelDraft:
    """Slide, jump over the red ball, and reach the blue one."""
    return (
        d.wall("floor", friction=0.0)
        .wall("ceiling", role="red")
        .box(0.3, 0.3, (0.4, 0.56), name="jumper", role="green", friction=0.0, velocity=(1.3, 0))
        .circle(0.4, (2.6, 0.7), name="hurdle", role="red", fixated=True)
        .circle(0.2, (4.7, 0.6), name="goal", role="blue", fixated=True)
        .thruster("jumper", angle=UP, power=0.2)
    )


@design("s")
def flipper(d: LevelDraft) -> LevelDraft:
    """Catch the falling ball on the flipper and strike it up to the blue target."""
    return (
        d.wall("floor", role="red")
        .box(1.1, 0.12, (0.6, 1.5), name="flipper")
        .circle(0.12, (0.75, 2.6), name="ball", role="green", restitution=0.2)
        .circle(0.3, (4.2, 2.9), name="target", role="blue", fixated=True)
        .revolute("left wall", "flipper", at=(0.1, 1.5), motor=2, power=2, limits=(-0.5, 0.9))
    )


@design("s")
def catapult(d: LevelDraft) -> LevelDraft:
    """Throw the ball over the red floor onto the blue target."""
    return (
        d.wall("floor", role="red")
        .box(1.5, 0.1, (1.0, 0.48), name="arm")
        .circle(0.12, (0.4, 0.655), name="ball", role="green")
        .circle(0.25, (4.5, 0.75), name="target", role="blue", fixated=True)
        .revolute("floor", "arm", at=(1.65, 0.48), motor=-0.8, power=1, limits=(-1.9, 0))
    )


@design("s")
def hamster_ball(d: LevelDraft) -> LevelDraft:
    """Roll the shell to the blue ball by lifting the weight that hangs inside."""
    return (
        d.circle(0.4, (0.7, 0.805), name="shell", role="green", density=0.3)
        .box(0.24, 0.28, (0.7, 0.62), name="weight", density=3)
        .revolute("shell", "weight", at=(0.7, 0.805), motor=0.5, power=0.2)
        .circle(0.15, (4.75, 0.55), name="goal", role="blue", fixated=True)
    )


@design("s")
def tilt_run(d: LevelDraft) -> LevelDraft:
    """Tilt the beam so that the ball rolls down it and flies to the blue ball."""
    return (
        d.wall("floor", role="red")
        .wall("left wall", role="red")
        .wall("right wall", role="red")
        .box(2.8, 0.1, (2.0, 1.8), name="beam")
        .circle(0.13, (1.5, 1.985), name="ball", role="green")
        .revolute("floor", "beam", motor=0.2, power=2, limits=(-0.35, 0.35))
        .circle(0.2, (4.4, 1.0), name="goal", role="blue", fixated=True)
    )


@design("s")
def jet_wheel(d: LevelDraft) -> LevelDraft:
    """Fire the jet of the rolling ball when it points right, and climb the ramp."""
    return (
        d.circle(0.25, (0.6, 0.655), name="ball", role="green", rotation=0.4)
        .triangle((2.6, 0.4), (4.4, 0.4), (4.4, 1.3), name="ramp", fixated=True)
        .circle(0.25, (4.7, 1.7), name="goal", role="blue", fixated=True)
        .thruster("ball", angle=0.0, power=0.14)
    )


@design("s")
def reaction_cube(d: LevelDraft) -> LevelDraft:
    """Tumble the cube to the blue ball with nothing but the wheel inside."""
    return (
        d.box(0.6, 0.6, (0.8, 0.705), name="cube", role="green")
        .circle(0.25, (0.8, 0.705), name="wheel", density=4)
        .revolute("cube", "wheel", motor=3, power=2)
        .circle(0.2, (4.3, 0.6), name="goal", role="blue", fixated=True)
    )
