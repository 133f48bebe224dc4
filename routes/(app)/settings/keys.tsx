import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { Checkbox, TextField } from "@/lib/ui/field.tsx";
import { formatDateTime, formatDay, formatMoment } from "@/lib/ui/format.ts";
import { Banner, EmptyState } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import {
  attempt,
  fieldsOf,
  isRefusal,
  type SettingsData,
  settingsData,
  SettingsFrame,
} from "../../(_shared)/settings_frame.tsx";
import { readerOf } from "../../(_shared)/shell.tsx";

type Key = Awaited<ReturnType<State["center"]["keys"]>>[number];

interface KeysData extends SettingsData {
  keys: Key[];
  /** A secret that is shown this once. */
  secret: string | null;
}

interface Ctx {
  req: Request;
  url: URL;
  state: State;
}

async function load(ctx: Ctx, more: Partial<KeysData> = {}): Promise<KeysData> {
  return {
    ...await settingsData(ctx, more.refusal ?? null),
    keys: await ctx.state.center.keys(),
    secret: more.secret ?? null,
  };
}

/** The new secret of a button that makes one, else null. */
async function act(state: State, fields: URLSearchParams): Promise<string | null> {
  const { center } = state;
  const [name = "", id = ""] = (fields.get("act") ?? "").split(" ");
  if (name === "rotate") return (await center.rotateKey(id)).key;
  if (name === "make") {
    const budget = fields.get("dailyTokens");
    const made = await center.makeKey({
      name: fields.get("name") ?? "",
      scopes: fields.getAll("scopes"),
      expiresInDays: Number(fields.get("expiresInDays") || 90),
      ...(budget ? { dailyTokens: Number(budget) } : {}),
      origins: (fields.get("origins") ?? "").split(",").map((s) => s.trim()).filter(Boolean),
    });
    return made.key;
  }
  if (name === "end") await center.endKey(id);
  if (name === "resume") await center.resumeKey(id);
  return null;
}

export const handler = define.handlers({
  async GET(ctx) {
    return page<KeysData>(await load(ctx));
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    let secret: string | null = null;
    const result = await attempt(ctx, async () => {
      secret = await act(ctx.state, fields);
      return "saved";
    });
    if (secret) return page<KeysData>(await load(ctx, { secret }));
    if (!isRefusal(result)) return result;
    return page<KeysData>(await load(ctx, { refusal: result }), { status: 400 });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const n = state.center.apiRequestsPerMinute();
  return (
    <SettingsFrame state={state} url={url} title={text.keysTitle} lead={text.keysLead} data={data}>
      {data.secret
        ? (
          <Card title={text.keyNew} id="new-key">
            <div class="stack stack-12">
              <p>{text.keyNewText}</p>
              <pre class="secret"><code>{data.secret}</code></pre>
            </div>
          </Card>
        )
        : null}
      {data.keys.length === 0
        ? <EmptyState title={text.keysNone}>{text.keysNoneText}</EmptyState>
        : <KeyTable keys={data.keys} state={state} />}
      <div class="grid">
        <Card title={text.keyMake} id="make" span={8}>
          <KeyForm data={data} state={state} />
        </Card>
        <Card title={text.limits} id="limits" span={4}>
          <p>{n === null ? text.limitsNone : say(text.limitsText, { n }, state.locale)}</p>
        </Card>
      </div>
    </SettingsFrame>
  );
});

function KeyForm({ data, state }: { data: KeysData; state: State }) {
  const text = accountText(state.locale);
  const error = (id: string) =>
    data.refusal?.faults.find((fault) => fault.id.split(".")[0] === id)?.message;
  return (
    <PostForm class="stack stack-16">
      <TextField
        id="name"
        label={text.keyName}
        hint={text.keyNameHint}
        autocomplete="off"
        maxLength={100}
        error={error("name")}
        required
      />
      <fieldset class="field">
        <legend class="label">{text.keyScopes}</legend>
        <div class="row row-16">
          {state.center.keyScopes.map((scope) => (
            <Checkbox key={scope} name="scopes" value={scope} label={<code>{scope}</code>} />
          ))}
        </div>
        {error("scopes") ? <Banner tone="red">{error("scopes")}</Banner> : null}
      </fieldset>
      <TextField
        id="expiresInDays"
        type="number"
        label={text.keyDays}
        min={1}
        max={365}
        value="90"
        error={error("expiresInDays")}
      />
      <TextField
        id="dailyTokens"
        type="number"
        label={text.keyBudget}
        hint={text.keyBudgetHint}
        min={1}
        error={error("dailyTokens")}
      />
      <TextField
        id="origins"
        label={text.keyOrigins}
        hint={text.keyOriginsHint}
        autocomplete="off"
        error={error("origins")}
      />
      <div class="row">
        <Button kind="primary" type="submit" name="act" value="make">{text.keyMake}</Button>
      </div>
    </PostForm>
  );
}

function KeyTable({ keys, state }: { keys: Key[]; state: State }) {
  const text = accountText(state.locale);
  const reader = readerOf(state);
  const states = {
    active: <Chip tone="green">{text.keyActive}</Chip>,
    paused: <Chip tone="amber">{text.keyPaused}</Chip>,
    expired: <Chip>{text.keyExpired}</Chip>,
    ended: <Chip>{text.keyExpired}</Chip>,
  };
  return (
    <Card title={text.keysTitle} id="keys">
      <PostForm>
        <Table
          label={text.keysTitle}
          stacks
          columns={[
            { label: text.keyName },
            { label: text.keyScopes },
            { label: text.lastUse, kind: "fixed" },
            { label: text.keyEnds, kind: "fixed" },
            { label: text.actions, hidden: true },
          ]}
          rows={keys.map((key) => [
            <span class="stack stack-4" key="name">
              <span>
                {key.name} {states[key.state]}
                {key.unused ? <Chip tone="amber">{text.keyUnused}</Chip> : null}
              </span>
              <code class="small quiet">{key.prefix}…</code>
              {key.former
                ? (
                  <span class="small quiet">
                    {say(text.keyFormer, { time: formatDateTime(key.former.until, reader) })}
                  </span>
                )
                : null}
            </span>,
            <span class="small" key="scopes">{key.scopes.join(", ")}</span>,
            key.lastUsedAt ? formatMoment(key.lastUsedAt, reader) : text.never,
            formatDay(key.expiresAt, reader),
            <span class="row" key="actions">
              {key.state === "paused"
                ? (
                  <Button size="sm" type="submit" name="act" value={`resume ${key.id}`}>
                    {text.keyResume}
                  </Button>
                )
                : null}
              <Button
                size="sm"
                type="submit"
                name="act"
                value={`rotate ${key.id}`}
                aria-label={say(text.keyRotateNamed, { name: key.name })}
              >
                {text.keyRotate}
              </Button>
              <Button
                size="sm"
                kind="danger"
                type="submit"
                name="act"
                value={`end ${key.id}`}
                aria-label={say(text.keyEndNamed, { name: key.name })}
              >
                {text.keyEnd}
              </Button>
            </span>,
          ])}
        />
      </PostForm>
    </Card>
  );
}
