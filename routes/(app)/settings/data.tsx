import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { Button, LinkButton } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { Checkbox, TextField } from "@/lib/ui/field.tsx";
import { formatBytes, formatDateTime } from "@/lib/ui/format.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { seeOther } from "../../(_shared)/answers.ts";
import {
  attempt,
  fieldsOf,
  isRefusal,
  type Refusal,
  type SettingsData,
  settingsData,
  SettingsFrame,
} from "../../(_shared)/settings_frame.tsx";
import { readerOf } from "../../(_shared)/shell.tsx";

interface DataData extends SettingsData {
  exports: Awaited<ReturnType<State["center"]["exports"]>>;
  deleteAfter: string | null;
}

async function load(ctx: { req: Request; url: URL; state: State }, refusal: Refusal | null = null) {
  const { center } = ctx.state;
  return {
    ...await settingsData(ctx, refusal),
    exports: await center.exports(),
    deleteAfter: center.deleteAfter()?.toISOString() ?? null,
  };
}

export const handler = define.handlers({
  async GET(ctx) {
    const wanted = ctx.url.searchParams.get("fetch");
    if (wanted) {
      return seeOther(
        ctx.state.center.isProved()
          ? `/api/account/export/${encodeURIComponent(wanted)}?download=true`
          : "/step-up?next=/settings/data",
      );
    }
    return page<DataData>(await load(ctx));
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const { center } = ctx.state;
    const result = await attempt(ctx, async () => {
      switch (fields.get("act")) {
        case "export":
          await center.requestExport();
          return "exportAsked";
        case "restore":
          await center.restore();
          return "saved";
        case "delete": {
          const form = { confirm: fields.get("confirm") ?? "", now: fields.get("now") === "on" };
          return seeOther("/", await center.close(form));
        }
        default:
          return "saved";
      }
    });
    return isRefusal(result) ? page<DataData>(await load(ctx, result), { status: 400 }) : result;
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  return (
    <SettingsFrame state={state} url={url} title={text.dataTitle} lead={text.dataLead} data={data}>
      <Standing data={data} state={state} />
      <div class="grid">
        <Card title={text.export} id="export" span={6}>
          <Exports data={data} state={state} />
        </Card>
        {data.deleteAfter ? null : (
          <Card title={text.remove} id="remove" span={6}>
            <Remove data={data} state={state} />
          </Card>
        )}
      </div>
    </SettingsFrame>
  );
});

/** Why the account cannot be used now, and what can be done about it (ACC-86). */
function Standing({ data, state }: { data: DataData; state: State }) {
  const text = accountText(state.locale);
  const reader = readerOf(state);
  const suspension = state.center.suspension();
  const support = state.center.supportEmail;
  if (suspension) {
    const until = suspension.until?.toISOString();
    return (
      <Banner tone="red" lead={text.suspended}>
        {suspension.reason ? `${suspension.reason}. ` : ""}
        {until ? `${say(text.suspendedUntil, { time: formatDateTime(until, reader) })} ` : ""}
        {support ? say(text.suspendedAppeal, { support }) : text.suspendedAppealNone}
      </Banner>
    );
  }
  if (!data.deleteAfter) return null;
  return (
    <Banner
      tone="amber"
      lead={say(text.closing, { time: formatDateTime(data.deleteAfter, reader) })}
      action={
        <PostForm>
          <Button type="submit" name="act" value="restore">{text.keep}</Button>
        </PostForm>
      }
    >
      {text.closingText}
    </Banner>
  );
}

function Exports({ data, state }: { data: DataData; state: State }) {
  const text = accountText(state.locale);
  const reader = readerOf(state);
  return (
    <div class="stack stack-16">
      <p>{text.exportText}</p>
      {data.exports.length > 0
        ? (
          <ul class="stack stack-8">
            {data.exports.map((one) => (
              <li class="row" key={one.id}>
                <span>{say(text.exportFrom, { time: formatDateTime(one.createdAt, reader) })}</span>
                <Chip tone={one.state === "ready" ? "green" : undefined}>
                  {text[`export_${one.state}`]}
                </Chip>
                {one.downloadUrl
                  ? (
                    <>
                      <span class="quiet small">
                        {formatBytes(one.bytes ?? 0, reader)},{" "}
                        {say(text.exportUntil, { time: formatDateTime(one.expiresAt!, reader) })}
                      </span>
                      <LinkButton size="sm" href={`/settings/data?fetch=${one.id}`}>
                        {text.exportFetch}
                      </LinkButton>
                    </>
                  )
                  : null}
              </li>
            ))}
          </ul>
        )
        : null}
      <PostForm class="row">
        <Button kind="primary" type="submit" name="act" value="export">{text.exportAsk}</Button>
      </PostForm>
    </div>
  );
}

function Remove({ data, state }: { data: DataData; state: State }) {
  const text = accountText(state.locale);
  const error = data.refusal?.faults.find((fault) => fault.id === "confirm")?.message;
  return (
    <PostForm class="stack stack-16">
      <input type="hidden" name="act" value="delete" />
      <p>{text.removeText}</p>
      <TextField
        id="confirm"
        label={text.removeConfirm}
        hint={state.session!.user.email}
        autocomplete="off"
        error={error}
        required
      />
      <Checkbox id="now" name="now" label={text.removeNow} />
      <div class="row">
        <Button kind="danger" type="submit">{text.removeButton}</Button>
      </div>
    </PostForm>
  );
}
