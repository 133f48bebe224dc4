import { page } from "fresh";
import { define } from "@/utils.ts";
import Appearance from "@/islands/appearance.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { Checkbox } from "@/lib/ui/field.tsx";
import { formatDay } from "@/lib/ui/format.ts";
import { PageHead } from "@/lib/ui/frame.tsx";
import { type Look, LOOK_CHOICES, lookCookie, parseLook } from "@/lib/ui/look.ts";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { settingsText } from "@/lib/ui/text/settings.ts";
import { welcomeText } from "@/lib/ui/text/welcome.ts";
import { SettingsTabs } from "../../(_shared)/settings_frame.tsx";
import { readerOf, Shell } from "../../(_shared)/shell.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const { services, session } = ctx.state;
    const [quota, settings] = await Promise.all([
      services.usage.quota(session!.user.id),
      ctx.state.center.settings(),
    ]);
    return page({
      quota,
      enterSends: settings.enterSends,
      saved: ctx.url.searchParams.has("saved"),
    });
  },
  async POST(ctx) {
    const fields = new URLSearchParams();
    for (const [name, value] of await ctx.req.formData()) {
      if (typeof value === "string") fields.set(name, value);
    }
    const look = parseLook(fields);
    await ctx.state.services.accounts.saveLook(ctx.state.session!.user.id, look);
    const enter = fields.get("enter");
    if (enter) await ctx.state.center.changeSettings({ enterSends: enter === "send" });
    return new Response(null, {
      status: 303,
      headers: { location: "/settings?saved", "set-cookie": lookCookie(look) },
    });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = settingsText(state.locale);
  const welcome = welcomeText(state.locale);
  const { user } = state.session!;
  const reader = readerOf(state);
  return (
    <Shell state={state} url={url} title={text.title} quota={data.quota}>
      <PageHead title={text.title} lead={text.lead} />
      <SettingsTabs path="/settings" locale={state.locale} />
      {data.saved ? <Banner tone="green">{text.saved}</Banner> : null}
      <div class="grid">
        <Card title={text.appearance} id="appearance" span={7}>
          <PostForm action="/settings" class="stack stack-16">
            <Appearance>
              {(Object.keys(LOOK_CHOICES) as (keyof Look)[]).map((key) => (
                <Choice
                  key={key}
                  name={key}
                  choices={LOOK_CHOICES[key]}
                  chosen={state.look[key]}
                  locale={state.locale}
                />
              ))}
              <Choice
                name="enter"
                choices={["send", "break"]}
                chosen={data.enterSends ? "send" : "break"}
                locale={state.locale}
              />
            </Appearance>
            <div class="row">
              <Button kind="primary" type="submit">{text.save}</Button>
            </div>
          </PostForm>
        </Card>
        <div class="stack stack-16 c5">
          <Card title={text.account} id="account-card">
            <dl class="kv">
              <dt>{text.name}</dt>
              <dd>{user.displayName}</dd>
              <dt>{text.email}</dt>
              <dd>
                {user.email}{" "}
                {user.emailVerified ? null : <Chip tone="amber">{text.unverified}</Chip>}
              </dd>
              <dt>{text.since}</dt>
              <dd>{formatDay(user.createdAt, reader)}</dd>
              <dt>{text.zone}</dt>
              <dd>{user.timeZone}</dd>
            </dl>
          </Card>
          <Card title={welcome.settingsTitle} id="tour-card">
            <p class="quiet">{welcome.settingsText}</p>
            <PostForm action="/welcome">
              <Button type="submit" name="act" value="restart">{welcome.settingsAct}</Button>
            </PostForm>
          </Card>
          <Card title={text.session} id="session-card">
            <p class="quiet">{text.sessionText}</p>
            <PostForm action="/settings/sign-out">
              <Button type="submit" icon="signout">{text.signOut}</Button>
            </PostForm>
          </Card>
        </div>
      </div>
    </Shell>
  );
});

function Choice({ name, choices, chosen, locale }: {
  name: string;
  choices: readonly string[];
  chosen: string;
  locale: string;
}) {
  const text: Record<string, string> = settingsText(locale);
  return (
    <fieldset class="field" aria-describedby={`${name}-hint`}>
      <legend class="label">{text[name]}</legend>
      <p class="small quiet" id={`${name}-hint`}>{text[`${name}_hint`]}</p>
      <div class="row row-16">
        {choices.map((choice) => (
          <Checkbox
            key={choice}
            type="radio"
            name={name}
            value={choice}
            checked={chosen === choice}
            label={text[`${name}_${choice}`] ?? choice}
          />
        ))}
      </div>
    </fieldset>
  );
}
