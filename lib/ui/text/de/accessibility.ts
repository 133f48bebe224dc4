/** German. */
export const accessibility = {
  title: "Barrierefreiheit",
  lead: "NovaCoreAI soll für alle benutzbar sein. Diese Seite sagt, wie weit das heute stimmt.",
  goal: "Was wir anstreben",
  goalText:
    "Die Regeln der WCAG 2.2 auf Stufe AA, auf jeder Seite, im hellen, im dunklen und im kontrastreichen Thema. Keine öffentliche Stelle hat das bestätigt; es ist unser eigenes Urteil.",
  works: "Was geht",
  worksList:
    "Alles geht mit der Tastatur; die Hilfe nennt die Tasten\nVorleseprogramme erfahren eine Antwort satzweise, nicht Buchstabe um Buchstabe\nAußer Gespräch, Gedächtnis und Rundgang lesen sich die Seiten ohne Skript\nText wächst ohne Verlust auf das Doppelte, ab 360 Pixeln Breite\nThema, Kontrast, Schriftgröße, Dichte und Bewegung lassen sich wählen und bleiben beim Konto\nNichts hängt allein an der Farbe, und jedes Diagramm hat seine Tabelle\nDie Anmeldung stellt kein Rätsel und nimmt eingefügte Passwörter und Passwortverwaltungen an",
  checked: "Wie es geprüft wird",
  checkedText:
    "Bei jeder Änderung sehen automatische Regeln jede Seite in drei Themen und zwei Breiten an, und Wege werden allein mit der Tastatur gegangen. Automatische Regeln finden weniger als die Hälfte dessen, was falsch sein kann.",
  gaps: "Bekannte Lücken",
  gapsList:
    "Noch hat niemand mitgeprüft, der auf Hilfsmittel angewiesen ist, und kein Vorleseprogramm auf einem echten Telefon\nFormeln lesen manche Vorleseprogramme als ihre Auszeichnung\nEine Tabelle in einer Antwort wird gelesen, während sie wächst; ihre Größe steht erst fest, wenn sie ganz ist\nDer Regler durch die Vergangenheit geht tageweise: Ein ferner Tag braucht viele Tastendrücke, oder Bild auf und Bild ab\nEnglisch und Deutsch sind vollständig; Worte einer Antwort können in einer anderen Sprache stehen, ohne so ausgezeichnet zu sein",
  contact: "Sag es uns",
  contactText: "Was dich an einer Seite hindert, und womit du sie liest.",
  contactNone:
    "Hier ist niemand genannt, dem man schreiben könnte. Wer diesen Ort betreibt, kann eine Adresse setzen.",
  contactMail: "An {email} schreiben",
  made: "Diese Erklärung ist vom {day}.",
};
