import { timingSafeEqual } from "node:crypto";
import { readBytes } from "@/lib/platform/http/body.ts";
import { Problem, validationFailed } from "@/lib/platform/problem.ts";
import { FORM_TOKEN } from "@/lib/ui/post_form.tsx";

/** Forms of pages hold words, no files. */
const MAX_FORM_BYTES = 1024 * 1024;

/**
 * Reads the form of a page within its limit and, for somebody who is signed in, checks the token
 * that binds it to their session (API-23).
 *
 * @param expected the session's token; null for visitors, who have nothing another site could use
 * @returns the request with the form, without the token
 * @throws Problem 403 `csrf_failed`, 413 `body_too_large`, 415 `unsupported_media_type`, 400
 */
export async function readPageForm(request: Request, expected: string | null): Promise<Request> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(type)) {
    // A form without fields is sent without a type.
    if (type !== "" || expected !== null) throw noForm();
  }
  const bytes = await readBytes(request, MAX_FORM_BYTES);
  const fields = type === "" ? new FormData() : await parsed(bytes, type);
  if (expected !== null && !isSame(fields.get(FORM_TOKEN), expected)) {
    throw new Problem(
      "csrf_failed",
      403,
      "The form is too old",
      "Reload the page and send it once more",
    );
  }
  const body = new URLSearchParams();
  for (const [name, value] of fields) {
    if (name !== FORM_TOKEN && typeof value === "string") body.append(name, value);
  }
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
  headers.delete("content-length");
  return new Request(request.url, {
    method: request.method,
    headers,
    body: body.toString(),
    signal: request.signal,
  });
}

async function parsed(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch {
    throw validationFailed([{ path: "", code: "form", message: "The form cannot be read" }]);
  }
}

function isSame(shown: FormDataEntryValue | null, expected: string): boolean {
  const encoder = new TextEncoder();
  const [one, other] = [
    encoder.encode(typeof shown === "string" ? shown : ""),
    encoder.encode(expected),
  ];
  return one.length === other.length && timingSafeEqual(one, other);
}

function noForm(): Problem {
  return new Problem(
    "unsupported_media_type",
    415,
    "This kind of content is not accepted",
    "Pages take the forms they show; programs use the API",
  );
}
