/** German. */
export const apiDocs = {
  title: "API",
  lead:
    "Was die Seiten können, können auch Programme. Fehler sind Dokumente nach RFC 9457 mit festem Code; jede Antwort trägt eine Kennung.",
  document: "Dasselbe als OpenAPI-3.1-Dokument",
  needsUser: "angemeldet",
  problems: "Eigene Fehler:",
};
