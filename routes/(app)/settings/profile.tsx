import { page } from "fresh";
import { define } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { Chip } from "@/lib/ui/chip.tsx";
import { Field, Select, TextField } from "@/lib/ui/field.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import { LANGUAGES } from "@/lib/ui/text/languages.ts";
import { settingsText } from "@/lib/ui/text/settings.ts";
import {
  attempt,
  fieldsOf,
  isRefusal,
  type Refusal,
  type SettingsData,
  settingsData,
  SettingsFrame,
} from "../../(_shared)/settings_frame.tsx";
import type { State } from "@/utils.ts";

type Profile = Awaited<ReturnType<State["center"]["profile"]>>;
interface ProfileData extends SettingsData {
  profile: Profile;
}

async function load(ctx: { req: Request; url: URL; state: State }, refusal: Refusal | null = null) {
  return { ...await settingsData(ctx, refusal), profile: await ctx.state.center.profile() };
}

export const handler = define.handlers({
  async GET(ctx) {
    return page<ProfileData>(await load(ctx));
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    const { center } = ctx.state;
    const result = await attempt(ctx, async () => {
      if (fields.get("act") === "email") {
        await center.changeEmail(fields.get("newEmail") ?? "");
        return "emailAsked";
      }
      await center.changeProfile({
        displayName: fields.get("displayName") ?? "",
        handle: fields.get("handle")?.trim().toLowerCase() || null,
        bio: fields.get("bio") ?? "",
        timeZone: fields.get("timeZone") ?? "UTC",
        ...(fields.get("locale") ? { locale: fields.get("locale")! } : {}),
      });
      return "saved";
    });
    return isRefusal(result) ? page<ProfileData>(await load(ctx, result), { status: 400 }) : result;
  },
});

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const { profile } = data;
  const error = (id: string) => data.refusal?.faults.find((fault) => fault.id === id)?.message;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.profileTitle}
      lead={text.profileLead}
      data={data}
    >
      <div class="grid">
        <Card title={text.tabProfile} id="profile" span={7}>
          <PostForm class="stack stack-16">
            <input type="hidden" name="act" value="profile" />
            <TextField
              id="displayName"
              label={text.displayName}
              autocomplete="name"
              maxLength={100}
              value={profile.displayName}
              error={error("displayName")}
              required
            />
            <TextField
              id="handle"
              label={text.handle}
              hint={text.handleHint}
              autocomplete="off"
              maxLength={24}
              value={profile.handle ?? ""}
              error={error("handle")}
            />
            <TextField
              id="bio"
              label={text.bio}
              hint={text.bioHint}
              maxLength={280}
              value={profile.bio}
              error={error("bio")}
            />
            <Field id="locale" label={text.language}>
              <Select id="locale" name="locale">
                {Object.entries(LANGUAGES).map(([tag, name]) => (
                  <option
                    key={tag}
                    value={tag}
                    lang={tag}
                    selected={profile.locale.startsWith(tag)}
                  >
                    {name}
                  </option>
                ))}
              </Select>
            </Field>
            <Field id="timeZone" label={text.timeZone}>
              <Select id="timeZone" name="timeZone">
                {ZONES.map((zone) => (
                  <option key={zone} value={zone} selected={zone === profile.timeZone}>
                    {zone}
                  </option>
                ))}
              </Select>
            </Field>
            <div class="row">
              <Button kind="primary" type="submit">{text.save}</Button>
            </div>
          </PostForm>
        </Card>
        <Card title={text.email} id="email-card" span={5}>
          <PostForm class="stack stack-16">
            <input type="hidden" name="act" value="email" />
            <p>
              {profile.email} {profile.emailVerified
                ? null
                : <Chip tone="amber">{settingsText(state.locale).unverified}</Chip>}
            </p>
            {profile.emailBounced ? <Banner tone="amber">{text.emailBounced}</Banner> : null}
            <TextField
              id="newEmail"
              type="email"
              label={text.newEmail}
              hint={text.newEmailHint}
              autocomplete="email"
              error={error("email")}
              required
            />
            <div class="row">
              <Button type="submit">{text.changeEmail}</Button>
            </div>
          </PostForm>
        </Card>
      </div>
    </SettingsFrame>
  );
});
