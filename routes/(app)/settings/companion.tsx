import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { Choices, type Settings, settingsHandlers } from "../../(_shared)/settings_form.tsx";
import { SettingsFrame } from "../../(_shared)/settings_frame.tsx";

const TONES = ["warm", "plain", "brief"] as const;
const LENGTHS = ["short", "balanced", "long"] as const;

export const handler = settingsHandlers((fields) => ({
  tone: fields.get("tone") as Settings["tone"],
  answerLength: fields.get("answerLength") as Settings["answerLength"],
}));

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const { settings } = data;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.companionTitle}
      lead={text.companionLead}
      data={data}
    >
      <Card title={text.companionTitle} id="companion">
        <PostForm class="stack stack-16">
          <Choices
            name="tone"
            legend={text.tone}
            values={TONES}
            chosen={settings.tone}
            labels={TONES.map((tone) => text[`tone_${tone}`])}
          />
          <Choices
            name="answerLength"
            legend={text.answerLength}
            values={LENGTHS}
            chosen={settings.answerLength}
            labels={LENGTHS.map((length) => text[`answerLength_${length}`])}
          />
          <div class="row">
            <Button kind="primary" type="submit">{text.save}</Button>
          </div>
        </PostForm>
      </Card>
    </SettingsFrame>
  );
});
