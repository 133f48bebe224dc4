import { asset } from "fresh/runtime";
import { define } from "@/utils.ts";
import { lookAttributes } from "@/lib/ui/look.ts";
import { FormTokenContext } from "@/lib/ui/post_form.tsx";
import { ISLAND_AREAS } from "@/lib/ui/text/languages.ts";
import { WORDS_ID, wordsForPage } from "@/lib/ui/text/pick.ts";
import { THEME_COLOUR } from "@/lib/ui/tokens.ts";

/** Areas whose words islands use before anybody is signed in. */
const VISITOR_AREAS = ["common", "auth"];

/** The document every page stands in. Pages set their title with `Head`. */
export default define.page(({ Component, state }) => {
  const words = wordsForPage(state.locale, state.session ? ISLAND_AREAS : VISITOR_AREAS);
  return (
    <html lang={state.locale} {...lookAttributes(state.look)}>
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <title>NovaCoreAI</title>
        <meta name="color-scheme" content="light dark" />
        <meta
          name="theme-color"
          media="(prefers-color-scheme: light)"
          content={THEME_COLOUR.light}
        />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content={THEME_COLOUR.dark} />
        {words ? <meta id={WORDS_ID} name={WORDS_ID} content={words} /> : null}
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={asset("/app.css")} />
      </head>
      <body>
        <FormTokenContext.Provider value={state.formToken ?? null}>
          <Component />
        </FormTokenContext.Provider>
      </body>
    </html>
  );
});
