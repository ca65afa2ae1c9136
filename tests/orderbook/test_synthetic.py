"""Synthetic flow: complete files replay to the last level, and the laws are what they say."""

import gzip
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from jaxenvs.orderbook import Sizes
from jaxenvs.orderbook.laws import LAWS, Hawkes, QueueReactive, ZeroIntelligence
from jaxenvs.orderbook.laws import Sizes as OrderSizes
from jaxenvs.orderbook.lobster import Options, load, read_rows, replay, write_rows
from jaxenvs.orderbook.records import Kind
from jaxenvs.orderbook.synthetic import UNIT, Session, generate, sample_flow, sample_folder
from jaxenvs.orderbook.synthetic.generator import _Day
from jaxenvs.orderbook.synthetic.sample import SEED, SESSION, expected, write_sample
from tests.orderbook.lobster_play import SIZES


def sample_rows():
    (path,) = sample_folder().glob("*_message_*")
    return read_rows(path)


@pytest.mark.parametrize("law", sorted(LAWS))
@pytest.mark.parametrize("merge", [True, False])
def test_complete_files_replay_at_every_row_and_level(tmp_path, law, merge):
    session = Session(messages=500, levels=4, together=0.05, hidden=0.02)
    path, _ = write_rows(tmp_path, generate(LAWS[law](), session, seed=3), packed=merge)
    played = replay(read_rows(path), Options(merge=merge), SIZES)
    assert played.exact
    assert not any(played.counters.values())
    assert played.compared > 250
    assert played.traded > 0


@pytest.mark.slow
@pytest.mark.parametrize("law", sorted(LAWS))
def test_long_complete_files_replay(law):
    rows = generate(LAWS[law](), Session(messages=20_000, levels=40, together=0.05), seed=4)
    for options in (Options(merge=False), Options(window_messages=3000)):
        played = replay(rows, options, Sizes(capacity=512, fills=0))
        assert played.counters["OVERFLOW"] == 0
        assert played.exact


def test_the_sample_is_made_again_to_the_byte(tmp_path):
    write_rows(tmp_path, generate(Hawkes(), SESSION, seed=SEED), packed=True)
    for path in tmp_path.iterdir():
        shipped = sample_folder() / path.name
        assert gzip.decompress(path.read_bytes()) == gzip.decompress(shipped.read_bytes())
    assert sum(path.stat().st_size for path in sample_folder().iterdir()) < 700_000


def test_the_sample_has_every_edge_case():
    rows = sample_rows()
    assert rows.book_size is not None
    assert 5000 <= len(rows) <= 10_000
    assert (np.bincount(rows.kind, minlength=8)[1:] > 0).all()
    time = rows.seconds.astype(np.int64) * 10**9 + rows.nanoseconds
    same = time[1:] == time[:-1]
    sweeps = same & (rows.kind[1:] == 4) & (rows.kind[:-1] == 4)
    assert (sweeps & (rows.price[1:] != rows.price[:-1])).any()  # over several levels
    assert (same & (rows.kind[1:] != 4)).any()
    assert (rows.book_size[:, :, -1] == 0).any()  # a level that is not there
    added = set(rows.order_id[rows.kind == 1].tolist())
    gone = set(rows.order_id[(rows.kind == 2) | (rows.kind == 3)].tolist())
    assert gone - added  # cancels of orders from before the file
    assert rows.book_size[0].sum() > rows.size[0]
    assert set(rows.order_id[rows.kind == 6].tolist()) == {-1, -2}
    assert rows.price[rows.kind == 7].tolist() == [-1, 0, 1]


@pytest.mark.slow
def test_the_sample_gives_what_it_should(tmp_path):
    text = (sample_folder() / "expected.json").read_text()
    assert json.loads(text) == expected(sample_rows())
    write_sample(tmp_path)
    assert (tmp_path / "expected.json").read_text() == text


def test_trades_of_the_sample():
    told = json.loads((sample_folder() / "expected.json").read_text())
    flow = sample_flow(Options(window_seconds=60))
    assert (flow.messages.kind == Kind.IOC).sum() == told["trades"]
    assert list(flow.days[0].rows) == told["rows"]
    assert len(flow.start) == 7
    assert ((flow.stop - flow.start) > 100).all()
    np.testing.assert_allclose(told["matched"], 1)


def test_a_file_of_few_levels_is_followed_near_the_touch():
    rows = generate(ZeroIntelligence(), Session(messages=500, levels=4, before=300), seed=0)
    matched = replay(rows, sizes=SIZES).matched
    assert (matched[:, 0] > matched[:, -1]).all()
    assert (matched[:, 0] > 0.8).all()


def test_the_same_seed_makes_the_same_day():
    days = [generate(Hawkes(), Session(messages=200), seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(days[0].order_id, days[1].order_id)
    np.testing.assert_array_equal(days[0].nanoseconds, days[1].nanoseconds)
    assert days[0].nanoseconds[-1] != days[2].nanoseconds[-1]


def test_rates_of_zero_intelligence():
    """Limit orders come at 2 x depth x limit a second, market orders at 2 x market."""
    law = ZeroIntelligence(limit=0.5, market=1.0, cancel=0.3, depth=6, sizes=UNIT)
    rows = generate(law, Session(messages=4000, limits=0.0), seed=5)
    seconds = float(rows.seconds[-1] - rows.seconds[0])
    for kind, rate in ((1, 6.0), (4, 2.0)):
        count = (rows.kind == kind).sum()
        assert abs(count - rate * seconds) < 4 * math.sqrt(rate * seconds)


def test_the_sizes_of_orders_are_the_mixture():
    day = _Day(Hawkes(), Session(), np.random.default_rng(0))
    found = np.array([day.quantity() for _ in range(5000)])
    assert abs((found == 100).mean() - 0.7) < 0.03
    assert abs((found == 200).mean() - 0.06) < 0.015
    rest = found[(found % 100 != 0)]
    assert abs(np.log(rest).mean() - 2.9) < 0.15
    unit = _Day(ZeroIntelligence(sizes=UNIT), Session(), np.random.default_rng(0))
    assert {unit.quantity() for _ in range(50)} == {1}


def test_laws_name_the_field_that_is_wrong():
    with pytest.raises(ValueError, match="market: expected a number above 0"):
        ZeroIntelligence(market=0.0)
    with pytest.raises(ValueError, match="cancel: expected 5 rates"):
        QueueReactive(cancel=(1.0,))
    with pytest.raises(ValueError, match="branching ratio below 1"):
        Hawkes(same=((0.9,) * 6,) * 6)
    with pytest.raises(ValueError, match="lots: expected weights"):
        OrderSizes(lots=(0.7, 0.7))
    with pytest.raises(ValueError, match="end: expected more than begin"):
        Session(end=34_000)
    assert 0.6 < Hawkes().branching() < 0.9


def test_the_command(tmp_path):
    command = [sys.executable, "-m", "jaxenvs.orderbook.synthetic", "--out", str(tmp_path / "a")]
    command += ["--law", "cst", "--messages", "50", "--levels", "3", "--plain"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    names = done.stdout.split()
    assert [name.endswith("_3.csv") for name in names] == [True, True]
    assert sum(load(tmp_path / "a").days[0].rows) == 50
