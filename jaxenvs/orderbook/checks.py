"""Checks of messages that are at hand as numbers, before anything is compiled."""

import numpy as np

from jaxenvs.orderbook.records import Kind, Message, Sizes

_KINDS = {value: name for name, value in vars(Kind).items() if name.isupper()}
_NEW = (Kind.LIMIT, Kind.MARKET, Kind.IOC, Kind.FOK, Kind.POST_ONLY, Kind.ICEBERG)
_RESTING = (Kind.LIMIT, Kind.POST_ONLY, Kind.ICEBERG)
_BY_ID = (Kind.CANCEL, Kind.REDUCE, Kind.MODIFY)
_LARGEST = 2**30


def check_messages(messages: Message, sizes: Sizes) -> None:
    """Refuses what the engine would count as invalid, or could not add up.

    `messages` holds numbers, not tracers, with any leading axes. Raises `ValueError` that starts
    with the field and names the first message at fault.
    """
    fields = {name: np.asarray(value) for name, value in vars(messages).items()}
    kind = fields["kind"]
    _demand(kind, np.isin(kind, list(_KINDS)), "kind", "a constant of Kind, 0 to 9")
    if not sizes.icebergs:
        _demand(kind, kind != Kind.ICEBERG, "kind", "no ICEBERG, as sizes.icebergs is False")
    new, rests, by_id = (np.isin(kind, some) for some in (_NEW, _RESTING, _BY_ID))
    quantity, price = fields["quantity"], fields["price"]
    _demand(fields["side"], ~new | (abs(fields["side"]) == 1), "side", "BUY (1) or SELL (-1)")
    sized = new | (kind == Kind.REDUCE) | (kind == Kind.MODIFY)
    fits = (quantity > 0) & (quantity < _LARGEST)
    _demand(quantity, ~sized | fits, "quantity", f"1 to {_LARGEST - 1} shares")
    _demand(price, abs(price.astype(np.int64)) < _LARGEST, "price", f"ticks below {_LARGEST}")
    ids = fields["order_id"]
    _demand(ids, ~(rests | by_id) | (ids > 0), "order_id", "a number above 0")
    owner = fields["owner"]
    known = (owner >= 0) & (owner < sizes.owners)
    _demand(owner, ~new | known, "owner", f"0 to {sizes.owners - 1}, as sizes.owners says")
    shown = fields["display"]
    _demand(shown, (kind != Kind.ICEBERG) | (shown > 0), "display", "1 or more shares shown")


def _demand(values: np.ndarray, fine: np.ndarray, name: str, expected: str) -> None:
    if np.all(fine):
        return
    place = tuple(int(i) for i in np.argwhere(~fine)[0])
    which = f" (message {', '.join(map(str, place))})" if place else ""
    raise ValueError(f"{name}: expected {expected}, got {values[place]}{which}")
