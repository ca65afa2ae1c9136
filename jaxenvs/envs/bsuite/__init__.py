"""bsuite: small games that ask one question each, as in DeepMind's behaviour suite."""

from typing import Any

from jaxenvs.registry import register


def _register(name: str, where: str, experiment: str, **kwargs: Any) -> None:
    register(
        f"bsuite-{name}-v0",
        f"jaxenvs.envs.bsuite.{where}",
        max_steps=0,
        reference=f"bsuite 0.3.6 {experiment}",
        **kwargs,
    )


_register("Bandit", "bandit:SimpleBandit", "bandit")
_register("MNIST", "mnist:MNISTBandit", "mnist")
_register("Catch", "catch:Catch", "catch")
_register("Cartpole", "cartpole:Cartpole", "cartpole")
_register("CartpoleSwingup", "cartpole_swingup:CartpoleSwingup", "cartpole_swingup")
_register("MountainCar", "mountain_car:MountainCar", "mountain_car")
_register("DeepSea", "deep_sea:DeepSea", "deep_sea")
_register("DeepSeaStochastic", "deep_sea:DeepSea", "deep_sea_stochastic", deterministic=False)
_register("DiscountingChain", "discounting_chain:DiscountingChain", "discounting_chain")
_register("MemoryLength", "memory_chain:MemoryChain", "memory_len", memory_length=10)
_register("MemorySize", "memory_chain:MemoryChain", "memory_size", memory_length=2, num_bits=10)
_register(
    "UmbrellaLength", "umbrella_chain:UmbrellaChain", "umbrella_length",
    chain_length=10, n_distractor=20,
)  # fmt: skip
_register(
    "UmbrellaDistract", "umbrella_chain:UmbrellaChain", "umbrella_distract",
    chain_length=20, n_distractor=10,
)  # fmt: skip

for _name, _experiment in (
    ("Bandit", "bandit"),
    ("MNIST", "mnist"),
    ("Catch", "catch"),
    ("Cartpole", "cartpole"),
    ("MountainCar", "mountain_car"),
):
    _register(
        f"{_name}Noise", f"variants:{_name}Noise", f"{_experiment}_noise",
        noise_scale=1.0,
    )  # fmt: skip
    _register(
        f"{_name}Scale", f"variants:{_name}Scale", f"{_experiment}_scale",
        reward_scale=30.0,
    )  # fmt: skip
