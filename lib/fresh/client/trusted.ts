// What comes from the own server over fetch is as good as what it sent first.
interface Policy {
  createHTML(text: string): string;
  createScript(text: string): string;
}

const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
};
const same = (text: string) => text;
const rules: Policy = { createHTML: same, createScript: same };

/** Text that a policy of trusted types lets through; such a policy must allow `fresh-partials`. */
export const trusted: Policy = trustedTypes?.createPolicy("fresh-partials", rules) ?? rules;
