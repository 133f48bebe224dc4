/**
 * Whether a password is one that guessing programs try first. Built from the words and patterns
 * that lead every published list: a base word, optional leet spelling, and a short ending.
 */
const BASES =
  ("password passwort passw0rd admin administrator welcome letmein login master monkey dragon " +
    "football baseball basketball soccer hockey superman batman iloveyou princess sunshine shadow " +
    "michael jennifer jordan hunter ranger buster thomas robert charlie andrew daniel joshua matthew " +
    "anthony george harley summer winter spring autumn ashley nicole jessica amanda michelle cheese " +
    "computer internet samsung google facebook apple amazon microsoft windows linux ubuntu secret " +
    "access starwars pokemon mustang corvette ferrari porsche mercedes yankees dallas austin london " +
    "berlin america killer pepper ginger cookie banana orange purple silver golden freedom whatever " +
    "trustno test testing tester guest default changeme hello hallo flower lovely family friend " +
    "friends forever jesus angel angels maggie bailey buddy tigger snoopy merlin phoenix matrix " +
    "qwerty qwertz azerty qazwsx asdfgh zxcvbn qwertyuiop asdfghjkl zxcvbnm abc abcd abcdef abcdefg " +
    "abcdefgh novacore novacoreai nova").split(" ");

const LEET: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  "$": "s",
  "!": "i",
};

function plain(text: string): string {
  return text.replace(/[01345 7@$!]/g, (char) => LEET[char] ?? char);
}

const bases = new Set(BASES);

/** Whether a password follows one of the patterns that are tried first; case does not matter. */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase();
  if (/^(.)\1*$/u.test(lower)) return true; // one character repeated
  if (/^(.{1,4})\1+$/u.test(lower)) return true; // a short group repeated
  if (isRun(lower)) return true;
  if (/^\d{1,10}$/.test(lower)) return true; // dates and numbers
  const core = lower.replace(/^[\d\W_]+/, "").replace(/[\d\W_]{0,6}$/, "");
  return bases.has(core) || bases.has(plain(core)) || bases.has(plain(lower)) ||
    bases.has(plain(lower).replace(/[\d\W_]{1,6}$/, ""));
}

/** Runs of the alphabet, of digits and of keyboard rows, forwards and backwards. */
function isRun(text: string): boolean {
  const rows = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
    "1q2w3e4r5t6y",
  ];
  const backwards = [...text].reverse().join("");
  return text.length >= 4 && rows.some((row) => row.includes(text) || row.includes(backwards));
}
