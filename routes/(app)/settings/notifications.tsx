import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Checkbox, TextField } from "@/lib/ui/field.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { seeOther } from "../../(_shared)/answers.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { boxes, settingsHandlers, Switches } from "../../(_shared)/settings_form.tsx";
import { SettingsFrame } from "../../(_shared)/settings_frame.tsx";

const KINDS = ["notifyUsage", "usageMails", "invoiceMails"] as const;
const SOUND = ["notifySound"] as const;

const forms = settingsHandlers((fields) => ({
  ...boxes(fields, [...KINDS, ...SOUND, "quietHours"]),
  quietFrom: fields.get("quietFrom") ?? "",
  quietUntil: fields.get("quietUntil") ?? "",
}));

export const handler = {
  GET: forms.GET,
  POST: define.handlers({
    async POST(ctx) {
      // The button that sends a test stands in a form of its own.
      if (ctx.url.searchParams.has("test")) {
        await ctx.state.services.notices.test();
        return seeOther("/settings/notifications?done=testSent");
      }
      return await forms.POST(ctx);
    },
  }).POST,
};

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const { settings } = data;
  const error = (id: string) => data.refusal?.faults.find((fault) => fault.id === id)?.message;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.notificationsTitle}
      lead={text.notificationsLead}
      data={data}
    >
      <PostForm class="stack stack-16">
        <div class="grid">
          <Card title={text.kinds} id="kinds" span={6}>
            <Switches names={KINDS} settings={settings} locale={state.locale} />
          </Card>
          <Card title={text.ways} id="ways" span={6}>
            <div class="stack stack-12">
              <Switches names={SOUND} settings={settings} locale={state.locale} />
              <Checkbox
                id="quietHours"
                name="quietHours"
                label={text.quietHours}
                checked={settings.quietHours}
              />
              <TextField
                id="quietFrom"
                type="time"
                label={text.quietFrom}
                value={settings.quietFrom}
                error={error("quietFrom")}
              />
              <TextField
                id="quietUntil"
                type="time"
                label={text.quietUntil}
                value={settings.quietUntil}
                error={error("quietUntil")}
              />
            </div>
          </Card>
        </div>
        <div class="row">
          <Button kind="primary" type="submit">{text.save}</Button>
        </div>
      </PostForm>
      <Card title={text.testTitle} id="test">
        <p class="quiet">{text.testText}</p>
        <PostForm action="/settings/notifications?test" class="row">
          <Button type="submit" icon="bell">{text.testSend}</Button>
        </PostForm>
      </Card>
    </SettingsFrame>
  );
});
