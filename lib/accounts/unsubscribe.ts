import { base64url, fromBase64url, type PurposeKey } from "@/lib/platform/crypto.ts";
import { linkInvalid } from "./context.ts";

/** Settings that ask for mails somebody can do without; each is off until it is asked for. */
export const OPTIONAL_MAILS = ["invoiceMails", "usageMails"] as const;
export type OptionalMail = (typeof OPTIONAL_MAILS)[number];

/** Path of the page that a mail's way out leads to. */
export const UNSUBSCRIBE_PATH = "/unsubscribe";

/** The ways out of mails (RFC 8058): made for a mail, and read when one is used. */
export type Unsubscribe = ReturnType<typeof createUnsubscribe>;

/**
 * Secrets that turn one kind of mail off, and do nothing else. They need no row and do not run out:
 * whoever finds an old mail must be able to end the new ones.
 */
export function createUnsubscribe(key: PurposeKey) {
  const signed = (userId: string, mail: OptionalMail) => `${mail}:${userId}`;
  return {
    /** The path with the secret, for the mails a person gets by a setting. */
    async path(userId: string, mail: OptionalMail): Promise<string> {
      const mac = base64url(await key.mac(signed(userId, mail)));
      return `${UNSUBSCRIBE_PATH}?token=${mail}.${userId}.${mac}`;
    },

    /** Whose mails of which kind. @throws Problem 400 `link_invalid` */
    async read(token: string): Promise<{ userId: string; mail: OptionalMail }> {
      const [, name, userId, mac] =
        /^(\w{1,40})\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
      const mail = OPTIONAL_MAILS.find((one) => one === name);
      const bytes = mac ? fromBase64url(mac) : null;
      if (!mail || !userId || !bytes) throw linkInvalid();
      if (!await key.verify(signed(userId, mail), bytes)) throw linkInvalid();
      return { userId, mail };
    },
  };
}
