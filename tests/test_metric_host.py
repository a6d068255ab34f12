"""Host or buy in a made-up world, worked by hand; and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from metric_world import Row, catalogue, day, released, scored, weights, world
from scoreboard.errors import UsageError
from scoreboard.estimate import Estimate
from scoreboard.metrics import get_metric
from scoreboard.metrics.host import duration, tokens
from scoreboard.store import Tables

HOST = get_metric("host")
LAST = "2026-02-01"
PLACE: Row = {"snapshot_id": "", "raw": "x"}


def offer(model: str, kind: str, usd: float, provider: str = "acme") -> Row:
    return {"model": model, "provider": provider, "kind": kind, "usd_per_mtok": usd,
            "first_seen": day("2026-01-05"), "last_seen": day("2026-01-05"), "variant": "",
            "tier": "", "source": "list", "source_name": model, "rank": "catalogue",
            "snapshot_id": "list@2026-01-05-0", "locator": f"{model}/{kind}/{provider}",
            "raw": str(usd)}  # fmt: skip


def cost(name: str, value: float, low: float, high: float) -> Row:
    return {"cost": name, "value": value, "low": low, "high": high, "unit": "", "says": name,
            "assumed": True, "locator": f"workloads.yml#{name}/value", **PLACE}  # fmt: skip


COSTS = [
    cost("load", 0.5, 0.5, 1), cost("staff", 0.5, 0.5, 1), cost("wage", 12_000, 12_000, 24_000),
    cost("setup", 1, 1, 2), cost("years", 4, 2, 5), cost("machine", 1.5, 1, 2),
    cost("power_price", 0.1, 0.1, 0.2), cost("overhead_power", 2, 1, 2),
]  # fmt: skip
DEVICES: list[Row] = [
    # arithmetic and memory so fast that a layer's time decides: 0.01 s for 10 layers
    {"device": "box", "name": "Box", "kind": "server", "memory_gb": 100, "bandwidth_gbs": 1e9,
     "bf16_tflops": 1e9, "fp8_tflops": None, "fp4_tflops": None, "link_gbs": None, "power_w": 500,
     "machine_power_w": None, "most": 4, "layer_us": 1000, **PLACE,
     "locator": "hardware.yml#box/device"},
    {"device": "barn", "name": "Barn", "kind": "server", "memory_gb": 500, "bandwidth_gbs": 1e9,
     "bf16_tflops": 1e9, "fp8_tflops": None, "fp4_tflops": None, "link_gbs": None, "power_w": 500,
     "machine_power_w": None, "most": 1, "layer_us": 1000, **PLACE,
     "locator": "hardware.yml#barn/device"},
]  # fmt: skip
HIRES = [
    {"device": "box", "hired_from": who, "usd_per_hour": usd, "seen": day(seen), "note": "",
     "locator": f"hardware.yml#box/hire/{who}/{seen}", **PLACE}
    for who, usd, seen in (("a", 9.0, "2025-01-01"), ("a", 1.0, "2026-01-01"),
                           ("b", 2.0, "2026-01-02"), ("c", 4.0, "2026-01-03"),
                           ("d", 50.0, "2026-12-01"))
]  # fmt: skip


def models() -> Tables:
    built = {"alpha": 10.0, "giant": 1000.0, "puzzle": 10.0}
    return world(
        snapshots=[*catalogue("list", "2026-01-05"), *catalogue("tests", "2026-01-05")],
        models=[released(m, "2025-01-01", total_params_b=total)
                for m, total in {**built, "rival": None, "blank": None}.items()],
        openness=[r for m in built for r in weights(m)],
        benchmarks=[{"benchmark": "quiz", "name": "Quiz", "items": 100}],
        benchmark_names=[{"name": "quiz", "benchmark": "quiz"}],
        results=[scored(m, v, "2025-01-01", benchmark="quiz", harness="lab")
                 for m, v in (("alpha", 50), ("rival", 60), ("giant", 90))],
        offers=[offer("alpha", "input", 10), offer("alpha", "output", 110),
                offer("alpha", "input", 20, "dear"), offer("alpha", "output", 110, "dear"),
                offer("rival", "input", 1), offer("rival", "output", 11)],
        formats=[{"format": "bf16", "bits": 16, "compute": "bf16"},
                 {"format": "four", "bits": 4, "compute": "bf16"}],
        attention=[{"model": m, "position": 0, "kind": "full", "layers": 10, "heads": 1,
                    "kv_heads": 1, "head_dim": 1, "joint": False} for m in built],
        architectures=[{"model": m, "layers": 10, "hidden": 1, "raw": "10 layers",
                        "snapshot_id": "", "locator": f"models/a.yml#{m}/architecture",
                        "experts": 8 if m == "puzzle" else None,
                        "experts_used": 2 if m == "puzzle" else None} for m in built],
        native_weights=[{"model": m, "format": "bf16"} for m in ("alpha", "giant")],
        hardware=DEVICES,
        hardware_names=[{"name": n, "device": n} for n in ("box", "barn")],
        hire_prices=HIRES,
        purchase_prices=[{"device": "box", "usd": 1000, "low": 500, "high": 2000,
                          "seen": day("2026-01-01"), "what": "the box alone",
                          "locator": "hardware.yml#box/purchase/2026-01-01", **PLACE}],
        efficiencies=[{"efficiency": "server", "kind": "server", "precision": "bf16",
                       "low": 0.4, "high": 0.9, **PLACE,
                       "locator": "hardware.yml#server/efficiency"}],
        # 10,000 requests a day of 900 and 100 tokens: 305 million tokens a month
        workloads=[{"workload": "chat-1000", "name": "Chat", "requests_per_day": 10_000,
                    "prompt": 900, "completion": 100, "cached": 0.0, "peak": 2.0,
                    "latency_ms": 0.0, "spare": 0, "assumed": "", "why": "made up",
                    "locator": "workloads.yml#chat-1000/requests_per_day", **PLACE}],
        host_costs=COSTS,
    )  # fmt: skip


def ask(**asked: str) -> Estimate:
    tables = models()
    given = {"model": "alpha", "hardware": "box", "accelerators": "1", "benchmark": "quiz",
             "as_of": LAST, **asked}  # fmt: skip
    (e,) = HOST.compute(tables, HOST.read(tables, given))
    (quick,) = HOST.values(tables, [HOST.read(tables, given)])
    assert quick == (None if e.value is None else pytest.approx(e.value))
    return e


class TestByHand:
    def test_speed_and_machines(self) -> None:
        # 2,048 at once, a step of 0.01 s: 204,800 tokens a second, of which 0.6 is reached
        e = ask()
        speed = e.detail["speed"]
        assert speed["middle"]["batch"] == 2048
        assert speed["middle"]["efficiency"] == pytest.approx(0.6)
        assert speed["middle"]["tokens_per_second"] == pytest.approx(0.6 * 204_800, rel=1e-3)
        assert e.detail["machines"] == {"low": 1, "middle": 1, "high": 1}

    def test_cost_of_hire(self) -> None:
        # the middle of 1, 2 and 4 dollars an hour, 732 hours, and half of 1,000 for people
        e = ask()
        assert e.detail["price"] == {"low": 1.0, "middle": 2.0, "high": 4.0}
        assert e.value == pytest.approx((732 * 2 + 500) / 305)
        assert e.low == pytest.approx((732 + 500) / 305)
        assert e.high == pytest.approx((732 * 4 + 500) / 305)
        assert e.interval is not None
        assert e.interval.kind == "range"

    def test_a_price_that_was_not_seen_yet_does_not_count(self) -> None:
        assert ask(as_of="2026-01-01").detail["price"]["middle"] == 1.0
        assert ask(as_of="2026-12-02").detail["price"]["middle"] == 3.0

    def test_apis(self) -> None:
        # 900 x 10 and 100 x 110 for 1,000 tokens: 20 a million; the rival a tenth
        e = ask()
        assert (e.detail["api"]["provider"], e.detail["api"]["usd_per_mtok"]) == (
            "acme", pytest.approx(20),
        )  # fmt: skip
        assert e.detail["api"]["monthly_usd"] == pytest.approx(20 * 305)
        assert (e.detail["equivalent"]["model"], e.detail["equivalent"]["usd_per_mtok"]) == (
            "rival", pytest.approx(2),
        )  # fmt: skip

    def test_break_even(self) -> None:
        e = ask()
        assert e.detail["break_even_mtok"]["middle"] == pytest.approx(1964 / 20)
        # a month of a person, 1,000, over what is saved each month
        assert e.detail["break_even_days"]["middle"] == pytest.approx(1000 / (6100 - 1964) * 30.5)
        curve = e.detail["curve"]
        crossing = [r["middle"] <= 20 * r["mtok"] for r in curve]
        assert not crossing[0]
        assert crossing[-1]

    def test_purchase(self) -> None:
        # 1,000 x 1.5 over four years, and 0.5 kW x 2 x 732 h x 0.1
        e = ask(pay="purchase")
        assert e.detail["monthly_usd"] == pytest.approx(1500 / 48 + 73.2 + 500)
        assert any("the box alone" in c for c in e.caveats)
        assert ask(pay="purchase", years="2").detail["monthly_usd"] == pytest.approx(
            1500 / 24 + 73.2 + 500
        )

    def test_a_price_of_ones_own(self) -> None:
        e = ask(hire_price="3")
        assert e.detail["price"] == {"low": 3.0, "middle": 3.0, "high": 3.0}
        assert not any("/hire/" in r.locator for r in e.inputs.rows)

    def test_a_spare_machine(self) -> None:
        assert ask(spare="2").detail["machines"]["middle"] == 3

    def test_many_machines_in_the_busiest_hour(self) -> None:
        # 1e8 requests x 100 tokens over 86,400 s x 2, by 122,880 x 0.5 of one: 3.77 of them
        e = ask(requests="1e8")
        assert e.detail["machines"]["middle"] == 4
        assert e.detail["utilisation"]["middle"] == pytest.approx(0.5 * 3.767 / 4 / 2, rel=1e-3)

    def test_a_machine_is_split_where_that_is_faster(self) -> None:
        run = ask(accelerators="4").detail["speed"]["middle"]
        assert (run["copies"], run["accelerators_each"]) == (4, 1)

    def test_a_latency_bounds_the_batch(self) -> None:
        # a step takes 0.01 s over 0.4, 0.6 and 0.9, however many
        assert ask(latency="26").detail["speed"]["middle"]["batch"] == 2048
        e = ask(latency="15")
        assert e.value is None
        assert "1 x Box take 25 ms from token to token" in e.caveats[0]
        assert "15 are asked for" in e.caveats[0]
        assert e.caveats[1] == "at the high end of its efficiency it would be quick enough"
        assert len(ask(latency="5").caveats) == 1

    def test_the_assumption_that_moves_it_most(self) -> None:
        found = ask().detail["moves"]
        assert found == sorted(found, key=lambda m: -m["factor"])
        by_name = {m["assumption"]: m for m in found}
        assert by_name["volume"]["factor"] == pytest.approx(4)
        assert by_name["api"]["factor"] == pytest.approx(10)
        assert by_name["hire"]["ratio_at_low"] == pytest.approx(1232 / 6100)

    def test_rows_of_all_that_counts(self) -> None:
        found = {r.locator for r in ask().inputs.rows}
        assert {"hardware.yml#box/device", "hardware.yml#server/efficiency",
                "hardware.yml#box/hire/a/2026-01-01", "alpha/input/acme", "alpha/output/acme",
                "models/a.yml#alpha/architecture", "workloads.yml#load/value",
                "workloads.yml#chat-1000/requests_per_day"} <= found  # fmt: skip


class TestWhatCannotBe:
    def test_a_model_that_is_too_large(self) -> None:
        # 2,000 GB of weights, 4 x 100 GB less a tenth
        e = ask(model="giant", accelerators="4")
        assert e.value is None
        assert "needs 2,000 GB" in e.caveats[0]
        assert "4 x Box have 360 GB of 400 usable: 1,640 GB too little" in e.caveats[0]
        assert e.detail["short_gb"] == pytest.approx(1640, abs=1)
        assert e.caveats[1] == "nothing known holds it"
        assert "No value: giant" in HOST.finding(e)

    def test_what_would_hold_it(self) -> None:
        # 20 GB in 16 bits and 5 in 4 into nine tenths
        e = ask(model="alpha", overhead="0.85")
        assert e.caveats[1] == "what would hold it: 2 x Box; quantisation four; 1 x Barn"

    def test_hardware_without_a_price(self) -> None:
        e = ask(hardware="barn")
        assert e.value is None
        assert e.caveats[0].startswith("no source states what Barn costs to hire by 2026-02-01")
        assert ask(hardware="barn", hire_price="2").value == pytest.approx(1964 / 305)
        assert "costs to buy" in ask(hardware="barn", pay="purchase").caveats[0]

    def test_a_model_that_no_api_offers(self) -> None:
        e = ask(as_of="2026-01-04")
        assert e.detail["api"] is None
        assert any("no source states what an API asks for alpha" in c for c in e.caveats)
        assert "no API offers it or its like" in HOST.finding(e)
        assert set(e.detail["break_even_mtok"].values()) == {None}

    def test_an_offer_that_has_ended(self) -> None:
        e = ask(as_of="2026-12-31")
        assert e.detail["api"] is not None  # nothing newer says that it is gone

    @pytest.mark.parametrize(
        ("asked", "what"),
        [
            ({"requests": "0"}, "requests must be above zero: 0"),
            ({"requests": "-5"}, "requests must be above zero"),
            ({"requests": "1e30"}, "requests is more than there can be"),
            ({"prompt": "0"}, "prompt is a whole number of 1 or more"),
            ({"completion": "1.5"}, "completion is a whole number"),
            ({"cached": "1"}, "cached is a share from 0 to below 1"),
            ({"peak": "0.5"}, "peak is the busiest hour over the mean, at least 1"),
            ({"peak": "1e9"}, "at most 1000"),
            ({"latency": "-1"}, "latency is not below zero"),
            ({"spare": "-1"}, "spare is a whole number of 0 or more"),
            ({"load": "0"}, "load is a share above 0 to 1"),
            ({"load": "2"}, "load is a share above 0 to 1"),
            ({"staff": "-1"}, "staff is not below zero"),
            ({"years": "0"}, "years must be above zero"),
            ({"power_price": "-0.1"}, "power_price is not below zero"),
            ({"hire_price": "0"}, "hire_price must be above zero"),
            ({"hire_price": "2", "pay": "purchase"}, "hire_price is of hire"),
            ({"accelerators": "0"}, "accelerators is a whole number of 1 or more"),
            ({"accelerators": "5"}, "one machine has at most 4 of Box: 5"),
            ({"overhead": "1"}, "overhead is a share from 0 to below 1"),
            ({"hardware": "bx"}, "unknown hardware: bx; near: box"),
            ({"quantisation": "fuor"}, "unknown quantisation: fuor; near: four"),
            ({"model": "alhpa"}, "unknown model: alhpa; near: alpha"),
            ({"workload": "chat"}, "unknown workload: chat"),
            ({"requests": "many"}, "requests is not a number: many"),
            ({"model": "puzzle", "quantisation": "bf16"}, "nor|no source states its active"),
            ({"model": "blank"}, "its number of parameters nor its attention"),
        ],
        ids=str,
    )
    def test_a_question_that_makes_no_sense(self, asked: dict[str, str], what: str) -> None:
        with pytest.raises(UsageError, match=what):
            ask(**asked)

    def test_a_format_that_nobody_states(self) -> None:
        tables = models()
        tables.connection.execute("DELETE FROM native_weights")
        given = {"model": "alpha", "hardware": "box", "accelerators": "1", "benchmark": "quiz",
                 "as_of": LAST}  # fmt: skip
        with pytest.raises(UsageError, match="in which format alpha is published"):
            HOST.compute(tables, HOST.read(tables, given))


class TestWords:
    @pytest.mark.parametrize(
        ("days", "said"),
        [(3, "a week"), (21, "3 weeks"), (60, "9 weeks"), (305, "10 months"), (1825, "5 years")],
    )
    def test_a_time_in_the_unit_in_which_it_is_said(self, days: float, said: str) -> None:
        assert duration(days) == said

    def test_numbers_of_tokens(self) -> None:
        found = [tokens(v) for v in (0.5, 12, 2500, 3e6)]
        assert found == ["500 thousand tokens", "12 million tokens", "2.5 billion tokens",
                         "3 trillion tokens"]  # fmt: skip

    def test_the_finding_names_volume_model_and_hardware(self) -> None:
        said = HOST.finding(ask())
        assert "Hosting alpha on 1 Box costs" in said
        assert "it is cheaper from 61.6 million tokens a month at best" in said
        assert "171 million tokens at worst" in said
        assert "it pays back after a week at best and 2 weeks at worst" in said
        assert "on 1 machine of 2 Box costs" in HOST.finding(ask(accelerators="2"))
        assert "on 3 machines of 2 Box costs" in HOST.finding(ask(accelerators="2", spare="2"))

    def test_never(self) -> None:
        # one request a day: nothing is ever saved
        said: Any = HOST.finding(ask(requests="1"))
        assert "what it takes to begin is never paid back" in said
