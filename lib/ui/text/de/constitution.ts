/** German. */
export const constitution = {
  title: "Verfassung",
  lead:
    "Acht Grundsätze binden jede Runde jedes Gesprächs. Niemand kann sie abschalten, auch der Betreiber dieses Servers nicht.",
  requires: "Verlangt",
  permits: "Erlaubt",
  forbids: "Verbietet",
  example: "Beispiel",
  version: "Fassung {n}",
  order: "Was zuerst kommt",
  orderText:
    "Recht und Sicherheit, dann diese Grundsätze, dann strengere Regeln des Betreibers, dann deine eigenen strengeren Regeln, dann Rolle und Lektion, dann die Nachricht. Keine untere Ebene kann eine obere lockern.",
  conduct: "Verhalten, nicht Themen",
  conductText:
    "Nach einem Schaden zu fragen ist nicht der Schaden. Über Sicherheit, Medizin, Recht, Geschichte und Erdachtes darf gesprochen werden.",
  quoted: "„{words}“",
};
