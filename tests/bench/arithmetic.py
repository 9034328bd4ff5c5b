"""Whether the figures of a report follow from its runs, case by case."""

from collections.abc import Callable
from typing import Any

import pytest


def assert_the_arithmetic_of_echo(report: dict[str, Any]) -> None:
    runs = {(run["contestant"], run["clients"]): run for run in report["runs"]}
    ratios = {figure["name"]: figure["median"] for figure in report["figures"]}
    for clients in (1, 8):
        ours, bare = runs["cse-chat", clients], runs["bare", clients]
        assert ours["per_second"] == pytest.approx(ours["answers"] / ours["seconds"])
        assert sum(count for _, count in ours["latencies_ms"]) == ours["answers"]
        assert ratios[f"{clients} clients: answers a second, ours / bare"] == pytest.approx(
            ours["per_second"] / bare["per_second"]
        )


def assert_the_arithmetic_of_memory(report: dict[str, Any]) -> None:
    held = {(run["shape"], run["requests"]): run["resident_bytes"] for run in report["runs"]}
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    for shape in ("a new conversation each", "100 conversations"):
        growth = held[shape, 40] / held[shape, 20] * 100 - 100
        assert figures[f"{shape}: growth from 20 to 40"] == pytest.approx(growth)


def assert_the_arithmetic_of_sends(report: dict[str, Any]) -> None:
    rates = {run["contestant"]: run["per_second"] for run in report["runs"]}
    assert {figure["name"]: figure["median"] for figure in report["figures"]} == {
        f"sends a second, ours / {other}": pytest.approx(rates["cse-chat"] / rates[other])
        for other in ("aiokafka", "aiokafka, set as ours")
    }


def assert_the_arithmetic_of_waiting(report: dict[str, Any]) -> None:
    runs = {(run["server"], run["level"]): run for run in report["runs"]}
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    assert all(run["waiting"] == run["level"] for run in report["runs"])
    assert figures["Redis connections while 40 wait"] == runs["cse-chat", 40]["redis_connections"]
    held = {
        server: (runs[server, 40]["resident_bytes"] - runs[server, 5]["resident_bytes"]) / 35 / 1024
        for server in ("cse-chat", "bare")
    }
    assert figures["memory of one who waits, above the bare handler's"] == pytest.approx(
        held["cse-chat"] - held["bare"]
    )
    assert 0 < figures["cse-chat: p99 of GET /health/live while 40 wait"] < 10_000


def assert_the_arithmetic_of_slow(report: dict[str, Any]) -> None:
    (run,) = report["runs"]
    assert (run["threads"], run["misplaced"]) == (5, 0)
    assert run["per_second"] == pytest.approx(run["answers"] / run["seconds"])
    assert report["figures"][0]["goal"]["bound"] == pytest.approx(1_800)


def assert_the_arithmetic_of_stall(report: dict[str, Any]) -> None:
    (run,) = report["runs"]
    assert run["rate"] == pytest.approx(run["capacity"] / 2)
    assert run["thawed"] - run["frozen"] >= 0.3
    assert sum(second["due"] for second in run["seconds"]) == sum(run["kinds"].values())


def assert_the_arithmetic_of_scaling(report: dict[str, Any]) -> None:
    costs = {
        (run["gateways"], run["workers"]): run["server_cpu_us_per_answer"] for run in report["runs"]
    }
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    told = figures["2 gateways and 2 workers: CPU for an answer, against one of each"]
    assert told == pytest.approx(costs[2, 2] / costs[1, 1])


def assert_the_arithmetic_of_growth(report: dict[str, Any]) -> None:
    before, after = [run for run in report["runs"] if "redis_keys" in run]
    # Mailbox and ledger of each question; two keys and the history of each conversation but those
    # 100 that were there: 300 is too few for another question in each of them.
    assert (before["records"], after["records"]) == (0, 300)
    assert after["redis_keys"] - before["redis_keys"] >= 270 * 2 + 27 * 3
    assert after["kafka_bytes"] > before["kafka_bytes"]
    costs = {
        (run["records"], run["contestant"]): run["server_cpu_us_per_answer"]
        for run in report["runs"]
        if run.get("shape") == "new conversations"
    }
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    start = costs[0, "grown"] / costs[0, "fresh"]
    told = figures["300, new conversations: CPU, grown / fresh"]
    assert told == pytest.approx(costs[300, "grown"] / costs[300, "fresh"] / start)


def assert_the_arithmetic_of_overload(report: dict[str, Any]) -> None:
    (run,) = report["runs"]
    assert (run["begin"], run["end"]) == pytest.approx((0.3, 0.9))
    due = sum(second["due"] for second in run["seconds"])
    # Half of the capacity for 1.2 s, three times of it for 0.6 s.
    assert due == pytest.approx(run["capacity"] * (0.5 * 1.2 + 3 * 0.6), abs=4)
    assert due == sum(run["kinds"].values())


def assert_the_arithmetic_of_durable(report: dict[str, Any]) -> None:
    runs = {run["contestant"]: run for run in report["runs"]}
    ratios = {figure["name"]: figure["median"] for figure in report["figures"]}
    assert list(runs) == ["roof", "floor", "original", "cse-chat", "faststream", "celery"]
    ours, original = runs["cse-chat"], runs["original"]
    assert set(ours["cpu_us_per_answer"]) == {"gateway", "worker", "kafka", "redis"}
    assert all(run["answers"] and not run["errors"] for run in runs.values())
    assert ratios["2 clients: answers a second, ours / original"] == pytest.approx(
        ours["per_second"] / original["per_second"]
    )


def assert_the_arithmetic_of_open(report: dict[str, Any]) -> None:
    ceilings = {
        run["contestant"]: run["per_second"] for run in report["runs"] if run["share"] is None
    }
    offers = [run for run in report["runs"] if run["share"]]
    assert len(offers) == 3
    for run in offers:
        assert run["rate"] == pytest.approx(run["share"] * ceilings[run["contestant"]])
        assert run["answers"] <= run["rate"] * run["seconds"]


def assert_the_arithmetic_of_visible(report: dict[str, Any]) -> None:
    (run,) = report["runs"]
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    medians = {way: told["median"] for way, told in run["latency_ms"].items()}
    assert set(medians) == {"floor", "websocket", "sse"}
    for way in ("websocket", "sse"):
        told = figures[f"{way}: median / floor"]
        assert told == pytest.approx(medians[way] / medians["floor"])
    heard = {way: sum(n for _, n in told) for way, told in run["latencies_ms"].items()}
    assert set(heard.values()) == {run["said"] / 3}


def assert_the_arithmetic_of_fanout(report: dict[str, Any]) -> None:
    assert [run["threads"] * run["followers"] for run in report["runs"]] == [6, 4]
    for run in report["runs"]:
        half = run["half"]
        assert half["rate"] == pytest.approx(run["held_rate"] / 2)
        assert half["missing"] == 0
        assert half["deliveries"] == half["said"] * run["followers"]
        assert run["held_rate"] in {step["rate"] for step in run["steps"]}


def assert_the_arithmetic_of_channels(report: dict[str, Any]) -> None:
    runs = {(run["threads"], run["contestant"]): run for run in report["runs"]}
    figures = {figure["name"]: figure for figure in report["figures"]}
    assert all(run["missing"] == 0 for run in report["runs"])
    for run in report["runs"]:
        assert run["deliveries"] == run["said"] * run["followers"]
    ours, theirs = runs[1, "cse-chat"], runs[1, "Channels"]
    told = figures["1 x 6: CPU of the gateway, ours / Channels"]
    assert told["goal"] == {"direction": "at most", "bound": 1}
    cost = [run["cpu_us_per_delivery"]["gateway"] for run in (ours, theirs)]
    assert told["median"] == pytest.approx(cost[0] / cost[1])


def assert_the_arithmetic_of_losses(report: dict[str, Any]) -> None:
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    for run in report["runs"]:
        told = figures[f"{run['scene']}: missing, {run['contestant']}"]
        assert told == run["missing"] >= run["due"] - run["deliveries"]
        assert run["contestant"] != "cse-chat" or not run["missing"]


def assert_the_arithmetic_of_followers(report: dict[str, Any]) -> None:
    runs = {(run["server"], run["level"]): run for run in report["runs"]}
    figures = {figure["name"]: figure["median"] for figure in report["figures"]}
    assert all(run["waiting"] == run["level"] for run in report["runs"])
    assert figures["Redis connections while 40 follow"] == runs["cse-chat", 40]["redis_connections"]
    held = runs["cse-chat", 40]["resident_bytes"] - runs["cse-chat", 5]["resident_bytes"]
    assert figures["memory of one who follows, in the gateway"] == pytest.approx(held / 35 / 1024)


def assert_nothing_more(report: dict[str, Any]) -> None:
    """The figures of this case are samples themselves."""


ARITHMETIC: dict[str, Callable[[dict[str, Any]], None]] = {
    "yardstick": assert_nothing_more,
    "startup": assert_nothing_more,
    "analyst": assert_nothing_more,
    "echo": assert_the_arithmetic_of_echo,
    "memory": assert_the_arithmetic_of_memory,
    "sends": assert_the_arithmetic_of_sends,
    "waiting": assert_the_arithmetic_of_waiting,
    "slow": assert_the_arithmetic_of_slow,
    "stall": assert_the_arithmetic_of_stall,
    "growth": assert_the_arithmetic_of_growth,
    "overload": assert_the_arithmetic_of_overload,
    "visible": assert_the_arithmetic_of_visible,
    "fanout": assert_the_arithmetic_of_fanout,
    "channels": assert_the_arithmetic_of_channels,
    "losses": assert_the_arithmetic_of_losses,
    "followers": assert_the_arithmetic_of_followers,
    "scaling": assert_the_arithmetic_of_scaling,
    "durable": assert_the_arithmetic_of_durable,
    "open": assert_the_arithmetic_of_open,
}
