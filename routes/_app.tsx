import { asset } from "fresh/runtime";
import { define } from "@/utils.ts";
import { lookAttributes } from "@/lib/ui/look.ts";
import { THEME_COLOUR } from "@/lib/ui/tokens.ts";

/** The document every page stands in. Pages set their title with `Head`. */
export default define.page(({ Component, state }) => (
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
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href={asset("/app.css")} />
    </head>
    <body>
      <Component />
    </body>
  </html>
));
