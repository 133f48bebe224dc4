import { useSignal } from "@preact/signals";
import { Icon } from "../lib/ui/icon.tsx";

/** Puts an id on the clipboard, and says so. */
export default function CopyId({ id, label, done }: { id: string; label: string; done: string }) {
  const copied = useSignal(false);
  return (
    <>
      <button
        class="btn btn-ghost btn-icon btn-sm"
        type="button"
        aria-label={label}
        title={label}
        onClick={() => navigator.clipboard.writeText(id).then(() => copied.value = true, () => {})}
      >
        <Icon name={copied.value ? "check" : "copy"} size={16} />
      </button>
      <span class="sr" role="status">{copied.value ? done : null}</span>
    </>
  );
}
