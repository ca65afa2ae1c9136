"""Kinetix: control of bodies in a two-dimensional physics world, on levels of many kinds."""

from jaxenvs.registry import register

for _name in ("S", "M", "L"):
    for _shown in ("Symbolic", "Entity", "Pixels"):
        for _kind in ("Discrete", "MultiDiscrete", "Continuous"):
            register(
                f"Kinetix-{_name}-{_shown}-{_kind}-v0",
                "jaxenvs.envs.kinetix.kinetix:Kinetix",
                max_steps=256,
                reference="kinetix-env 3.0.2",
                size=_name.lower(),
                observation=_shown.lower(),
                actions=_kind.lower(),
            )
    register(
        f"KinetixTeam-{_name}-v0",
        "jaxenvs.envs.kinetix.team:KinetixTeam",
        max_steps=256,
        reference="kinetix-env 3.0.2",
        multi_agent=True,
        size=_name.lower(),
    )
