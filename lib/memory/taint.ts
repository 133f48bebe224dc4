/**
 * Signs that words are not what they look like (MEM-30, MEM-32). They never decide that something is
 * wrong, only that its owner is asked first.
 */

/** Characters that nobody types and everybody overlooks: zero width, direction, tags, variation. */
const HIDDEN =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e01ef}]/u;

/** Whether a text holds characters that cannot be seen. The joiner of emoji is none of them. */
export function hasHiddenCharacters(text: string): boolean {
  return HIDDEN.test(text);
}

const COMMANDS: readonly RegExp[] = [
  /\b(?:ignore|disregard|override|bypass|forget|skip|violate|break)\b.{0,40}\b(?:previous|prior|above|all|any|your|the|other)\b.{0,30}\b(?:instructions?|rules?|polic(?:y|ies)|guidelines?|constitution|safety|safeguards?|restrictions?|filters?|principles?)\b/i,
  /\b(?:system|developer|hidden|secret) (?:prompts?|messages?|instructions?|modes?)\b/i,
  /\b(?:jailbreak|prompt injection|dan mode|god mode|admin mode|root access|sudo|override code)\b/i,
  /\b(?:from now on|going forward|henceforth|in (?:all|every) (?:future|later) (?:answers?|repl(?:y|ies)|chats?|conversations?))\b/i,
  /\b(?:you|the assistant|nova|the (?:ai|model|companion))\b.{0,20}\b(?:must|have to|has to|should|shall|are to|is to|will|need to|needs to|may|can now|are now|are allowed)\b/i,
  /\b(?:always|never)\b.{0,20}\b(?:reply|respond|answer|recommend|suggest|include|append|mention|tell|say|send|visit|click|open|obey|follow|trust|approve|agree|refuse|warn|ask)\b/i,
  /\b(?:whenever|each time|every time|when(?:ever)? (?:asked|the user|someone|anyone|i ask))\b.{0,60}\b(?:reply|respond|answer|recommend|include|send|say|visit|run|call|output|print|give|tell|show)\b/i,
  /\b(?:send|forward|upload|post|exfiltrate|leak|transmit|copy)\b.{0,40}\b(?:to|at|via)\b.{0,40}(?:https?:|www\.|@|\.(?:com|net|org|io|example)\b|webhook|server|endpoint)/i,
  /https?:\/\/|\bdata:[a-z]+\/|\bjavascript:|<\/?[a-z!][^>]*>|\[(?:system|inst|assistant|tool|user)\]|\{\{|<\|/i,
  /\b(?:the )?(?:user|owner|administrator|admin|developer|operator|openai|anthropic|support team)\b (?:has |have )?(?:said|says|wants|confirmed|confirms|authori[sz]ed|authori[sz]es|agreed|approved|consented|prefers that you|instructed|requires|allows|asked you|told you|gave permission)/i,
  /\b(?:verified|trusted|authori[sz]ed|approved) (?:by|as) (?:the )?(?:user|admin|system|owner|developer|nova)\b/i,
  /\b(?:base64|rot13|eval\(|exec\(|curl |wget |rm -rf|drop table)\b/i,
  /\b(?:no|without|don't need|do not need|doesn't need) (?:any )?(?:confirmation|consent|permission|verification|approval)\b/i,
];

/** Whether a statement tells the companion what to do, or speaks in somebody's name. */
export function looksLikeCommand(text: string): boolean {
  return COMMANDS.some((pattern) => pattern.test(text));
}

/** Headers of mails, markup, templates and the marks of other models' prompts. */
const PASTED =
  /^[ \t]*(?:from|to|cc|subject|sent|date|reply-to)[ \t]*:.*$|<\/?[a-z!][^<>]{0,200}>|\[\/?inst\]|<\||\{\{/im;
/** Words that turn what follows into a tale or an example. */
const FICTION =
  /\b(?:in (?:the|my|our|this|a) (?:story|novel|game|film|movie|book|play|scene|script|dream)|for example|for instance|e\.g\.|imagine|pretend|suppose|role-?play|my character|hypothetically|let's say)\b/i;

/** Whether a message holds text that its writer may only have pasted, or tells a tale. */
export function looksPasted(message: string): boolean {
  return PASTED.test(message) || FICTION.test(message);
}
