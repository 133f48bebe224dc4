/** German. */
export const help = {
  title: "Hilfe",
  lead: "Wie man beginnt, was gemerkt wird, was es kostet und wen man fragen kann.",
  contents: "Auf dieser Seite",
  start: "Erste Schritte",
  startText:
    "Öffne den Chat und schreibe wie an einen Menschen. Nova antwortet, während du zusiehst; du kannst jederzeit anhalten, und was da war, bleibt.",
  startList:
    "Bearbeite eine deiner Nachrichten, um einen anderen Weg zu versuchen. Der erste bleibt und lässt sich wieder wählen\nUnter jeder Antwort stehen die benutzten Erinnerungen und ihr Beleg: was sie gekostet hat und wie sie geprüft wurde\nEin vorübergehendes Gespräch wird nicht gemerkt und steht nicht in der Liste",
  startMore: "Zum Rundgang",
  memory: "Gedächtnis",
  memoryText:
    "Tatsachen, Vorlieben und Pläne, die du erzählst, werden behalten, mit dem Satz, aus dem sie kamen. Geplauder nicht.",
  memoryList:
    "Ein Punkt hält eine Stunde, ein Ring sieben Tage, zwei Ringe bleiben\nÖffne eine Erinnerung, um zu sehen, warum sie da ist, um sie zu berichtigen oder zu vergessen\nWas sich widerspricht, wird nicht im Verborgenen entschieden: du wirst gefragt, was gilt\nVergessen heißt vergessen: es wird nicht mehr erinnert",
  memoryMore: "Dein Gedächtnis öffnen",
  plans: "Tarife und Grenzen",
  plansText:
    "Jeder Tarif hat eine Menge an Tokens und Nachrichten am Tag und einen Platz für Erinnerungen. Die Grenzen beginnen jeden Tag um Mitternacht neu, UTC.",
  plansList:
    "Jedes Konto beginnt mit einer Testzeit. Danach wird nichts gelöscht, und einige Nachrichten am Tag bleiben\nEine längere Nachricht und eine längere Antwort brauchen mehr Tokens; die Kosten stehen vor dem Senden neben dem Feld\nEin Tarif lässt sich jederzeit ändern oder beenden und gilt bis zum Ende des Bezahlten",
  plansMore: "Tarife vergleichen",
  privacy: "Privatsphäre",
  privacyText:
    "Was du schreibst, gehört dir. Wer dasselbe Produkt nutzt, kann es nicht lesen, und du kannst es mitnehmen.",
  privacyList:
    "Das ganze Konto lässt sich in den Einstellungen als Archiv herunterladen\nNach dem Löschen des Kontos bleiben 30 Tage, um es sich anders zu überlegen; dann wird alles getilgt\nJedes angemeldete Gerät ist aufgeführt und lässt sich abmelden\nDie Anmeldung in zwei Schritten schützt das Konto, falls jemand dein Passwort erfährt",
  privacyMore: "Den Datenschutzhinweis lesen",
  keyboard: "Tastatur",
  keyboardText:
    "Im Chat wirken diese Tasten überall. Auf einem Mac steht ⌘ an der Stelle von Strg.",
  contact: "Einen Menschen fragen",
  contactText:
    "Wo eine Seite eine Id zeigt, nenne sie: damit finden wir, was geschah, ohne zu lesen, was du geschrieben hast.",
  contactMail: "An {email} schreiben",
  contactNone:
    "Der Betreiber dieser Installation hat keine Adresse genannt, an die man schreiben kann.",
  contactStatus: "Sehen, wie es um alles steht",
};
