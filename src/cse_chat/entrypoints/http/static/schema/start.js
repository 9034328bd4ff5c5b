// A file of its own, because the policy of the page takes no script that stands in it.
SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null, // the default sends the document to somebody else
});
