import { define } from "@/utils.ts";
import { Chip } from "@/lib/ui/chip.tsx";
import { apiDocsText } from "@/lib/ui/text/api_docs.ts";
import type { ApiRouteView } from "@/lib/ui/view.ts";
import { PublicFrame } from "../(_shared)/public_frame.tsx";

/** The API as people read it; programs read `/api/openapi.json`, made from the same routes. */
export default define.page(({ state }) => {
  const { locale, services } = state;
  const text = apiDocsText(locale);
  const sections = Map.groupBy(services.api.routes(), (route) => route.tag);
  return (
    <PublicFrame
      signedIn={Boolean(state.session)}
      title={text.title}
      description={text.lead}
      locale={locale}
    >
      <article class="wrap read-wide">
        <header class="stack stack-12">
          <h1>{text.title}</h1>
          <p class="lead">{text.lead}</p>
          <p>
            <a href="/api/openapi.json">{text.document}</a>
          </p>
        </header>
        {[...sections].map(([tag, routes]) => (
          <section key={tag} class="stack stack-16">
            <h2>{tag}</h2>
            {routes.map((route) => (
              <RouteSection key={`${route.method} ${route.path}`} route={route} locale={locale} />
            ))}
          </section>
        ))}
      </article>
    </PublicFrame>
  );
});

function RouteSection({ route, locale }: { route: ApiRouteView; locale: string }) {
  const text = apiDocsText(locale);
  return (
    <div class="stack stack-4 top-line">
      <h3>
        <code>{`${route.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`}</code>
      </h3>
      <p>
        {`${route.summary}. `}
        {route.needsUser ? <Chip tone="line">{text.needsUser}</Chip> : null}
      </p>
      <ul class="stack stack-4 quiet dashed small">
        {route.statuses.map(({ status, description }) => (
          <li key={status}>{`${status}: ${description}`}</li>
        ))}
        {route.problems.length > 0
          ? (
            <li>
              {`${text.problems} `}
              {route.problems.map((code, i) => (
                <>
                  {i > 0 ? ", " : ""}
                  <a href={`/problems/${code}`} key={code}>{code}</a>
                </>
              ))}
            </li>
          )
          : null}
      </ul>
    </div>
  );
}
