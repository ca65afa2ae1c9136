"""Limit order books: trading against models of a market and in books of orders."""

from jaxenvs.registry import register

_PAPER = "the papers of JAX-LOB and JaxMARL-HFT"

for _name, _entry in (
    ("Execution", "execution:Execution"),
    ("MarketMaking", "market_making:MarketMaking"),
    ("MultiAgent", "multi_agent:MultiAgent"),
):
    register(
        f"LOB-{_name}-v0",
        f"jaxenvs.envs.lob.{_entry}",
        max_steps=0,
        reference=_PAPER,
        multi_agent=_name == "MultiAgent",
    )
for _name, _entry in (
    ("AvellanedaStoikov", "avellaneda_stoikov:AvellanedaStoikov"),
    ("CarteaJaimungalMaking", "cartea_jaimungal_making:CarteaJaimungalMaking"),
    ("AlmgrenChriss", "almgren_chriss:AlmgrenChriss"),
    ("CarteaJaimungalExecution", "cartea_jaimungal_execution:CarteaJaimungalExecution"),
):
    register(
        f"LOB-{_name}-v0",
        f"jaxenvs.envs.lob.closed_form.{_entry}",
        max_steps=0,
        reference="the model in the papers",
    )
