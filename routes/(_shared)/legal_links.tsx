import { authText } from "@/lib/ui/text/auth.ts";

/** Where the documents are that a person is asked to accept; they open beside the form. */
export function LegalLinks({ locale }: { locale: string }) {
  const text = authText(locale);
  return (
    <p class="small row">
      <a href="/legal/terms" target="_blank">{text.legal_terms}</a>
      <a href="/legal/privacy" target="_blank">{text.legal_privacy}</a>
    </p>
  );
}
