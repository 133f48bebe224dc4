/** Where help is to be found, as the `policy` event carries it (CON-31). */
export interface HelpRoute {
  title: string;
  text: string;
  links: { label: string; href: string }[];
}

/** What a help route is about. */
export type HelpKind =
  | "self_harm"
  | "abuse"
  | "eating_addiction"
  | "danger"
  | "child"
  | "tracking"
  | "threat";

/** Numbers of one country. An operator may replace or add countries (`HELP_ROUTES`). */
export interface CountryHelp {
  emergency: string;
  /** A line to talk to in a crisis, around the clock. */
  crisis?: { name: string; number: string };
  /** A line for people who are abused at home. */
  abuse?: { name: string; number: string };
}

/** Numbers by ISO 3166 country code, as the services publish them. */
export const COUNTRY_HELP: Record<string, CountryHelp> = {
  AT: { emergency: "112", crisis: { name: "TelefonSeelsorge", number: "142" } },
  AU: {
    emergency: "000",
    crisis: { name: "Lifeline", number: "13 11 14" },
    abuse: { name: "1800RESPECT", number: "1800 737 732" },
  },
  CA: { emergency: "911", crisis: { name: "Suicide Crisis Helpline", number: "988" } },
  CH: { emergency: "112", crisis: { name: "Die Dargebotene Hand", number: "143" } },
  DE: {
    emergency: "112",
    crisis: { name: "TelefonSeelsorge", number: "0800 111 0 111" },
    abuse: { name: "Hilfetelefon Gewalt gegen Frauen", number: "116 016" },
  },
  ES: { emergency: "112", crisis: { name: "Línea 024", number: "024" } },
  FR: { emergency: "112", crisis: { name: "Numéro national de prévention", number: "3114" } },
  GB: {
    emergency: "999",
    crisis: { name: "Samaritans", number: "116 123" },
    abuse: { name: "National Domestic Abuse Helpline", number: "0808 2000 247" },
  },
  IE: { emergency: "112", crisis: { name: "Samaritans", number: "116 123" } },
  NL: { emergency: "112", crisis: { name: "113 Zelfmoordpreventie", number: "113" } },
  NO: { emergency: "112", crisis: { name: "Mental Helse", number: "116 123" } },
  NZ: { emergency: "111", crisis: { name: "Need to talk", number: "1737" } },
  US: {
    emergency: "911",
    crisis: { name: "988 Suicide and Crisis Lifeline", number: "988" },
    abuse: { name: "National Domestic Violence Hotline", number: "1-800-799-7233" },
  },
};

const DIRECTORY = { label: "Find a helpline in your country", href: "https://findahelpline.com" };

const WORDS: Record<HelpKind, { title: string; text: string }> = {
  self_harm: {
    title: "You do not have to carry this alone",
    text: "I am glad you wrote this down. It sounds very heavy. Are you safe right now? If you " +
      "might act on it, please call {emergency} or have somebody stay with you. {line} " +
      "You can also just tell me what today was like.",
  },
  abuse: {
    title: "What is happening to you is not your fault",
    text: "Thank you for telling me. Nobody has the right to treat you like that. Are you safe " +
      "right now? In danger, call {emergency}. {line} We can also think through next steps here, " +
      "at your pace.",
  },
  eating_addiction: {
    title: "There are people who know this and can help",
    text: "Thank you for telling me; saying it is a real step. If your body is in trouble right " +
      "now, please call {emergency}. {line} A doctor you trust is a good first door too. What " +
      "would make today a little easier?",
  },
  danger: {
    title: "Your safety comes first",
    text: "That sounds frightening. Are you in a safe place right now? In danger, call " +
      "{emergency} and get to where other people are. {line} When you are safe we can sort out " +
      "the rest together.",
  },
  child: {
    title: "Help for a child in danger",
    text: "Thank you for speaking up. A child's safety comes before everything else. If a child " +
      "is in danger now, call {emergency}. {line} Nothing of this is the child's fault, and an " +
      "adult you trust can help to take the next step.",
  },
  threat: {
    title: "Before anything happens",
    text: "It sounds as if a great deal has built up. Please put distance between you and them " +
      "now, and talk to somebody before anything happens that cannot be undone. {line} If " +
      "anybody is in danger, call {emergency}.",
  },
  tracking: {
    title: "If somebody is watching or following you",
    text:
      "That is alarming, and you are right to take it seriously. In danger, call {emergency}. " +
      "{line} Use a device the other person has never had in hands for what comes next; I can go " +
      "through the checks with you.",
  },
};

/**
 * The help route of one kind for a country (ISO 3166, two letters); without a known country the
 * local emergency number is named as such and a directory of helplines is linked.
 */
export function helpRoute(
  kind: HelpKind,
  options: { country?: string; countries?: Record<string, CountryHelp> } = {},
): HelpRoute {
  const countries = options.countries ?? COUNTRY_HELP;
  const country = options.country ? countries[options.country.toUpperCase()] : undefined;
  const line = (kind === "abuse" || kind === "tracking" ? country?.abuse : undefined) ??
    country?.crisis;
  const spoken = line
    ? `${line.name} listens at ${line.number}.`
    : "The directory below lists people who listen, in your country and language.";
  const emergency = country ? country.emergency : "your local emergency number";
  const { title, text } = WORDS[kind];
  return {
    title,
    text: text.replace("{emergency}", emergency).replace("{line}", spoken),
    links: [
      ...(country ? [call(`Emergency: ${country.emergency}`, country.emergency)] : []),
      ...(line ? [call(`${line.name}: ${line.number}`, line.number)] : []),
      DIRECTORY,
    ],
  };
}

function call(label: string, number: string) {
  return { label, href: `tel:${number.replace(/[^\d+]/g, "")}` };
}
