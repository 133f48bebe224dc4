import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icon.tsx";
import { commonText } from "./text/common.ts";
import { say } from "./say.ts";
import { slot } from "./slot.ts";

/** Props of {@link Field}. */
export interface FieldProps {
  /** Id of the control; hint and error derive theirs from it. */
  id: string;
  label: string;
  /** What helps to fill it in. */
  hint?: string;
  /** What is wrong and how to put it right. Replaces the hint. */
  error?: string;
  /** A quiet link or note at the end of the label's line. */
  aside?: ComponentChildren;
  /** The control, which takes {@link describedBy} and `aria-invalid`. */
  children: ComponentChildren;
}

/** Label above, control, hint or error below. */
export function Field({ id, label, hint, error, aside, children }: FieldProps) {
  return (
    <div class="field">
      {aside
        ? (
          <div class="row between">
            <label class="label" for={id}>{label}</label>
            {slot(aside)}
          </div>
        )
        : <label class="label" for={id}>{label}</label>}
      {slot(children)}
      <FieldNote id={id} hint={hint} error={error} />
    </div>
  );
}

/** The line below a control: its error when there is one, else its hint. */
export function FieldNote({ id, hint, error }: { id: string; hint?: string; error?: string }) {
  if (error) {
    return (
      <p class="err" id={`${id}-err`}>
        <Icon name="warn" size={16} />
        <span>{error}</span>
      </p>
    );
  }
  return hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null;
}

/** The `aria-describedby` that ties a control to its hint or error. */
export function describedBy(id: string, note: { hint?: string; error?: string }) {
  if (note.error) return `${id}-err`;
  return note.hint ? `${id}-hint` : undefined;
}

type InputBase = Omit<JSX.IntrinsicElements["input"], "label" | "id" | "class">;

/** Props of {@link TextField}: those of `<input>` and of {@link Field}. */
export interface TextFieldProps extends InputBase {
  id: string;
  label: string;
  hint?: string;
  error?: string;
  aside?: ComponentChildren;
}

/** A one-line text field with everything around it. Its name defaults to its id. */
export function TextField({ id, label, hint, error, aside, ...input }: TextFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error} aside={aside}>
      <input
        name={id}
        {...input}
        class="input"
        id={id}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        // The first one of a page is focused, also without script (UI-59).
        autofocus={error ? true : input.autofocus}
      />
    </Field>
  );
}

/** Props of {@link Select}. */
export interface SelectProps extends Omit<JSX.IntrinsicElements["select"], "class"> {
  children: ComponentChildren;
}

/** A native choice list in the look of the other fields. */
export function Select({ children, ...rest }: SelectProps) {
  return (
    <span class="with-icon">
      <select {...rest} class="input">{slot(children)}</select>
      <Icon name="down" size={16} />
    </span>
  );
}

/** Props of {@link Checkbox}: those of `<input>`, a label and an error. */
export interface CheckboxProps extends InputBase {
  id?: string;
  type?: "checkbox" | "radio";
  label: ComponentChildren;
  error?: string;
}

/** A checkbox, or a radio button, with its label as part of the target. */
export function Checkbox({ label, error, type = "checkbox", ...input }: CheckboxProps) {
  const id = input.id;
  return (
    <div class="field">
      <label class="check">
        <input
          {...input}
          type={type}
          aria-invalid={error ? "true" : undefined}
          autofocus={error ? true : input.autofocus}
          aria-describedby={error && id ? `${id}-err` : undefined}
        />
        <span>{slot(label)}</span>
      </label>
      {error && id ? <FieldNote id={id} error={error} /> : null}
    </div>
  );
}

/** One fault of a form: the id of its control and what to do about it. */
export interface FormFault {
  id: string;
  message: string;
}

/** The summary above a form that was refused; each entry leads to its field. */
export function ErrorSummary({ faults, locale }: { faults: FormFault[]; locale?: string }) {
  if (faults.length === 0) return null;
  return (
    <div class="summary" role="alert" tabIndex={-1} id="summary">
      <strong>{say(commonText(locale).errorSummary, { n: faults.length }, locale)}</strong>
      <ul class="stack stack-4">
        {faults.map((fault) => (
          <li key={fault.id}>
            <a href={`#${fault.id}`}>{fault.message}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
