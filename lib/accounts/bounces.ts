import type { Clock } from "@/lib/platform/clock.ts";
import type { Database } from "@/lib/platform/database/mod.ts";
import { type Mailer, MailRefused } from "@/lib/platform/mail.ts";
import { normalizeEmail } from "./email.ts";

/**
 * A mailer that marks an address whose server wants no mail for it (API-73). The mark goes when the
 * address is confirmed again or replaced; until then the person is told, and mails they could do
 * without stay away.
 */
export function markingBounces(
  mailer: Mailer,
  { db, clock }: { db: Database; clock: Clock },
): Mailer {
  return {
    kind: mailer.kind,
    kept: () => mailer.kept(),
    async send(mail) {
      try {
        await mailer.send(mail);
      } catch (error) {
        const email = error instanceof MailRefused ? normalizeEmail(mail.to) : null;
        if (email) {
          await db.asSystem(
            "accounts: bounce",
            (tx) =>
              tx`update users set email_bounced_at = ${clock.now()}
              where email_normalized = ${email}`,
          );
        }
        throw error;
      }
    },
  };
}
