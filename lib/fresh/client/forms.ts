// What the browser would send for a form, and where to.

/** A form's request. */
export interface FormTarget {
  from: URL;
  to: URL;
  init: RequestInit;
  canReload: boolean;
}

function entries(form: HTMLFormElement, submitter: HTMLElement | null): FormData {
  try {
    return new FormData(form, submitter);
  } catch {
    // Browsers before 2023 take no submitter, and none takes one that has no name to send.
    return new FormData(form);
  }
}

function query(data: FormData): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of data) {
    params.append(name, typeof value === "string" ? value : value.name);
  }
  return params;
}

/** The body of a form: text unless the form says otherwise, as browsers do it. */
function body(data: FormData, encoding: string): FormData | URLSearchParams {
  return encoding === "multipart/form-data" ? data : query(data);
}

/** The request of a submitted form; null for forms that are left to the browser. */
export function formTarget(
  form: HTMLFormElement,
  submitter: HTMLElement | null,
): FormTarget | null {
  const get = (name: string) => submitter?.getAttribute(`form${name}`) ?? form.getAttribute(name);
  const partial = submitter?.getAttribute("f-partial") ?? form.getAttribute("f-partial");
  const action = get("action");
  const method = get("method")?.toLowerCase() || "get";
  const frame = get("target") || "_self";
  if ((action === null && partial === null) || frame !== "_self") return null;
  if (method !== "get" && method !== "post") return null;
  const encoding = get("enctype")?.toLowerCase() || "application/x-www-form-urlencoded";
  if (encoding === "text/plain" && method === "post") return null;

  const to = new URL(action || location.href, document.baseURI);
  const from = partial === null ? new URL(to) : new URL(partial, document.baseURI);
  if (to.origin !== location.origin || from.origin !== location.origin) return null;
  const data = entries(form, submitter);
  if (method === "post") {
    return { from, to, init: { method: "POST", body: body(data, encoding) }, canReload: false };
  }
  const params = query(data);
  to.search = params.toString();
  if (partial === null) from.search = to.search;
  else for (const [name, value] of params) from.searchParams.append(name, value);
  return { from, to, init: {}, canReload: true };
}
