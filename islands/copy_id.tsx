import { useSignal } from "@preact/signals";
import { Guard } from "../lib/ui/guard.tsx";
import { Icon } from "../lib/ui/icon.tsx";

/** Props of {@link CopyId}. */
export interface CopyIdProps {
  id: string;
  label: string;
  /** What is said when it was copied. */
  done: string;
}

/** Puts an id on the clipboard, and says so. */
export default function CopyId(props: CopyIdProps) {
  return (
    <Guard name="copy id" fallback={null}>
      <Copy {...props} />
    </Guard>
  );
}

function Copy({ id, label, done }: CopyIdProps) {
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
