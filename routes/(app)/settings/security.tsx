import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Card } from "@/lib/ui/card.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { Banner } from "@/lib/ui/notice.tsx";
import { PostForm } from "@/lib/ui/post_form.tsx";
import { QrCode } from "@/lib/ui/qr_code.tsx";
import { say } from "@/lib/ui/say.ts";
import { accountText } from "@/lib/ui/text/account.ts";
import { Password } from "../../(_shared)/password.tsx";
import {
  attempt,
  fieldsOf,
  isRefusal,
  type Refusal,
  type SettingsData,
  settingsData,
  SettingsFrame,
} from "../../(_shared)/settings_frame.tsx";

interface SecurityData extends SettingsData {
  hasTwoFactor: boolean;
  codes: { left: number; of: number };
  /** The secret to scan, while two-step sign-in is being set up. */
  setUp: { secret: string; otpauthUrl: string } | null;
  /** Backup codes, for this once. */
  fresh: string[] | null;
}

interface Ctx {
  req: Request;
  url: URL;
  state: State;
}

async function load(ctx: Ctx, more: Partial<SecurityData> = {}): Promise<SecurityData> {
  const { center } = ctx.state;
  return {
    ...await settingsData(ctx, more.refusal ?? null),
    hasTwoFactor: more.fresh ? true : center.hasTwoFactor(),
    codes: await center.codesLeft(),
    setUp: more.setUp ?? null,
    fresh: more.fresh ?? null,
  };
}

/** What a button of this page does; the page is shown again where something is to be read once. */
async function act(ctx: Ctx, fields: URLSearchParams): Promise<Response | string | SecurityData> {
  const { center } = ctx.state;
  switch (fields.get("act")) {
    case "password":
      await center.changePassword(ctx.req, {
        current: fields.get("current") ?? "",
        next: fields.get("next") ?? "",
      });
      return "passwordChanged";
    case "setup":
      return await load(ctx, { setUp: await center.setUpTwoFactor() });
    case "enable":
      return await load(ctx, { fresh: await center.enableTwoFactor(fields.get("code") ?? "") });
    case "codes":
      return await load(ctx, { fresh: await center.newBackupCodes() });
    case "disable":
      await center.disableTwoFactor();
      return "saved";
    default:
      return "saved";
  }
}

export const handler = define.handlers({
  async GET(ctx) {
    return page<SecurityData>(await load(ctx));
  },
  async POST(ctx) {
    const fields = await fieldsOf(ctx.req);
    let shown: SecurityData | null = null;
    const result = await attempt(ctx, async () => {
      const done = await act(ctx, fields);
      if (done instanceof Response || typeof done === "string") return done;
      shown = done;
      return "";
    });
    if (shown) return page<SecurityData>(shown);
    if (!isRefusal(result)) return result;
    return page<SecurityData>(await load(ctx, { refusal: named(result, fields, ctx.state) }), {
      status: 400,
    });
  },
});

/** A wrong password or code belongs to its field. */
function named(refusal: Refusal, fields: URLSearchParams, state: State): Refusal {
  if (refusal.faults.length > 0 || fields.get("act") !== "enable") return refusal;
  return { text: accountText(state.locale).wrongCode, faults: [] };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const text = accountText(state.locale);
  const error = (id: string) => data.refusal?.faults.find((fault) => fault.id === id)?.message;
  return (
    <SettingsFrame
      state={state}
      url={url}
      title={text.securityTitle}
      lead={text.securityLead}
      data={data}
    >
      <div class="grid">
        <Card title={text.password} id="password-card" span={6}>
          <PostForm class="stack stack-16">
            <input type="hidden" name="act" value="password" />
            <input
              type="hidden"
              name="username"
              autocomplete="username"
              value={state.session!.user.email}
            />
            <Password
              id="current"
              label={text.currentPassword}
              autocomplete="current-password"
              error={error("current")}
              locale={state.locale}
            />
            <Password
              id="next"
              label={text.nextPassword}
              autocomplete="new-password"
              hint={text.passwordHint}
              error={error("next")}
              locale={state.locale}
              meter
            />
            <div class="row">
              <Button kind="primary" type="submit">{text.changePassword}</Button>
            </div>
          </PostForm>
        </Card>
        <Card title={text.twoStep} id="two-step" span={6}>
          <TwoStep data={data} locale={state.locale} />
        </Card>
      </div>
    </SettingsFrame>
  );
});

function TwoStep({ data, locale }: { data: SecurityData; locale: string }) {
  const text = accountText(locale);
  if (data.fresh) return <FreshCodes codes={data.fresh} locale={locale} />;
  if (data.setUp) return <SetUp setUp={data.setUp} locale={locale} />;
  if (!data.hasTwoFactor) {
    return (
      <PostForm class="stack stack-16">
        <p>{text.twoStepOff}</p>
        <div class="row">
          <Button kind="primary" type="submit" name="act" value="setup">
            {text.twoStepTurnOn}
          </Button>
        </div>
      </PostForm>
    );
  }
  const { left, of } = data.codes;
  return (
    <PostForm class="stack stack-16">
      <p>{text.twoStepOn}</p>
      {left <= of / 2 ? <Banner tone="amber">{text.codesHalf}</Banner> : null}
      <p class="quiet">{say(text.codesLeft, { left, of }, locale)}</p>
      <div class="row">
        <Button type="submit" name="act" value="codes">{text.twoStepNewCodes}</Button>
        <Button kind="danger" type="submit" name="act" value="disable">
          {text.twoStepTurnOff}
        </Button>
      </div>
    </PostForm>
  );
}

function SetUp(
  { setUp, locale }: { setUp: { secret: string; otpauthUrl: string }; locale: string },
) {
  const text = accountText(locale);
  return (
    <PostForm class="stack stack-16">
      <input type="hidden" name="act" value="enable" />
      <p>{text.twoStepScan}</p>
      <QrCode text={setUp.otpauthUrl} label={text.twoStepQr} />
      <p class="small">
        {text.twoStepKey} <code class="break">{setUp.secret.match(/.{1,4}/g)!.join(" ")}</code>
      </p>
      <TextField
        id="code"
        label={text.twoStepCode}
        inputmode="numeric"
        autocomplete="one-time-code"
        maxLength={10}
        required
      />
      <div class="row">
        <Button kind="primary" type="submit">{text.twoStepConfirm}</Button>
      </div>
    </PostForm>
  );
}

function FreshCodes({ codes, locale }: { codes: string[]; locale: string }) {
  const text = accountText(locale);
  return (
    <div class="stack stack-16">
      <Banner tone="amber" lead={text.codesTitle}>{text.codesText}</Banner>
      <ul class="codes" aria-label={text.codesTitle}>
        {codes.map((code) => (
          <li key={code}>
            <code>{`${code.slice(0, 4)} ${code.slice(4)}`}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
