// A file of its own, because the policy of the page takes no script that stands in it.
const main = document.getElementById("asyncapi");

try {
  const [{ render }, answer] = await Promise.all([
    import(main.dataset.renderer),
    fetch("/asyncapi/asyncapi.json"),
  ]);
  await render(await answer.json(), {
    show: { errors: false, sidebar: true },
    expand: { messageExamples: true },
  });
} catch (error) {
  document.getElementById("asyncapi-status").textContent =
    "The page could not be drawn; what it shows is at /asyncapi/asyncapi.json.";
  throw error;
}
