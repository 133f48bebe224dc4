import { compilePattern, type Places, type TermIndex } from "./pattern.ts";
import type { Intent } from "./categories.ts";

/** Words that tell why somebody asks (POL-23), strongest evidence only. */
const SIGNALS: Record<"fiction" | "harm" | "learn", readonly string[]> = {
  fiction: (
    "novel,my novel,short story,a story,the story,screenplay,film script,fiction*,fictional," +
    "my character,the character*,protagonist,villain,a scene,the scene,thriller,murder mystery," +
    "crime story,detective story,dungeons and dragons,d d campaign,dnd,roleplay*,role play*,rpg," +
    "video game,my book,fan fiction,fantasy,fairy tale,movie plot," +
    "stage play,short film,prop,props"
  ).split(","),
  harm: (
    "get away with,getting caught,be caught,untraceable,without them knowing,without her knowing," +
    "without him knowing,without anyone knowing,without anyone noticing,without being noticed," +
    "without their consent,without her consent,without his consent,revenge,get back at," +
    "make them suffer,make him suffer,make her suffer,make them pay,to steal,undetected," +
    "avoid detection,evade detection,evade police,leave no trace,no trace,hurt people,kill people," +
    "as many people as possible,casualties,ruin her life,ruin his life,ruin their life," +
    "ruin their lives,unsuspecting,real victims,my victim,my victims,the victim's,victims computers," +
    "slip past security,past security,bypass antivirus,evade antivirus,past the police"
  ).split(","),
  learn: (
    "awareness,training material*,training email*,for training,our training,staff training," +
    "phishing simulation,prevent*,protect,protecting,protection,defend*,detect,detecting,detection," +
    "recogni*,how to spot,spot a,history of,the history,historical*,in history,museum,treaty," +
    "convention,legal definition,my own server,my own network,my own website,my own site," +
    "my own account,my own router,my own wifi,my own machine,our own network,our own systems," +
    "authorized,authorised,penetration test*,pentest*,pen test*,ctf,capture the flag," +
    "hack the box,hackthebox,tryhackme,bug bounty,with permission,written permission,for a class," +
    "for my class,for a course,thesis,dissertation,for my exam,for an exam,lecture,journalis*,documentary," +
    "how does it work,content moderat*,moderation policy,research paper,forensic*," +
    "incident response,blue team,cybersecurity,cyber security,information security,security study," +
    "security course,self defence,self defense,antidote,first aid,how to avoid,avoid being," +
    "avoid falling,mitigat*,harden*,secure my,secure our,essay,encyclopedia,summary of"
  ).split(","),
};

/** Tells why a text asks what it asks, from its words. */
export interface IntentReader {
  /** The intent the words speak for; null when they do not tell. */
  read(places: Places): Exclude<Intent, "help"> | null;
}

/**
 * Reads intents with the terms in `index`. A story may contain what would be harm elsewhere, so
 * fiction is looked for first; stated harm outweighs a claim to learn.
 */
export function createIntentReader(index: TermIndex): IntentReader {
  const order = ["fiction", "harm", "learn"] as const;
  const patterns = order.map((intent) => ({
    intent,
    pattern: compilePattern({ all: [SIGNALS[intent]] }, index),
  }));
  return {
    read: (places) => patterns.find(({ pattern }) => pattern.match(places))?.intent ?? null,
  };
}
