import { compileRules } from "./rule_book.ts";
import { RULES } from "./rules/all.ts";
const t = performance.now();
try {
  compileRules(RULES);
  console.log("ok");
} catch (e) {
  console.log((e as Error).message.split("; ").join("\n"));
}
console.log(RULES.length, performance.now() - t);
