/** German. */
export const faults = {
  lostTitle: "Hier ist nichts",
  lostText: "Die Adresse stimmt nicht, oder was hier war, wurde verschoben oder gelöscht.",
  errorTitle: "Bei uns ist etwas schiefgegangen",
  errorText:
    "Nichts von dem, was du geschrieben hast, ist verloren. Versuche es noch einmal; bleibt es dabei, nenne dem Support die Kennung unten.",
  forbiddenTitle: "Das darfst du nicht öffnen",
  goHome: "Zur Startseite",
  problemTitle: "Fehlercode {code}",
  problemLead: "Was er bedeutet und was zu tun ist.",
  problemStatus: "HTTP-Status",
  forbiddenText: "Dein Konto hat das Recht dazu nicht. Alles Eigene bleibt dir offen.",
  goneTitle: "Das ist vorbei",
  goneText: "Es war eine Weile hier und ist abgelaufen oder wurde zurückgenommen.",
  goOwn: "Zu deiner Startseite",
  again: "Noch einmal versuchen",
  support: "Dem Support schreiben",
  status: "Sehen, wie es allem geht",
  supportSubject: "NovaCoreAI, Kennung {id}",
};
