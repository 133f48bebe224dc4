import { page } from "fresh";
import { define, type State } from "@/utils.ts";
import { Checkbox } from "@/lib/ui/field.tsx";
import { accountText } from "@/lib/ui/text/account.ts";
import {
  attempt,
  fieldsOf,
  isRefusal,
  type Refusal,
  type SettingsData,
  settingsData,
} from "./settings_frame.tsx";

/** The settings as stored, with defaults. */
export type Settings = Awaited<ReturnType<State["center"]["settings"]>>;

/** Data of a page that shows settings. */
export interface SettingsFormData extends SettingsData {
  settings: Settings;
  /** What support may see now. */
  grants: Awaited<ReturnType<State["center"]["grants"]>>;
}

/** Handlers of a page whose form stores settings. `read` turns its fields into a change. */
export function settingsHandlers(
  read: (fields: URLSearchParams, state: State) => Partial<Settings> | Promise<Partial<Settings>>,
) {
  const load = async (
    ctx: { req: Request; url: URL; state: State },
    refusal: Refusal | null = null,
  ) => ({
    ...await settingsData(ctx, refusal),
    settings: await ctx.state.center.settings(),
    grants: await openGrants(ctx.state),
  });
  return define.handlers({
    async GET(ctx) {
      return page<SettingsFormData>(await load(ctx));
    },
    async POST(ctx) {
      const fields = await fieldsOf(ctx.req);
      const result = await attempt(ctx, async () => {
        await ctx.state.center.changeSettings(await read(fields, ctx.state));
        return "saved";
      });
      if (!isRefusal(result)) return result;
      return page<SettingsFormData>(await load(ctx, result), { status: 400 });
    },
  });
}

async function openGrants(state: State): Promise<SettingsFormData["grants"]> {
  const now = state.services.clock.now();
  const grants = await state.center.grants();
  return grants.filter((one) => one.revokedAt === null && new Date(one.expiresAt) > now);
}

/** Boxes of a form by their names: ticked or not. */
export function boxes<Name extends string>(
  fields: URLSearchParams,
  names: readonly Name[],
): Record<Name, boolean> {
  return Object.fromEntries(names.map((name) => [name, fields.get(name) === "on"])) as Record<
    Name,
    boolean
  >;
}

/** A list of settings that are on or off. */
export function Switches(
  { names, settings, locale }: {
    names: readonly (keyof Settings & keyof ReturnType<typeof accountText>)[];
    settings: Settings;
    locale: string;
  },
) {
  const text = accountText(locale);
  return (
    <div class="stack stack-8">
      {names.map((name) => (
        <Checkbox
          key={name}
          id={name}
          name={name}
          label={text[name]}
          checked={settings[name] === true}
        />
      ))}
    </div>
  );
}

/** A choice of few, as radio buttons under one name. */
export function Choices(
  { name, legend, values, chosen, labels }: {
    name: string;
    legend: string;
    values: readonly string[];
    chosen: string;
    labels: readonly string[];
  },
) {
  return (
    <fieldset class="field">
      <legend class="label">{legend}</legend>
      <div class="row row-16">
        {values.map((value, i) => (
          <Checkbox
            key={value}
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            label={labels[i]}
          />
        ))}
      </div>
    </fieldset>
  );
}
