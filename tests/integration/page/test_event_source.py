"""What a browser's own client of server-sent events makes of our streams."""

from playwright.async_api import Browser

from cse_chat.entrypoints.http.app import create_app
from tests.gateway.graphs import a_container
from tests.integration.page.browsers import visiting

FOLLOW = """async () => {
  const asked = await fetch("/api/chat", {
    method: "POST",
    headers: {"Content-Type": "application/json", "Prefer": "respond-async"},
    body: JSON.stringify({message: "Top stocks?"}),
  });
  const source = new EventSource((await asked.json()).events_url);
  const told = [];
  for (const type of ["accepted", "started", "delta", "answered"]) {
    source.addEventListener(type, (event) => told.push([event.type, event.lastEventId, event.data]));
  }
  // Called when the stream ends and it comes back by itself, and once more when it is told not to.
  await new Promise((resolve) => {
    source.onerror = () => source.readyState === EventSource.CLOSED && resolve();
  });
  return told.map(([type, id, data]) => [type, id === JSON.parse(data).cursor]);
}"""


async def test_it_is_told_each_event_once_and_does_not_come_back_for_ever(
    browser: Browser,
) -> None:
    async with visiting(browser, create_app(a_container())) as visit:
        told = await visit.page.evaluate(FOLLOW)

    types = ["accepted", "started", "delta", "answered"]
    assert told == [[type_, True] for type_ in types]
