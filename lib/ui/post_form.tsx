import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext } from "preact/hooks";

/** Name of the field that binds a form to the session it was shown in. */
export const FORM_TOKEN = "_token";

/** The token of this page's forms; null for visitors. */
export const FormTokenContext = createContext<string | null>(null);

/** A form that changes something. For somebody who is signed in it carries their session's token. */
export function PostForm(
  { children, ...rest }: JSX.IntrinsicElements["form"] & { children?: ComponentChildren },
) {
  const token = useContext(FormTokenContext);
  return (
    <form {...rest} method="post">
      {token === null ? null : <input type="hidden" name={FORM_TOKEN} value={token} />}
      {children}
    </form>
  );
}
