"""What other libraries call the games that we have, and which settings make ours the same."""

from typing import Any

from jaxenvs.envs import minatar

GYMNAX_NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        f"{env_id.split('-')[1]}-MinAtar": (env_id, settings | {"as_float": True})
        for env_id, settings in minatar.GYMNAX_SETTINGS.items()
    },
    "Catch-bsuite": ("bsuite-Catch-v0", {}),
    "DeepSea-bsuite": ("bsuite-DeepSea-v0", {"size": 8}),
    "MemoryChain-bsuite": ("bsuite-MemoryLength-v0", {"memory_length": 5}),
    "UmbrellaChain-bsuite": ("bsuite-UmbrellaLength-v0", {"n_distractor": 0}),
    "DiscountingChain-bsuite": ("bsuite-DiscountingChain-v0", {}),
    "MNISTBandit-bsuite": ("bsuite-MNIST-v0", {}),
    "SimpleBandit-bsuite": ("bsuite-Bandit-v0", {}),
    **{
        f"{game}-misc": (f"Misc-{game}-v0", {})
        for game in (
            "BernoulliBandit",
            "FourRooms",
            "GaussianBandit",
            "MetaMaze",
            "PointRobot",
            "Pong",
            "Reacher",
            "Swimmer",
        )
    },
    "FrozenLake-misc": ("FrozenLake-v1", {}),
}
"""From gymnax's names, where they are not ours, to our ids and the options of `jaxenvs.make`."""

JAXMARL_NAMES = {
    "MPE_simple_v3": "MPE-Simple-v3",
    "MPE_simple_adversary_v3": "MPE-SimpleAdversary-v3",
    "MPE_simple_crypto_v3": "MPE-SimpleCrypto-v3",
    "MPE_simple_push_v3": "MPE-SimplePush-v3",
    "MPE_simple_reference_v3": "MPE-SimpleReference-v3",
    "MPE_simple_speaker_listener_v4": "MPE-SimpleSpeakerListener-v4",
    "MPE_simple_spread_v3": "MPE-SimpleSpread-v3",
    "MPE_simple_tag_v3": "MPE-SimpleTag-v3",
    "MPE_simple_world_comm_v3": "MPE-SimpleWorldComm-v3",
    "MPE_simple_facmac_v1": "MPE-Facmac3a-v1",
    "MPE_simple_facmac_3a_v1": "MPE-Facmac3a-v1",
    "MPE_simple_facmac_6a_v1": "MPE-Facmac6a-v1",
    "MPE_simple_facmac_9a_v1": "MPE-Facmac9a-v1",
    "overcooked": "Overcooked-CrampedRoom-v0",
    "switch_riddle": "Social-SwitchRiddle-v1",
}
"""From the ids that JaxMARL makes games by to ours."""

JAXMARL_LAYOUTS = {
    "cramped_room": "Overcooked-CrampedRoom-v0",
    "asymm_advantages": "Overcooked-AsymmetricAdvantages-v0",
    "coord_ring": "Overcooked-CoordinationRing-v0",
    "forced_coord": "Overcooked-ForcedCoordination-v0",
    "counter_circuit": "Overcooked-CounterCircuitO1Order-v0",
}
"""From the names of JaxMARL's kitchens, its `overcooked_layouts`, to our ids."""

JAXMARL_PLAYERS = {num_players: f"Hanabi-Full-{num_players}p-v0" for num_players in (2, 3, 4, 5)}
"""From the `num_agents` of JaxMARL's "hanabi" to our ids."""

JAXMARL_ALIKE = {"coin_game": "Social-CoinGame-v1"}
"""From JaxMARL's ids of games that come without its interface to ours."""
