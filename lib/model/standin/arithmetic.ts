/** The words people use for signs. */
const SPOKEN: readonly [RegExp, string][] = [
  [/\bplus\b/g, "+"],
  [/\bminus\b/g, "-"],
  [/\b(?:times|multiplied by)\b/g, "*"],
  [/\b(?:divided by|over)\b/g, "/"],
  [/(\d)\s*%\s*of\b/g, "$1 / 100 *"],
  [/\bpercent of\b/g, "/ 100 *"],
  [/[×·]/g, "*"],
  [/(\d)\s*x\s*(?=\d)/g, "$1*"],
  [/[÷:]/g, "/"],
  [/[−–]/g, "-"],
  [/(\d),(?=\d{3}\b)/g, "$1"],
];

/**
 * The result of a small calculation asked for in `text` ("what is 12 * 7?", "15 % of 80"), written
 * out; null when `text` asks for none. Division by zero gives null.
 */
export function calculate(text: string): { expression: string; result: string } | null {
  let rest = text.toLowerCase().trim().replace(/[?=.!]+\s*$/, "")
    .replace(/^(?:please\s+)?(?:what(?:['’]s| is)|how much is|calculate|compute|work out)\s+/, "");
  for (const [pattern, sign] of SPOKEN) rest = rest.replace(pattern, sign);
  if (rest.length > 100 || !/^[\d\s+\-*/().]+$/.test(rest) || !/\d\s*[+\-*/]\s*[\d(]/.test(rest)) {
    return null;
  }
  const tokens = rest.match(/\d+(?:\.\d+)?|[+\-*/()]/g) ?? [];
  const value = evaluate(tokens);
  if (value === null || !Number.isFinite(value)) return null;
  const rounded = Math.round(value * 1e9) / 1e9;
  return {
    expression: tokens.join(" ").replace(/\( /g, "(").replace(/ \)/g, ")"),
    result: String(rounded),
  };
}

/** Recursive descent over sums, products and brackets; null for what is no expression. */
function evaluate(tokens: string[]): number | null {
  let at = 0;
  function sum(): number {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      value = tokens[at++] === "+" ? value + product() : value - product();
    }
    return value;
  }
  function product(): number {
    let value = factor();
    while (tokens[at] === "*" || tokens[at] === "/") {
      value = tokens[at++] === "*" ? value * factor() : value / factor();
    }
    return value;
  }
  function factor(): number {
    const token = tokens[at++];
    if (token === "-") return -factor();
    if (token === "(") {
      const value = sum();
      return tokens[at++] === ")" ? value : NaN;
    }
    return token === undefined || !/^\d/.test(token) ? NaN : Number(token);
  }
  const value = sum();
  return at === tokens.length && !Number.isNaN(value) ? value : null;
}
