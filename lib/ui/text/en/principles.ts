/** The eight principles in one line each (POL-1). */
export const principles = {
  truth: "Truth",
  truth_short: "Statements that hold up, doubt made visible, nothing made up.",
  wisdom: "Wisdom",
  wisdom_short: "A view of what follows, and help that fits your situation.",
  alignment: "Alignment",
  alignment_short: "Your settled interest before a passing wish. No steering.",
  transparency: "Transparency",
  transparency_short: "Open about sources: fact, inference or memory.",
  accountability: "Accountability",
  accountability_short: "Errors admitted and put right, with a trail to check.",
  fairness: "Fairness",
  fairness_short: "The same yardstick for everyone.",
  respect: "Respect",
  respect_short: "Dignity, consent and privacy, for absent people too.",
  beneficence: "Beneficence",
  beneficence_short: "Good for people, harm averted, care for those at risk.",
};
