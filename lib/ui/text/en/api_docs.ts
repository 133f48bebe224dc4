/** Words of the page about the API. */
export const apiDocs = {
  title: "API",
  lead:
    "Everything the pages do, programs can do too. Errors are problem documents (RFC 9457) with a stable code; every answer carries a correlation id.",
  document: "The same as an OpenAPI 3.1 document",
  needsUser: "signed in",
  problems: "Problems of its own:",
};
