import type { ComponentChildren } from "preact";

/** What a drawing stands for. */
export type ArtName = "lost" | "locked" | "ended" | "slow" | "broken" | "offline";

const DRAWN: Record<ArtName, ComponentChildren> = {
  // A ring that was left open, and what fell out of it.
  lost: (
    <>
      <path d="M83.6 62.9A38.6 38.6 0 1 1 68 15.3" />
      <path d="M29.3 34.2A23.2 23.2 0 1 1 25.4 54.4" />
      <circle cx="80" cy="24" r="3" />
    </>
  ),
  // A closed ring around a keyhole.
  locked: (
    <>
      <circle cx="48" cy="48" r="38.6" />
      <path d="M30 62h36V44H30zM37 44v-6a11 11 0 0 1 22 0v6" />
      <circle cx="48" cy="52" r="2" />
    </>
  ),
  // A ring that runs out.
  ended: (
    <>
      <path d="M48 9.4A38.6 38.6 0 0 1 86.6 48M82 66A38.6 38.6 0 0 1 66 82M48 86.6a38.6 38.6 0 0 1-18-4.4" />
      <circle cx="48" cy="48" r="23.2" stroke-dasharray="2 7" />
      <circle cx="48" cy="48" r="3" />
    </>
  ),
  // A dial that waits.
  slow: (
    <>
      <circle cx="48" cy="48" r="38.6" />
      <path d="M48 24v24l15 10M48 5v4M48 87v4M5 48h4M87 48h4" />
      <circle cx="48" cy="48" r="3" />
    </>
  ),
  // Two halves of a ring that slipped apart.
  broken: (
    <>
      <path d="M50 8.4a38.6 38.6 0 0 1 0 77.2M42 10.4a38.6 38.6 0 0 0 0 77.2" />
      <path d="m50 8 -8 16 10 14-12 16 10 14-8 20" />
    </>
  ),
  // Rings that no longer reach.
  offline: (
    <>
      <path d="M14 40a48 48 0 0 1 68 0M26 53a31 31 0 0 1 44 0M37 66a15 15 0 0 1 22 0" />
      <circle cx="48" cy="76" r="3" />
      <path d="M18 18l60 60" />
    </>
  ),
};

/** A small line drawing of the product's own set, hidden from readers (UI-96). */
export function Art({ name }: { name: ArtName }) {
  return (
    <svg class="art" viewBox="0 0 96 96" aria-hidden="true" stroke-linecap="round">
      {DRAWN[name]}
    </svg>
  );
}

/** The drawing for a status of HTTP. */
export function artOf(status: number): ArtName {
  if (status === 404) return "lost";
  if (status === 410) return "ended";
  if (status === 401 || status === 403) return "locked";
  return status === 429 || status === 503 ? "slow" : "broken";
}
