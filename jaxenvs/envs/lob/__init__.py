"""Limit order books: trading against models of a market and against books of orders."""

from jaxenvs.registry import register

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
