import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { formatDateTime } from "@/lib/ui/format.ts";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { say } from "@/lib/ui/say.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import {
  boxes,
  Choices,
  type Settings,
  settingsHandlers,
  Switches,
} from "../../(_shared)/settings_form.tsx";
import { SettingsFrame } from "../../(_shared)/settings_frame.tsx";
import { readerOf } from "../../(_shared)/shell.tsx";

const MEMORY = ["memory", "searchConversations"] as const;
const KEPT = ["none", "30", "90", "365"] as const;

export const handler = settingsHandlers(async (fields, state) => {
  const ended = fields.get("endGrant");
  if (ended) {
    await state.center.endGrant(ended);
    return {};
  }
  const kept = fields.get("retention") ?? "none";
  return {
    ...boxes(fields, MEMORY),
    retentionDays: (kept === "none" ? null : Number(kept)) as Settings["retentionDays"],
  };
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const { settings } = data;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.privacyTitle}
      lead={text.privacyLead}
      data={data}
    >
      <PostForm class="stack stack-16">
        <div class="grid">
          <Card title={text.memoryGroup} id="memory-group" span={6}>
            <Switches names={MEMORY} settings={settings} locale={state.locale} />
          </Card>
          <Card title={text.retentionGroup} id="retention" span={6}>
            <Choices
              name="retention"
              legend={text.retention}
              values={KEPT}
              chosen={String(settings.retentionDays ?? "none")}
              labels={KEPT.map((kept) => text[`retention_${kept}`])}
            />
          </Card>
        </div>
        <div class="row">
          <Button kind="primary" type="submit">{text.save}</Button>
        </div>
      </PostForm>
      <Card title={text.grants} id="grants">
        {data.grants.length === 0
          ? <p class="quiet">{text.grantsNone}</p>
          : (
            <PostForm class="stack stack-8">
              {data.grants.map((grant) => (
                <div class="row" key={grant.id}>
                  <span>
                    {say(text.grantUntil, {
                      scope: grant.scope,
                      time: formatDateTime(grant.expiresAt, readerOf(state)),
                    })}
                  </span>
                  <Button size="sm" type="submit" name="endGrant" value={grant.id}>
                    {text.grantEnd}
                  </Button>
                </div>
              ))}
            </PostForm>
          )}
      </Card>
    </SettingsFrame>
  );
});
