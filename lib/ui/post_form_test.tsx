import { expect } from "expect";
import { renderToString } from "preact-render-to-string";
import { FORM_TOKEN, FormTokenContext, PostForm } from "./post_form.tsx";

const TOKEN = `t"1`;

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) yield* sources(url);
    else if (/(?<!_test)\.tsx$/.test(entry.name)) yield url;
  }
}

Deno.test("[API-23] a form carries the session's token, and none where nobody is signed in", () => {
  const form = <PostForm action="/a">field</PostForm>;
  expect(renderToString(form)).toBe('<form action="/a" method="post">field</form>');
  const bound = <FormTokenContext.Provider value={TOKEN}>{form}</FormTokenContext.Provider>;
  expect(renderToString(bound)).toContain(`name="${FORM_TOKEN}" value="t&quot;1"`);
});

Deno.test("[API-23] no page has a form of its own that would go without the token", async () => {
  const found: string[] = [];
  for (const folder of ["../../routes/", "../../islands/", "../"]) {
    for await (const url of sources(new URL(folder, import.meta.url))) {
      const text = await Deno.readTextFile(url);
      if (/<form[^>]*method="post"/i.test(text) && !url.pathname.endsWith("/post_form.tsx")) {
        found.push(url.pathname);
      }
    }
  }
  expect(found).toEqual([]);
});
