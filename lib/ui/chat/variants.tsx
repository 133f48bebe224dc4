import { IconButton } from "../button.tsx";
import type { Message } from "../contract.ts";
import { say } from "../say.ts";
import { variantOf } from "./branch.ts";
import { useChat } from "./context.ts";

/** The switch between variants of a message: "2 of 3". */
export function Variants({ message }: { message: Message }) {
  const { store, text } = useChat();
  const variant = variantOf(message);
  if (!variant || store.busy) return null;
  const step = (id: string | null, icon: "left" | "right", label: string) => (
    <IconButton
      icon={icon}
      size="sm"
      label={label}
      disabled={id === null}
      onClick={() => id && store.choose(id)}
    />
  );
  return (
    <span class="variants">
      {step(variant.previousId, "left", text.previousVariant)}
      {say(text.variant, { index: variant.index, count: variant.count })}
      {step(variant.nextId, "right", text.nextVariant)}
    </span>
  );
}
