/** German. */
export const shelf = {
  foundIn: "In Nachrichten",
  foundNothing: "Keine Nachricht enthält „{query}“.",
  shelfText_archived: "Beiseitegelegt, die Suche findet es weiterhin.",
  shelfText_deleted: "30 Tage nach dem Löschen endgültig entfernt.",
  shelfEmpty_archived: "Nichts ist archiviert.",
  shelfEmpty_deleted: "Der Papierkorb ist leer.",
  eraseNow: "„{title}“ endgültig löschen",
  eraseTitle: "Dieses Gespräch endgültig löschen?",
  eraseSure:
    "„{title}“ und seine Belege werden sofort gelöscht und können nicht zurückgeholt werden. Erinnerungen daraus bleiben, bis du sie vergessen lässt.",
  erase: "Endgültig löschen",
  removeKeep: "Gespräch behalten",
};
