"""The page before a real gateway, which is killed and replaced while a worker answers."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from brokers.kafka import KafkaServer
from tests.integration.faults.cluster import Cluster
from tests.integration.page.browsers import browsing
from tests.integration.page.scenes import answered, ask, newest_text, questions

pytestmark = pytest.mark.timeout(120)

SPOKEN = "".join(f"piece {piece} \u0dc3\u0dd2\u0d82\n" for piece in range(500))


@pytest.mark.parametrize("how", ["kill", "terminate"])
async def test_a_gateway_that_ends_in_the_middle_costs_the_page_nothing(
    browser: Browser, tmp_path: Path, kafka_of_clusters: KafkaServer, how: str
) -> None:
    async with (
        Cluster(tmp_path, kafka_of_clusters) as cluster,
        browsing(browser, 1100, 900, dark=False, emulated={}) as context,
    ):
        (gateway,) = cluster.start("gateway")
        cluster.start("worker")
        tabs = [await context.new_page() for _ in range(2)]
        asking, other = tabs
        await asking.goto(gateway.url)
        await ask(asking, "speak to me")
        await expect(newest_text(asking)).to_contain_text("piece 20 ")
        await other.goto(asking.url)
        await expect(newest_text(other)).to_contain_text("piece 20 ")
        getattr(gateway, how)()
        await asyncio.to_thread(gateway.process.communicate, timeout=20)
        for tab in tabs:
            await expect(newest_text(tab)).not_to_contain_text("piece 499 ")
        gateway.start()
        await asyncio.to_thread(gateway.wait_until_it_serves)
        for tab in tabs:
            await answered(tab)

            whole = f"{SPOKEN}answer to speak to me, of local"
            assert await newest_text(tab).text_content() == whole
            await expect(questions(tab)).to_have_count(1)
            await expect(tab.locator("#banner")).to_be_hidden()
        assert [run.what for run in cluster.runs()] == ["start", "end"]
