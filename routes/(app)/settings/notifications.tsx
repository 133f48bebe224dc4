import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Checkbox, TextField } from "@/lib/ui/field.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { boxes, settingsHandlers, Switches } from "../../(_shared)/settings_form.tsx";
import { SettingsFrame } from "../../(_shared)/settings_frame.tsx";

const WAYS = ["notifyInApp", "notifyPush", "notifyMail", "notifySound"] as const;
const KINDS = [
  "notifyChat",
  "notifySchool",
  "notifyAchievements",
  "notifyWeekly",
  "notifyUsage",
  "notifyMaintenance",
  "usageMails",
  "invoiceMails",
] as const;

export const handler = settingsHandlers((fields) => ({
  ...boxes(fields, [...WAYS, ...KINDS, "quietHours"]),
  quietFrom: fields.get("quietFrom") ?? "",
  quietUntil: fields.get("quietUntil") ?? "",
}));

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
          <Card title={text.ways} id="ways" span={4}>
            <Switches names={WAYS} settings={settings} locale={state.locale} />
          </Card>
          <Card title={text.kinds} id="kinds" span={4}>
            <Switches names={KINDS} settings={settings} locale={state.locale} />
          </Card>
          <Card title={text.quiet} id="quiet" span={4}>
            <div class="stack stack-12">
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
    </SettingsFrame>
  );
});
