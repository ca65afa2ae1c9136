"""Classic control: poles, pendulums and cars, as in Gymnasium."""

from jaxenvs.registry import register

_ORIGINAL = "Gymnasium 1.4"

for _version, _max_steps in (("v0", 200), ("v1", 500)):
    register(
        f"CartPole-{_version}",
        "jaxenvs.envs.classic.cartpole:CartPole",
        max_steps=_max_steps,
        reference=f"{_ORIGINAL} CartPole-{_version}",
    )

register(
    "Pendulum-v1",
    "jaxenvs.envs.classic.pendulum:Pendulum",
    max_steps=200,
    reference=f"{_ORIGINAL} Pendulum-v1",
)
register(
    "Acrobot-v1",
    "jaxenvs.envs.classic.acrobot:Acrobot",
    max_steps=500,
    reference=f"{_ORIGINAL} Acrobot-v1",
)
register(
    "MountainCar-v0",
    "jaxenvs.envs.classic.mountain_car:MountainCar",
    max_steps=200,
    reference=f"{_ORIGINAL} MountainCar-v0",
)
register(
    "MountainCarContinuous-v0",
    "jaxenvs.envs.classic.mountain_car_continuous:MountainCarContinuous",
    max_steps=999,
    reference=f"{_ORIGINAL} MountainCarContinuous-v0",
)
