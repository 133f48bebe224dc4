/** Set pieces of Markdown, so that every kind of rendering can be seen without a model. */
const CODE = `Here is a small piece of code, so that you can see how code is shown:

\`\`\`ts
/** Greets a person by name. */
export function greet(name: string): string {
  return \`Hello, \${name}!\`;
}

console.log(greet("Ada"));
\`\`\`

The button in the corner of the block copies it. \`inline code\` looks like this.`;

const TABLE = `Here is a table:

| Tier | Keeps | For how long |
|------|-------|-------------:|
| Short-term | the running conversation | 1 hour |
| Intermediate | recent facts | 7 days |
| Long-term | what matters | no end |

Numbers in the last column are aligned to the right.`;

const LIST = `Here is a list, with one inside it:

1. Tell me something about yourself.
2. Open a new conversation.
3. Ask about it:
   - in your own words,
   - or in quite other ones.

And a task list:

- [x] say hello
- [ ] connect a language model`;

const MARKDOWN = `## A small tour of Markdown

Text can be **bold**, *slanted* or ~~crossed out~~, and \`code\` can stand in a line.

> A quotation is set apart like this.

- a list
  - and a list in it
- [a link](https://example.org)

| Left | Right |
|------|------:|
| a | 1 |
| b | 2 |

\`\`\`json
{ "kind": "code block", "copy": true }
\`\`\`

Formulas work too: $a^2 + b^2 = c^2$.`;

const MATH = `A formula within a line: $e^{i\\pi} + 1 = 0$. And one of its own:

$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$`;

const PIECES: readonly [RegExp, string][] = [
  [/\bmarkdown\b/i, MARKDOWN],
  [/\b(?:table|spreadsheet)\b/i, TABLE],
  [/\b(?:formula|equation|latex)s?\b/i, MATH],
  [/\b(?:code|function|script|snippet|program)\b/i, CODE],
  [/\b(?:list|checklist|bullet points?)\b/i, LIST],
];
const ASKED = /\b(?:show|give|write|make|create|draw|print|demo|example|generate|need|want)\b/i;

/** A sample of the Markdown that `text` asks for, null when it asks for none. */
export function showPiece(text: string): string | null {
  if (!ASKED.test(text)) return null;
  return PIECES.find(([asked]) => asked.test(text))?.[1] ?? null;
}
