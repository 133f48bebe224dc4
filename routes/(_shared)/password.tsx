import PasswordField from "@/islands/password_field.tsx";
import { describedBy, Field } from "@/lib/ui/field.tsx";
import { say } from "@/lib/ui/say.ts";
import { authText } from "@/lib/ui/text/auth.ts";

/** Props of {@link Password}. */
export interface PasswordProps {
  /** Id and name of the field; default `password`. */
  id?: string;
  label?: string;
  autocomplete: "current-password" | "new-password";
  hint?: string;
  error?: string;
  /** Tells how hard the password is to guess. */
  meter?: boolean;
  locale: string;
}

/** A password with label, hint and error around the island. */
export function Password(props: PasswordProps) {
  const { id = "password", label, autocomplete, hint, error, meter, locale } = props;
  const text = authText(locale);
  const levels = [
    text.strength0,
    text.strength1,
    text.strength2,
    text.strength3,
    text.strength4,
  ].map((level) => say(text.strength, { level }, locale));
  return (
    <Field id={id} label={label ?? text.password} hint={hint} error={error}>
      <PasswordField
        id={id}
        autocomplete={autocomplete}
        invalid={error !== undefined}
        describedBy={describedBy(id, { hint, error })}
        words={{ show: text.showPassword, hide: text.hidePassword }}
        strengths={meter ? levels : undefined}
      />
    </Field>
  );
}
