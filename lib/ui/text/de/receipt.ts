/** German. */
export const receipt = {
  receiptLoading: "Der Beleg wird gelesen",
  receiptFailed: "Der Beleg konnte nicht gelesen werden. Die Antwort selbst ist unverändert.",
  receiptCount:
    "{n, plural, =0 {Keine Erinnerung war in der Anfrage} one {Eine Erinnerung war in der Anfrage} other {# Erinnerungen waren in der Anfrage}}",
  saidOn: "gesagt {when}",
  saidBy: "{author}, {when}",
  score: "Wertung {score}",
  forgottenText: "Inzwischen vergessen. Auch hier ist der Text fort.",
  openMemory: "Öffnen",
  leftOut: "Weggelassen: {items}.",
  leftOutItem: "{n} aus {block}",
  heldBack:
    "{n, plural, one {# Erinnerung wurde diesem Modell vorenthalten} other {# Erinnerungen wurden diesem Modell vorenthalten}}.",
  degraded:
    "Gesucht wurde nur nach Wörtern, weil der Dienst für Bedeutungen nicht geantwortet hat.",
  whyTitle: "Warum diese Antwort erlaubt war",
  whyRefused: "Warum dies abgelehnt wurde",
  noFinding: "Kein Befund",
  otherPrinciples: "Alle anderen",
  allPrinciples: "Alle acht",
  principleScore: "{score} von 1",
  constitutionLink: "Die Verfassung lesen",
  tokensLine:
    "{in} Tokens hinein, {out} heraus{measured, select, yes {, gemessen} other {, geschätzt}}.",
  firstWord: "Erstes Wort nach {seconds} s.",
  principle_truth: "Wahrheit",
  principle_wisdom: "Weisheit",
  principle_alignment: "Ausrichtung",
  principle_transparency: "Transparenz",
  principle_accountability: "Verantwortung",
  principle_fairness: "Fairness",
  principle_respect: "Achtung",
  principle_beneficence: "Wohltun",
  retry: "Noch einmal versuchen",
};
