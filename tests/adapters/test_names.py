"""The table of other libraries' names."""

import jaxenvs
from jaxenvs.adapters import names
from jaxenvs.cli import peers


def test_every_name_stands_for_an_id_and_its_settings():
    ids = set(jaxenvs.list_envs())
    for env_id, settings in names.GYMNAX_NAMES.values():
        jaxenvs.make(env_id, **settings)
    for table in (
        names.JAXMARL_NAMES,
        names.JAXMARL_LAYOUTS,
        names.JAXMARL_PLAYERS,
        names.JAXMARL_ALIKE,
    ):
        assert set(table.values()) <= ids


def test_gymnax_plays_minatar_without_sticky_actions():
    env_id, settings = names.GYMNAX_NAMES["Freeway-MinAtar"]
    assert env_id == "MinAtar-Freeway-v1"
    assert settings == {
        "sticky_action_prob": 0.0,
        "max_steps": 2500,
        "time_limit": 0,
        "as_float": True,
    }


def test_peers_look_the_names_up_the_other_way():
    assert peers.GYMNAX["bsuite-Bandit-v0"] == "SimpleBandit-bsuite"
    assert peers.GYMNAX["MinAtar-Seaquest-v1"] == "Seaquest-MinAtar"
    assert peers.JAXMARL["MPE-Facmac3a-v1"] == "MPE_simple_facmac_3a_v1"
    assert peers.JAXMARL["Overcooked-CrampedRoom-v0"] == "overcooked cramped_room"
    assert peers.JAXMARL["Hanabi-Full-4p-v0"] == "hanabi 4"
    assert peers.JAXMARL["Social-CoinGame-v1"] == "coin_game"
