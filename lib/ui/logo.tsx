/** The mark: two open rings around a gold core. Hidden from readers; name it where it is used. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M22.16 12.89A10.2 10.2 0 1 1 12.89 1.84" />
      <path d="M6.32 11.5A5.7 5.7 0 1 1 11.5 17.68" />
      <circle cx="12" cy="12" r="2.5" />
    </svg>
  );
}

/** Props of {@link Brand}. */
export interface BrandProps {
  href: string;
  /** Name for readers when the word is not shown. */
  label?: string;
  /** Without the side padding, where the mark starts a line. */
  flush?: boolean;
  /** Shows the mark alone. */
  markOnly?: boolean;
}

/** Mark and name, linking home. */
export function Brand({ href, label, flush, markOnly }: BrandProps) {
  return (
    <a class={`brand${flush ? " brand-flush" : ""}`} href={href} aria-label={label}>
      <Logo />
      {markOnly ? null : <span>NovaCoreAI</span>}
    </a>
  );
}

/** Open rings around a gold core, drawn large, for quiet corners of public pages. */
export function RingsArt() {
  return (
    <svg class="auth-art" viewBox="0 0 400 400" aria-hidden="true">
      <path d="M237.6 213.7A40 40 0 1 1 230.6 174.3M225 258.9A64 64 0 1 1 260.1 221.9M165 278.6A86 86 0 1 1 214.9 284.7M99.8 234.5A106 106 0 1 1 118.8 268.1M87 139.9A128 128 0 1 1 79.7 243.8M160.7 53.2A152 152 0 1 1 83.6 102.3M292.2 52.4A174 174 0 1 1 230.2 28.6" />
      <circle cx="200" cy="200" r="7" />
    </svg>
  );
}
