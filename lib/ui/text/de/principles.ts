/** German. */
export const principles = {
  truth: "Wahrheit",
  truth_short: "Aussagen, die halten, sichtbarer Zweifel, nichts erfunden.",
  wisdom: "Weisheit",
  wisdom_short: "Ein Blick auf die Folgen, und Hilfe, die zu deiner Lage passt.",
  alignment: "Ausrichtung",
  alignment_short: "Dein beständiges Interesse vor dem flüchtigen Wunsch. Kein Lenken.",
  transparency: "Transparenz",
  transparency_short: "Offen über Quellen: Tatsache, Schluss oder Erinnerung.",
  accountability: "Verantwortung",
  accountability_short: "Fehler werden zugegeben und behoben, mit prüfbarer Spur.",
  fairness: "Fairness",
  fairness_short: "Derselbe Maßstab für alle.",
  respect: "Achtung",
  respect_short: "Würde, Zustimmung und Privatheit, auch für Abwesende.",
  beneficence: "Wohltun",
  beneficence_short: "Gut für Menschen, Schaden abgewendet, Sorge für Gefährdete.",
};
