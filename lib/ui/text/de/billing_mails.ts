/** German. */
export const billingMails = {
  greeting: "Hallo {name},",
  testLabel: "Testzahlung",
  testText: "Dies war eine Testzahlung. Kein Geld floss, und keine Karte wurde verlangt.",
  foot: "Du erhältst dies, weil es den Tarif deines Kontos betrifft.",
  noNextAttempt: "kein weiterer Versuch ist geplant",
  subscription_started_subject: "Dein Tarif {plan} hat begonnen",
  subscription_started_text:
    "Dein Tarif {plan} gilt von jetzt an, mit seinen höheren Grenzen, ohne neue Anmeldung. Die nächste Rechnung kommt am {until}.",
  subscription_started_button: "Deinen Tarif ansehen",
  plan_changed_subject: "Dein Tarif ist jetzt {plan}",
  plan_changed_text:
    "Dein Tarif wechselte von {from} zu {plan}. Die neuen Grenzen gelten von jetzt an. Der Zeitraum endet am {until}.",
  plan_changed_button: "Deinen Tarif ansehen",
  payment_failed_subject: "Eine Zahlung ging nicht durch",
  payment_failed_text:
    "Wir konnten {amount} nicht einziehen. Nächster Versuch: {next}. Dein Tarif läuft vorerst weiter; bitte sieh nach deiner Karte, damit es so bleibt.",
  payment_failed_button: "Karte erneuern",
  payment_recovered_subject: "Deine Zahlung ging durch",
  payment_recovered_text:
    "Wir haben {amount} eingezogen. Alles ist wieder in Ordnung; es bleibt nichts zu tun.",
  payment_recovered_button: "Deinen Tarif ansehen",
  cancellation_scheduled_subject: "Dein Tarif endet am {until}",
  cancellation_scheduled_text:
    "Dein Tarif {plan} gilt bis {until} und wird nicht verlängert. Bis dahin kannst du es zurücknehmen. Nichts, was du geschrieben oder gespeichert hast, wird gelöscht.",
  cancellation_scheduled_button: "Tarif behalten",
  subscription_ended_subject: "Dein Tarif ist zu Ende",
  subscription_ended_text:
    "Dein Tarif ist zu Ende. Alles, was du geschrieben und gespeichert hast, ist noch da: Lesen, Suchen, Export und Löschen gehen immer. Du kannst jederzeit wieder einen Tarif wählen.",
  subscription_ended_button: "Tarife ansehen",
  invoice_paid_subject: "Rechnung {number}: {amount} bezahlt",
  invoice_paid_text: "Wir haben {amount} für die Rechnung {number} erhalten. Danke.",
  invoice_paid_button: "Deine Rechnungen ansehen",
  trial_ending_subject: "Deine Testzeit endet morgen",
  trial_ending_text:
    "Deine Testzeit endet am {until}. Danach kannst du weiterhin alles lesen, durchsuchen, exportieren und löschen und ein paar Nachrichten am Tag senden. Mit einem Tarif geht es weiter wie bisher.",
  trial_ending_button: "Tarife ansehen",
  trial_ended_subject: "Deine Testzeit ist zu Ende",
  trial_ended_text:
    "Deine Testzeit endete am {until}. Nichts wurde gelöscht: Lesen, Suchen, Export und Löschen gehen immer. Wähle einen Tarif, wann immer du weitermachen willst.",
  trial_ended_button: "Tarife ansehen",
  what_llm_tokens: "heutigen Tokens",
  what_messages: "heutigen Nachrichten",
  what_memory_storage: "Gedächtnisses",
  what_agent_minutes: "Agentenminuten dieses Monats",
  usage_notice_subject: "{percent} deiner {what} sind verbraucht",
  usage_notice_text:
    "{percent} deiner {what} sind verbraucht. Noch geschieht nichts; die Seite der Nutzung sagt, wann es neu beginnt.",
  usage_notice_button: "Deine Nutzung ansehen",
  usage_strong_subject: "{percent} deiner {what} sind verbraucht",
  usage_strong_text: "{percent} deiner {what} sind verbraucht.",
  usage_strong_button: "Deine Nutzung ansehen",
  usage_blocked_subject: "Verbraucht: {what}",
  usage_blocked_text:
    "Verbraucht: {what}. Lesen, Suchen und alles, was du gespeichert hast, geht weiterhin. Die Seite der Nutzung sagt, wann es neu beginnt und welche Tarife mehr haben.",
  usage_blocked_button: "Deine Nutzung ansehen",
  usage_fair_subject: "Über der fairen Nutzung: {what}",
  usage_fair_text:
    "Nichts wird abgelehnt. Wenn viele zugleich schreiben, warten deine Antworten in der normalen Schlange, bis neu gezählt wird.",
  usage_fair_button: "Deine Nutzung ansehen",
};
