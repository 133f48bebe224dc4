/** German. */
export const mails = {
  product: "NovaCoreAI",
  greeting: "Hallo {name},",
  writtenOut: "Falls der Knopf nichts tut, kopiere diese Adresse in deinen Browser:",
  support: "Fragen? Schreib an {support}.",
  unsubscribe: "Du hast diese Mails bestellt. Beende sie mit einem Druck: {url}",
  settings: "Worüber wir dir schreiben: {url}",
  ignore: "Wenn du es nicht warst, musst du nichts tun.",
  whySecurity:
    "Du erhältst dies, weil es die Sicherheit deines Kontos betrifft. Diese Mails lassen sich nicht abschalten.",
  whyAsked: "Du erhältst dies, weil jemand mit deiner Adresse darum gebeten hat.",

  verify_email: "Bestätige deine E-Mail",
  verify_email_text:
    "Ein Druck auf den Knopf bestätigt, dass diese Adresse dir gehört. Der Link gilt {hours} Stunden.",
  verify_email_button: "E-Mail bestätigen",

  account_exists: "Du hast schon ein Konto",
  account_exists_text:
    "Jemand wollte sich mit dieser Adresse registrieren, zu der es hier schon ein Konto gibt. Warst du es, melde dich an oder wähle ein neues Passwort.",
  account_exists_button: "Anmelden",

  reset_password: "Wähle ein neues Passwort",
  reset_password_text:
    "Mit diesem Link kannst du ein neues Passwort wählen. Er gilt einmal, {minutes} Minuten lang.",
  reset_password_button: "Passwort wählen",

  password_reset_done: "Dein Passwort wurde zurückgesetzt",
  password_reset_done_text:
    "Um {time} wurde ein neues Passwort gesetzt. Alle Geräte wurden abgemeldet. {keys}",
  password_changed: "Dein Passwort wurde geändert",
  password_changed_text:
    "Das Passwort deines Kontos wurde um {time} von {device} aus geändert. Deine anderen Geräte wurden abgemeldet.",
  notice_button: "Ansehen, was geschah",
  keysNone: "Du hast keine API-Schlüssel.",
  keysSome: "Diese API-Schlüssel gelten noch: {names}. Beende, die du nicht kennst.",

  login_locked: "Die Anmeldung wurde angehalten",
  login_locked_text:
    "Jemand hat mehrere falsche Passwörter für dein Konto versucht, zuletzt um {time} aus dem Netz {place}. Die Anmeldung von unbekannten Geräten ruht eine Weile; Geräte, die du schon verwendet hast, sind nicht betroffen. Warst du es nicht, schafft ein neues Passwort Gewissheit.",
  login_locked_button: "Ein neues Passwort wählen",

  new_device: "Ein neues Gerät hat sich angemeldet",
  new_device_text:
    "{device} hat sich um {time} aus dem Netz {place} in deinem Konto angemeldet. Warst du es nicht, beende die Anmeldung und ändere dein Passwort.",
  new_device_button: "Das war ich nicht",

  refresh_reuse: "Eine Anmeldung wurde zur Sicherheit beendet",
  refresh_reuse_text:
    "Ein Geheimnis von {device} wurde zweimal verwendet; vielleicht hat jemand es kopiert. Wir haben die Anmeldung um {time} beendet. Melde dich dort neu an, wenn es deines ist.",

  email_change: "Bestätige deine neue E-Mail",
  email_change_text:
    "Ein Druck auf den Knopf macht {email} zur Adresse deines Kontos. Der Link gilt {hours} Stunden.",
  email_change_button: "Diese Adresse verwenden",
  email_changed: "Deine E-Mail wurde geändert",
  email_changed_text:
    "Die Adresse deines Kontos ist jetzt {email}. Wolltest du das nicht, nimm es binnen {hours} Stunden zurück.",
  email_changed_button: "Zurücknehmen",

  two_factor_on: "Die Anmeldung in zwei Schritten ist an",
  two_factor_on_text: "Seit {time} verlangt dein Konto bei der Anmeldung einen Code.",
  two_factor_off: "Die Anmeldung in zwei Schritten ist aus",
  two_factor_off_text: "Seit {time} genügt dein Passwort allein zur Anmeldung.",
  backup_codes_new: "Neue Ersatzcodes wurden gemacht",
  backup_codes_new_text:
    "Um {time} wurden zehn neue Ersatzcodes gemacht. Die früheren gelten nicht mehr.",
  recovery_started: "Dein zweiter Schritt wird entfernt",
  recovery_started_text:
    "Die Verwaltung hat begonnen, die Anmeldung in zwei Schritten von deinem Konto zu entfernen. Das endet in {hours} Stunden, um {time}. Hast du nicht darum gebeten, melde dich an und halte es an, oder schreib dem Support.",
  recovery_done: "Dein zweiter Schritt wurde entfernt",
  recovery_done_text:
    "Die Anmeldung in zwei Schritten wurde um {time} entfernt. Richte sie in den Einstellungen neu ein.",

  key_made: "Ein API-Schlüssel wurde gemacht",
  key_made_text: "Der Schlüssel {key} wurde um {time} gemacht. Er endet am {end}.",
  key_rotated: "Ein API-Schlüssel hat ein neues Geheimnis",
  key_rotated_text:
    "Der Schlüssel {key} bekam um {time} ein neues Geheimnis. Das frühere gilt bis {end}.",
  key_ending: "Ein API-Schlüssel endet bald",
  key_ending_text:
    "Der Schlüssel {key} endet am {end}. Mach rechtzeitig ein neues Geheimnis, wenn du ihn noch brauchst.",
  key_paused: "Ein API-Schlüssel wurde angehalten",
  key_paused_text:
    "Der Schlüssel {key} wurde binnen zehn Minuten mehr als fünfzigmal abgelehnt; darum haben wir ihn um {time} angehalten. In den Einstellungen kannst du ihn wieder arbeiten lassen.",
  keys_button: "API-Schlüssel",

  export_ready: "Deine Daten sind fertig",
  export_ready_text: "Das Archiv mit allem, was du hier hast, ist bis {end} abzuholen.",
  export_ready_button: "Archiv abholen",
  export_failed: "Deine Daten konnten nicht zusammengestellt werden",
  export_failed_text: "Bei uns ist etwas schiefgegangen. Bitte beginne den Export noch einmal.",

  deletion_started: "Dein Konto wird gelöscht",
  deletion_started_text:
    "Dein Konto ist geschlossen. Alles darin wird am {end} gelöscht. Bis dahin kannst du dich anmelden und es zurücknehmen.",
  deletion_started_button: "Konto behalten",
  deletion_done: "Dein Konto wurde gelöscht",
  deletion_done_text:
    "Alles, was zu deinem Konto gehörte, wurde am {time} gelöscht. Die letzte Sicherung, die es noch enthält, ist bis {end} fort. Die Quittung unten ist unterschrieben; behalte sie, wenn du magst.",

  inactive: "Dein Konto wird gelöscht",
  inactive_text:
    "Du hast dich hier registriert und die Adresse nie bestätigt, und seither hat sich niemand angemeldet. Das Konto wird am {end} gelöscht. Melde dich an, wenn du es behalten willst.",

  suspended: "Dein Konto wurde gesperrt",
  suspended_text: "Seit {time} kann dein Konto nicht verwendet werden. {reason}",
  suspended_button: "Lesen, warum und was zu tun ist",
  restored: "Dein Konto geht wieder",
  restored_text: "Seit {time} kann dein Konto wie zuvor verwendet werden.",

  grant_opened: "Der Support kann sehen, was du erlaubt hast",
  grant_opened_text:
    "Du hast dem Support bis {end} Zugang gegeben. Du kannst ihn jederzeit beenden.",
  grant_closed: "Der Zugang des Supports ist beendet",
  grant_closed_text: "Der Zugang, den du dem Support gabst, endete um {time}.",

  usage_spike: "Heute wurde viel mehr verbraucht als sonst",
  usage_spike_text:
    "Heute hat dein Konto mehr als zwanzigmal so viel verbraucht wie an anderen Tagen. Nichts wird abgelehnt, doch bis 00:00 UTC warten deine Antworten in einer langsameren Schlange, wenn viele zugleich schreiben. Warst du es nicht, sieh nach deinen Geräten und API-Schlüsseln.",
};
