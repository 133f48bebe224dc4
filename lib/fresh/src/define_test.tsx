/** @jsxImportSource preact */
import { expect } from "expect";
import { defineApp, defineLayout, defineRoute } from "./compat.ts";
import { App } from "./app.ts";
import { createDefine, page } from "./define.ts";
import { html } from "./testing.ts";
import type { PageProps, RouteData } from "./types.ts";

interface State {
  user: string;
}
const define = createDefine<State>();

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** Compiles only when its type argument is `true`. */
function holds<_T extends true>(): void {}

Deno.test("define gives handlers, pages, middlewares and layouts their types", async () => {
  const handler = define.handlers({
    async GET(ctx) {
      holds<Equal<typeof ctx.state, State>>();
      return await Promise.resolve(page({ n: 1 }));
    },
    POST: () => new Response("posted"),
  });
  holds<Equal<RouteData<typeof handler>, { n: number }>>();
  const Page = define.page<typeof handler>(({ data, state }) => {
    holds<Equal<typeof data, { n: number }>>();
    return <p>{state.user} {data.n.toFixed(1)}</p>;
  });
  const app = new App<State>()
    .use(define.middleware((ctx) => {
      ctx.state.user = "Ada";
      return ctx.next();
    }))
    .layout(
      "*",
      define.layout(({ Component, state }) => (
        <main title={state.user}>
          <Component />
        </main>
      )),
    )
    .route("/", { component: Page, handler });
  expect(await html(app)).toContain(`<main title="Ada"><p>Ada 1.0</p></main>`);
});

Deno.test("data is known for function handlers, plain objects and unions too", () => {
  const single = define.handlers((ctx) => ctx.isPartial ? page({ a: 1 }) : new Response());
  holds<Equal<RouteData<typeof single>, { a: number }>>();
  const plain = define.handlers({ GET: () => ({ data: { b: "x" } }) });
  holds<Equal<RouteData<typeof plain>, { b: string }>>();
  const two = define.handlers({ GET: () => page({ a: 1 }), POST: () => page({ error: "x" }) });
  holds<Equal<RouteData<typeof two>, { a: number } | { error: string }>>();
  const none = define.handlers({ GET: () => new Response() });
  holds<Equal<RouteData<typeof none>, never>>();
  const props = define.page((given) => {
    holds<Equal<typeof given, PageProps<unknown, State>>>();
    return null;
  });
  expect(typeof props).toBe("function");
});

Deno.test("page() carries data, status and headers", () => {
  expect(page({ a: 1 }, { status: 201, headers: { "x-a": "1" } }))
    .toEqual({ data: { a: 1 }, status: 201, headers: { "x-a": "1" } });
  expect(page()).toEqual({ data: undefined, status: undefined, headers: undefined });
  expect(page(null).data).toBe(undefined);
});

Deno.test("the names of Fresh 1 return what they are given", () => {
  const component = () => null;
  for (const define of [defineApp, defineLayout, defineRoute]) {
    expect(define(component)).toBe(component);
  }
});
