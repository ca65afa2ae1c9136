"""One message after another through a book, in closed form: no loop over resting orders."""

import jax
import jax.numpy as jnp

from jaxenvs.orderbook.records import (
    AHEAD,
    BUY,
    ORDER_ID,
    OWNER,
    PRICE,
    SELL,
    Book,
    Kind,
    Message,
    Sizes,
    Trades,
)
from jaxenvs.orderbook.views import best


def run(book: Book, messages: Message, sizes: Sizes) -> tuple[Book, Trades]:
    """Messages [T], one after the other: the book after all, and the trades of each, [T, ...]."""
    return jax.lax.scan(lambda now, one: process(now, one, sizes), book, messages)


def process(book: Book, message: Message, sizes: Sizes) -> tuple[Book, Trades]:
    """One message: the book after it, and what it traded."""
    price, ahead, ids, owner = (book.slots[row] for row in (PRICE, AHEAD, ORDER_ID, OWNER))
    capacity = sizes.capacity
    at = jnp.arange(capacity, dtype=jnp.int32)
    valid = at >= book.head[:, None]
    sides = jnp.arange(2, dtype=jnp.int32)
    kind, quantity = message.kind, message.quantity

    same = valid & (ids == message.order_id)
    found = same.any(axis=1)
    place = jnp.where(same, at, 0).sum(axis=1, dtype=jnp.int32)
    known = found.any()
    better = jnp.stack([price[0] >= message.price, price[1] <= message.price]) & valid
    better = better.sum(axis=1, dtype=jnp.int32)

    by_id = (kind == Kind.CANCEL) | (kind == Kind.REDUCE) | (kind == Kind.MODIFY)
    new = (kind >= Kind.LIMIT) & (kind <= Kind.POST_ONLY)
    own = jnp.where(by_id, found[1].astype(jnp.int32), (message.side == SELL).astype(jnp.int32))
    other = 1 - own
    slot = place[own]
    had = ahead[own, slot] - jnp.where(slot > 0, ahead[own, slot - 1], 0)
    had = jnp.where(known, had, 0)

    rests = (kind == Kind.LIMIT) | (kind == Kind.POST_ONLY)
    sound = (quantity > 0) | (kind == Kind.CANCEL)
    owned = (message.owner >= 0) & (message.owner < sizes.owners)
    sided = (message.side == BUY) | (message.side == SELL)
    sound &= by_id | (new & sided & owned & (~rests | (message.order_id > 0)))
    invalid = (kind != Kind.NOTHING) & ~sound
    unknown = sound & by_id & ~known
    duplicate = sound & rests & known
    fine = sound & ~unknown & ~duplicate

    keeps = (price[own, slot] == message.price) & (quantity <= had)
    replaces = fine & (kind == Kind.MODIFY) & ~keeps
    taking = fine & new | replaces
    reach = jnp.where(kind == Kind.MARKET, capacity - book.head[other], better[other])
    last = jnp.maximum(book.head[other] + reach - 1, 0)
    available = jnp.where(reach > 0, ahead[other, last], 0)
    would_trade = taking & (kind == Kind.POST_ONLY) & (reach > 0)
    killed = taking & (kind == Kind.FOK) & (available < quantity)
    taking &= ~would_trade & ~killed
    filled = jnp.where(taking, jnp.minimum(quantity, available), 0)
    rest = jnp.where(taking & (rests | replaces), quantity - filled, 0)
    inserts = rest > 0

    less = jnp.where(kind == Kind.REDUCE, jnp.minimum(quantity, had), had)
    less = jnp.where((kind == Kind.MODIFY) & keeps, had - quantity, less)
    less = jnp.where(fine & by_id, less, 0)
    gone = (less > 0) & (less == had)

    # the sweep
    take = jnp.where(sides == other, filled, 0)[:, None]
    before = jnp.pad(ahead[:, :-1], ((0, 0), (1, 0)))
    fill = jnp.minimum(ahead, take) - jnp.minimum(before, take)
    count = (fill > 0).sum(dtype=jnp.int32)
    swept = jnp.maximum(ahead - take, 0)
    emptied = (valid & (swept == 0)).sum(axis=1, dtype=jnp.int32)
    maker = jax.nn.one_hot(owner, sizes.owners, dtype=jnp.int32)
    shares = (fill[..., None] * maker).sum(axis=(0, 1), dtype=jnp.int32)
    money = ((fill * price)[..., None] * maker).sum(axis=(0, 1), dtype=jnp.int32)

    # the own side: an order out at `slot`, one in behind `rank` others
    mine = (sides == own)[:, None]
    head = book.head[own]
    counted = gone & (slot < head + better[own])
    rank = better[own] - counted.astype(jnp.int32)
    one_out, one_in = gone.astype(jnp.int32), inserts.astype(jnp.int32)
    to = jnp.maximum(head + one_out - one_in, 0)
    turn = at - to  # rank of a slot afterwards
    turn = turn - jnp.where(turn > rank, one_in, 0)
    source = head + turn
    source = source + jnp.where(gone & (source >= slot), 1, 0)
    in_front = better[own] + head - 1
    in_front = jnp.where(rank > 0, ahead[own, jnp.maximum(in_front, 0)], 0)
    in_front = jnp.where(rank > 0, in_front - jnp.where(counted, less, 0), 0)
    is_new = inserts & (at - to == rank)
    behind = inserts & (at - to > rank)
    moved = jnp.take(book.slots[:, own], jnp.clip(source, 0, capacity - 1), axis=1)
    moved = jnp.where(at >= to, moved, 0)
    cum = (
        moved[AHEAD]
        - jnp.where((source >= slot) & (less > 0), less, 0)
        + jnp.where(behind, rest, 0)
    )
    moved = moved.at[AHEAD].set(jnp.where(at >= to, cum, 0))
    was_owner = owner[own, slot]
    entry = jnp.stack(
        [
            message.price,
            in_front + rest,
            message.order_id,
            jnp.where(by_id, was_owner, message.owner),
        ]
    )
    moved = jnp.where(is_new, entry[:, None], moved)
    full = inserts & (head == 0) & ~gone
    dropped_new = full & (rank == capacity)
    tail = ahead[own, capacity - 1] - ahead[own, capacity - 2]
    dropped = jnp.where(full, jnp.where(dropped_new, rest, tail), 0)
    changed = (gone | inserts) | (less > 0)
    left = jnp.where(swept > 0, book.slots, 0).at[AHEAD].set(swept)
    slots = jnp.where(mine & changed, moved[:, None], left)
    heads = jnp.where(sides == own, jnp.where(changed, to, head), book.head + emptied)
    flags = [invalid, unknown, duplicate, would_trade, killed, full]
    events = jnp.stack(
        [*(flag.astype(jnp.int32) for flag in flags), dropped, jnp.zeros((), jnp.int32)]
    )
    after = Book(slots=slots, head=heads, counters=book.counters + events)

    taker = jnp.arange(sizes.owners, dtype=jnp.int32) == jnp.where(by_id, was_owner, message.owner)
    taker = taker.astype(jnp.int32)
    notional = money.sum(dtype=jnp.int32)
    buys = own == 0
    first = jnp.minimum(book.head[other] + jnp.arange(sizes.fills, dtype=jnp.int32), capacity - 1)
    listed = jnp.arange(sizes.fills, dtype=jnp.int32) < count
    sampled = jnp.where(listed, book.slots[:, other][:, first], 0)
    price_after, quantity_after = best(after)
    return after, Trades(
        quantity=filled,
        notional=notional,
        count=count,
        rested=jnp.where(dropped_new, 0, rest),
        removed=less,
        bought=jnp.where(buys, taker * filled, shares),
        sold=jnp.where(buys, shares, taker * filled),
        paid=jnp.where(buys, taker * notional, money),
        received=jnp.where(buys, money, taker * notional),
        fill_price=sampled[PRICE],
        fill_quantity=jnp.where(listed, fill[other][first], 0),
        maker_id=sampled[ORDER_ID],
        maker_owner=sampled[OWNER],
        best_price=price_after,
        best_quantity=quantity_after,
    )
