/** Kinds of facts that are kept only when their owner allows the kind (MEM-33). */
export const SENSITIVE_KINDS = [
  "health",
  "belief",
  "politics",
  "sexuality",
  "ethnicity",
  "union",
  "biometrics",
  "offences",
  "children",
] as const;
export type SensitiveKind = (typeof SENSITIVE_KINDS)[number];

const WORDS: Record<SensitiveKind, RegExp> = {
  health:
    /\b(?:allerg\w+|asthma|diabet\w+|adhd|autis\w+|depress\w+|anxiety|bipolar|migraines?|cancer|tumou?r|epilep\w+|arthritis|hiv|aids|pregnan\w+|expecting (?:a|our|my)|miscarriage|abortion|disabilit\w+|disabled|deaf|blind|dyslexi\w+|c[oe]eliac|intoleran\w+|blood (?:type|pressure)|medication|antidepressants?|therapy|therapist|psychiatr\w+|diagnos\w+|surgery|hospital(?:ised|ized)|rehab|sober|addict\w*|alcoholic|eating disorder|anorexi\w+|bulimi\w+|suicid\w+|self-harm\w*|burnout|insomnia|overweight|obes\w+|illness|disease|chronic|injur\w+|vaccinated|hearing aid|wheelchair)\b/i,
  belief:
    /\b(?:christian|catholic|protestant|orthodox christian|lutheran|baptist|mormon|muslim|islam\w*|jewish|judaism|hindu|buddhis\w+|sikh|atheis\w+|agnostic|believes? in god|religio\w+|goes to church|goes to mosque|goes to synagogue|prays|convert(?:ed)? to)\b/i,
  politics:
    /\b(?:votes? (?:for|green|labou?r|conservative|republican|democrat)|voted (?:for|green|labou?r|conservative|republican|democrat)|republican|democrat|socialist|communist|conservative party|labou?r party|green party|liberal party|left-wing|right-wing|member of the party|political(?:ly)? (?:views?|party|active)|anarchist|libertarian|feminist activist)\b/i,
  sexuality:
    /\b(?:gay|lesbian|bisexual|homosexual|heterosexual|asexual|pansexual|queer|transgender|trans (?:man|woman)|non-binary|nonbinary|came out|coming out|sexual orientation|sex life|sexual\w*)\b/i,
  ethnicity:
    /\b(?:of [\p{L}-]+ (?:descent|origin|ancestry|heritage)|is (?:black|white|asian|latino|latina|hispanic|arab|roma|indigenous|mixed-race|biracial)|ethnicit\w+|skin colou?r|sami|maori|kurdish)\b/iu,
  union:
    /\b(?:trade union|labou?r union|union (?:member|rep)\w*|in a union|shop steward|works council)\b/i,
  biometrics:
    /\b(?:fingerprints?|face id|iris scan|retina|voiceprint|dna (?:test|profile|sample)|genome|genetic test)\b/i,
  offences:
    /\b(?:convict\w+|prison|in jail|arrested|on probation|on parole|criminal record|sentenced|felony|fined for|drunk driving|dui|restraining order|shoplift\w*|pleaded guilty)\b/i,
  children:
    /\b(?:sons?|daughters?|child|children|kids?|baby|babies|toddler|twins|stepsons?|stepdaughters?|grandsons?|granddaughters?|grandchildren|nieces?|nephews?)\b/i,
};
/** Children who have grown up are people like others. */
const GROWN = /\b(?:adult|grown[- ]up|married|works|(?:2\d|[3-9]\d) years old)\b/i;

/** The sensitive kinds a text touches, in the order of {@link SENSITIVE_KINDS}. */
export function sensitiveKinds(text: string): SensitiveKind[] {
  return SENSITIVE_KINDS.filter((kind) =>
    WORDS[kind].test(text) && !(kind === "children" && GROWN.test(text))
  );
}

const SECRET_WORDS =
  /\b(?:pass ?(?:word|code|phrase|wd)s?|pin(?: code| number)?|cvv|cvc|security code|api[- ]?keys?|secret keys?|access tokens?|private keys?|seed phrases?|recovery (?:codes?|phrases?)|one[- ]time (?:codes?|passwords?)|otp|2fa codes?|login|credentials|door code|alarm code|safe combination|puk)\b/i;
/** A secret word beside something that may be the secret. */
const GIVEN = /(?:\b(?:is|are|was|set to|changed to)\b|[:=])\s*\S|\b\d{4,}\b/i;
const NUMBER_WORDS =
  /\b(?:passport|social security|ssn|tax id|national id|identity card|id card|driver'?s? licen[cs]e|insurance|account|iban|card|routing|sort code)\b.{0,20}?\b(?:number|no\.?|is|:)?\s*[:#]?\s*[A-Z]{0,3}[\d][\dA-Z -]{4,}/i;
const SHAPES =
  /\bnova_sk_\w{8,}|\bsk[-_](?:live|test|proj|ant)?[-_]?\w{16,}|\bgh[pousr]_\w{20,}|\bAKIA[A-Z0-9]{12,}|\bxox[abp]-\w{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY|\b\d{3}-\d{2}-\d{4}\b/;

/** Whether a text gives away a credential, a card or a government number: never stored (MEM-33). */
export function holdsCredential(text: string): boolean {
  if (SHAPES.test(text) || NUMBER_WORDS.test(text)) return true;
  if (SECRET_WORDS.test(text) && GIVEN.test(text)) return true;
  return cardNumbers(text).some(luhn) || ibans(text).some(ibanHolds);
}

function cardNumbers(text: string): string[] {
  return (text.match(/\b\d(?:[ -]?\d){12,18}\b/g) ?? []).map((found) => found.replace(/\D/g, ""));
}

/** The check digit of card numbers (ISO/IEC 7812-1). */
function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function ibans(text: string): string[] {
  return (text.match(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g) ?? [])
    .map((found) => found.replaceAll(" ", ""));
}

/** The check digits of bank accounts (ISO 13616): the number modulo 97 is 1. */
function ibanHolds(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}
