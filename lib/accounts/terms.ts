/** Version of terms and privacy notice that people accept; the same as in `lib/legal`. */
export const TERMS_VERSION = "2026-11";
