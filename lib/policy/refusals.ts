import { type CategoryId, categoryOf } from "./categories.ts";
import { PRINCIPLES } from "./principles.ts";

/** Ways to say no in one sentence, name the principle and offer something (PRD-83). */
const FORMS: readonly ((parts: { subject: string; principle: string; offer: string }) => string)[] =
  [
    ({ subject, principle, offer }) =>
      `I will not help with ${subject}: the principle of ${principle} stands against it. I can ${offer}.`,
    ({ subject, principle, offer }) =>
      `This is something I refuse, because ${subject} goes against ${principle}. What I can do instead: ${offer}.`,
    ({ subject, principle, offer }) =>
      `No, I keep out of ${subject}; ${principle} asks that of me. If you like, I can ${offer}.`,
    ({ subject, principle, offer }) =>
      `I have to say no to ${subject}, for the sake of ${principle}. Tell me if I should ${offer}.`,
  ];

/** The stored refusals of a category (POL-74), at least three. */
export function refusalTexts(category: CategoryId): string[] {
  const { subject, offer, principle } = categoryOf(category);
  const title = PRINCIPLES.find(({ key }) => key === principle)!.title.toLowerCase();
  return FORMS.map((form) => form({ subject, offer, principle: title }));
}

/** One of them, always the same one for the same seed. */
export function refusalText(category: CategoryId, seed: number): string {
  const texts = refusalTexts(category);
  return texts[seed % texts.length]!;
}
