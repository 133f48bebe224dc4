import { useState } from "preact/hooks";
import { IconButton } from "../lib/ui/button.tsx";
import { Guard } from "../lib/ui/guard.tsx";

/** Props of {@link PasswordField}. Words come from the page, so that none are loaded twice. */
export interface PasswordFieldProps {
  id: string;
  autocomplete: "current-password" | "new-password";
  invalid?: boolean;
  /** Id of the hint or error below the field. */
  describedBy?: string;
  words: { show: string; hide: string };
  /** From very weak to strong; with them the strength is told while the password is typed. */
  strengths?: readonly string[];
}

/** The input of a password with *show*. Without script it is a plain input (UI-1). */
export default function PasswordField(props: PasswordFieldProps) {
  return (
    <Guard name="password" fallback={<input class="input" type="password" {...fieldOf(props)} />}>
      <Shown {...props} />
    </Guard>
  );
}

/** What the input is with and without script. */
function fieldOf({ id, autocomplete, invalid, describedBy }: PasswordFieldProps) {
  return {
    id,
    name: id,
    autocomplete,
    "aria-invalid": invalid ? "true" as const : undefined,
    "aria-describedby": describedBy,
    autofocus: invalid ? true : undefined,
    required: true,
  };
}

function Shown(props: PasswordFieldProps) {
  const { words, strengths } = props;
  const [shown, setShown] = useState(false);
  const [strength, setStrength] = useState<number | null>(null);
  // Read when it is first needed: who signs in needs none of it.
  const rate = async (typed: string) => {
    const { passwordStrength } = await import("../lib/accounts/password_rules.ts");
    setStrength(typed === "" ? null : passwordStrength(typed));
  };
  return (
    <>
      <div class="with-icon">
        <input
          class="input has-trail"
          type={shown ? "text" : "password"}
          {...fieldOf(props)}
          onInput={strengths && ((event) => void rate(event.currentTarget.value))}
        />
        <IconButton
          icon={shown ? "hide" : "eye"}
          size="sm"
          class="trail"
          label={shown ? words.hide : words.show}
          onClick={() => setShown(!shown)}
        />
      </div>
      {strengths ? <Strength strength={strength} levels={strengths} /> : null}
    </>
  );
}

/** How hard the password is to guess, as a bar and in words that are announced (ACC-12). */
function Strength({ strength, levels }: { strength: number | null; levels: readonly string[] }) {
  return (
    <div class="strength">
      {strength === null
        ? null
        : <progress class={`bar strength-${strength}`} max={4} value={strength} />}
      <p class="hint" role="status">{strength === null ? "" : levels[strength]}</p>
    </div>
  );
}
