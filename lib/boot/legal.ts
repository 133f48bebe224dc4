import type { Config } from "@/lib/platform/config.ts";
import { notFound } from "@/lib/platform/problem.ts";

/** The legal documents, each with its own page under `/legal` (ACC-137). */
export const LEGAL_PAGES = ["terms", "privacy", "processors", "cookies"] as const;
export type LegalPage = (typeof LEGAL_PAGES)[number];

/** A document as people read it, as Markdown. */
export interface LegalDocument {
  /** Changes with its content, for example `2026-11`. */
  version: string;
  text: string;
}

/** Files are read once; the languages are the folders. */
const read = new Map<string, Promise<string>>();

/**
 * A legal document with the operator's details from the configuration filled in.
 *
 * @throws Problem 404 for a name that is none of them
 */
export async function legalDocument(
  name: string,
  options: { locale: string; config: Config },
): Promise<LegalDocument> {
  const page = LEGAL_PAGES.find((one) => one === name);
  if (!page) throw notFound();
  const language = options.locale.startsWith("de") ? "de" : "en";
  const url = new URL(`../legal/${language}/${page}.md`, import.meta.url);
  const file = read.get(url.href) ?? Deno.readTextFile(url);
  read.set(url.href, file);
  const [head = "", ...lines] = (await file).split("\n");
  const values = valuesOf(options.config);
  return {
    version: head.replace(/^version:\s*/, ""),
    text: lines.join("\n").trim().replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? ""),
  };
}

function valuesOf(config: Config): Record<string, string> {
  const { host } = new URL(config.baseUrl);
  return {
    operator: config.operatorName ?? host,
    address: config.operatorAddress ? `, ${config.operatorAddress}` : "",
    support: config.supportEmail ?? config.baseUrl,
    site: config.baseUrl,
    age: String(config.minAge),
    refundDays: String(config.refundDays),
    graceDays: String(config.billingGraceDays),
  };
}
