import { useSignal } from "@preact/signals";
import { passwordStrength } from "../lib/accounts/password_rules.ts";
import { IconButton } from "../lib/ui/button.tsx";
import { describedBy, Field } from "../lib/ui/field.tsx";
import { say } from "../lib/ui/say.ts";
import { aria } from "../lib/ui/slot.ts";
import { authText } from "../lib/ui/text/mod.ts";

/** Props of {@link PasswordField}. */
export interface PasswordFieldProps {
  id: string;
  label: string;
  autocomplete: "current-password" | "new-password";
  hint?: string;
  error?: string;
  /** Tells how hard the password is to guess while it is typed (ACC-12). */
  meter?: boolean;
  locale?: string;
}

/** A password with *show*, and a strength in words. Without script it is a plain field. */
export default function PasswordField(props: PasswordFieldProps) {
  const { id, label, autocomplete, hint, error, meter, locale } = props;
  const text = authText(locale);
  const shown = useSignal(false);
  const typed = useSignal("");
  const strength = meter && typed.value !== "" ? passwordStrength(typed.value) : null;
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <div class="with-icon">
        <input
          class="input has-trail"
          id={id}
          name={id}
          type={shown.value ? "text" : "password"}
          autocomplete={autocomplete}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={describedBy(id, { hint, error })}
          required
          onInput={(event) => typed.value = event.currentTarget.value}
        />
        <IconButton
          icon={shown.value ? "hide" : "eye"}
          size="sm"
          class="trail"
          label={shown.value ? text.hidePassword : text.showPassword}
          aria-pressed={aria(shown.value)}
          onClick={() => shown.value = !shown.value}
        />
      </div>
      {meter
        ? (
          <div class="strength">
            {strength === null
              ? null
              : <progress class={`bar strength-${strength}`} max={4} value={strength} />}
            <p class="hint" role="status">
              {strength === null ? "" : say(text.strength, { level: text[`strength${strength}`] })}
            </p>
          </div>
        )
        : null}
    </Field>
  );
}
