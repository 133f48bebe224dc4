import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { formatMoment } from "@/lib/ui/format.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { Table } from "@/lib/ui/table.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
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

interface DevicesData extends SettingsData {
  devices: Awaited<ReturnType<State["center"]["devices"]>>;
}

async function load(ctx: { req: Request; url: URL; state: State }, refusal: Refusal | null = null) {
  return { ...await settingsData(ctx, refusal), devices: await ctx.state.center.devices() };
}

export const handler = define.handlers({
  async GET(ctx) {
    return page<DevicesData>(await load(ctx));
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const result = await attempt(ctx, async () => {
      const id = fields.get("id");
      if (id) await ctx.state.center.endDevice(id);
      else await ctx.state.center.endOtherDevices();
      return "deviceEnded";
    });
    return isRefusal(result) ? page<DevicesData>(await load(ctx, result), { status: 400 }) : result;
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const reader = readerOf(state);
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.devicesTitle}
      lead={text.devicesLead}
      data={data}
    >
      <Card title={text.devicesTitle} id="devices">
        <PostForm class="stack stack-16">
          <Table
            label={text.devicesTitle}
            stacks
            columns={[
              { label: text.device },
              { label: text.network, kind: "fixed" },
              { label: text.firstUse, kind: "fixed" },
              { label: text.lastUse, kind: "fixed" },
              { label: text.actions, hidden: true },
            ]}
            rows={data.devices.map((device) => [
              <span key="name">
                {device.name} {device.current ? <Chip tone="green">{text.thisDevice}</Chip> : null}
                {device.kind === "api" ? <Chip>{text.program}</Chip> : null}
              </span>,
              device.address,
              formatMoment(device.createdAt, reader),
              formatMoment(device.lastUsedAt, reader),
              device.current ? null : (
                <Button
                  size="sm"
                  type="submit"
                  name="id"
                  value={device.id}
                  aria-label={say(text.endNamed, { name: device.name }, state.locale)}
                >
                  {text.end}
                </Button>
              ),
            ])}
          />
          {data.devices.length > 1
            ? (
              <div class="row">
                <Button kind="danger" type="submit" name="act" value="others">
                  {text.endOthers}
                </Button>
              </div>
            )
            : null}
        </PostForm>
      </Card>
    </SettingsFrame>
  );
});
