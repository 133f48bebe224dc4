/** Extra members of a problem body, beside those of RFC 9457. */
export type ProblemExtra = Record<string, unknown>;

/** One fault of a request, for `errors[]` of `validation_failed`. */
export interface FieldError {
  /** Dotted path of the field, empty for the request as a whole. */
  path: string;
  code: string;
  message: string;
}

/**
 * An error that a caller can do something about. Services throw it; the API answers it as
 * `application/problem+json` (RFC 9457), pages show it as an error page.
 *
 * `detail` is shown to people: it says what was wrong and what to do, and never holds a secret,
 * a host name, SQL or the text of another user.
 */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    /** Stable machine-readable code, for example `quota_exceeded`. */
    readonly code: string,
    readonly status: number,
    /** Short human-readable name of the kind of problem; the same for every occurrence. */
    readonly title: string,
    /** What happened this time and what to do about it. */
    readonly detail: string,
    /** Further members of the body. `retryAfterSeconds` also sets the header `Retry-After`. */
    readonly extra: ProblemExtra = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

/** 400 `validation_failed` with one entry for each fault. */
export function validationFailed(errors: FieldError[]): Problem {
  const detail = errors.map((e) => e.message).slice(0, 3).join("; ") || "The request is not valid";
  return new Problem("validation_failed", 400, "The request is not valid", detail, { errors });
}

/** 404 `not_found`: the same for what does not exist and for what belongs to somebody else. */
export function notFound(): Problem {
  return new Problem(
    "not_found",
    404,
    "Not found",
    "There is nothing here, or it is not yours. Check the address",
  );
}

/** 409 `conflict`. */
export function conflict(detail: string, extra?: ProblemExtra): Problem {
  return new Problem("conflict", 409, "That does not fit the present state", detail, extra);
}

/** Whether `error` is a {@link Problem} of the given code. */
export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
