/** German. */
export const faults = {
  lostTitle: "Hier ist nichts",
  lostText: "Die Adresse stimmt nicht, oder was hier war, wurde verschoben oder gelöscht.",
  errorTitle: "Bei uns ist etwas schiefgegangen",
  errorText:
    "Nichts von dem, was du geschrieben hast, ist verloren. Versuche es noch einmal; bleibt es dabei, nenne dem Support die Kennung unten.",
  forbiddenTitle: "Das darfst du nicht öffnen",
  goChat: "Zum Chat",
  goHome: "Zur Startseite",
  problemTitle: "Fehlercode {code}",
  problemLead: "Was er bedeutet und was zu tun ist.",
  problemStatus: "HTTP-Status",
};
