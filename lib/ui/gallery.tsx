import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import { Art } from "./art.tsx";
import { Button, IconButton, LinkButton, Spinner } from "./button.tsx";
import { Card, Stat } from "./card.tsx";
import { Chip, Count, StandInBadge } from "./chip.tsx";
import { Checkbox, ErrorSummary, Field, Select, TextField } from "./field.tsx";
import { Icon, ICON_NAMES } from "./icon.tsx";
import { Markdown } from "./markdown.tsx";
import { MemoryChip, TierLabel } from "./memory_chip.tsx";
import { Banner, EmptyState, ErrorCard, Skeleton, Toast } from "./notice.tsx";
import { Meter, ProgressBar, ProgressRing, ScoreBar } from "./progress.tsx";
import { QuotaCard } from "./quota_card.tsx";
import { slot } from "./slot.ts";
import { Table } from "./table.tsx";
import { Segments, Tabs } from "./tabs.tsx";
import { Waiting, waitingStage } from "./waiting.tsx";
import type { Quota } from "./contract.ts";
import { anyReader } from "./format.ts";

/** Ids of a second gallery on the same page begin otherwise. */
const Prefix = createContext("g");

/** Every component in every state, for the development page and for looking at changes (UI-4). */
export function Gallery({ prefix = "g" }: { prefix?: string }) {
  return (
    <Prefix.Provider value={prefix}>
      <Samples />
    </Prefix.Provider>
  );
}

function Samples() {
  return (
    <div class="stack stack-24">
      <Buttons />
      <Chips />
      <Fields />
      <Amounts />
      <Notices />
      <Waits />
      <Cards />
      <Drawings />
      <Lists />
      <Writing />
      <Sample name="Icons">
        <div class="row row-16 quiet">
          {ICON_NAMES.map((name) => <Icon key={name} name={name} />)}
        </div>
      </Sample>
    </div>
  );
}

function Sample({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="stack stack-16 top-line" aria-label={name}>
      <h2 class="title">{name}</h2>
      {slot(children)}
    </section>
  );
}

function Buttons() {
  return (
    <Sample name="Button">
      {(["primary", "secondary", "ghost", "danger"] as const).map((kind) => (
        <div class="row" key={kind}>
          <Button kind={kind}>Save memory</Button>
          <Button kind={kind} class="is-hover">Hover</Button>
          <Button kind={kind} class="is-active">Pressed</Button>
          <Button kind={kind} class="is-focus">Focus</Button>
          <Button kind={kind} busy>Saving</Button>
          <Button kind={kind} disabledReason="Nothing changed yet">Disabled</Button>
        </div>
      ))}
      <div class="row">
        <Button size="sm" icon="edit">Small</Button>
        <Button icon="plus">Medium</Button>
        <LinkButton kind="primary" size="lg" href="#buttons">Large link</LinkButton>
        <IconButton icon="pin" label="Pin" kind="secondary" />
        <IconButton icon="pin" label="Pinned" kind="secondary" pressed />
        <Spinner />
      </div>
    </Sample>
  );
}

function Chips() {
  return (
    <Sample name="Memory chip, chip, badge">
      <div class="row">
        <MemoryChip tier="stm" label="Asked about chard" href="#m" />
        <MemoryChip tier="itm" label="Talk on Thursday" href="#m" />
        <MemoryChip tier="ltm" label="Lives in Lisbon" href="#m" />
        <MemoryChip tier="ltm" label="Receipt open" href="#m" expanded />
        <MemoryChip tier="ltm" label="Lives in Porto" state="past" />
        <MemoryChip tier="ltm" label="" state="forgotten" />
        <MemoryChip tier="itm" label="Tier for readers only" quiet />
      </div>
      <div class="row">
        <TierLabel tier="stm" />
        <TierLabel tier="itm" />
        <TierLabel tier="ltm" />
        <Chip>matches meaning</Chip>
        <Chip tone="line">Past</Chip>
        <Chip tone="green" icon="check">Allow</Chip>
        <Chip tone="amber">With care</Chip>
        <Chip tone="red">Refused</Chip>
        <Chip tone="gold">Level 4</Chip>
        <Chip tone="indigo">Draft</Chip>
        <Chip tone="teal" icon="memory">Memory on</Chip>
        <Count>12</Count>
        <StandInBadge />
      </div>
    </Sample>
  );
}

function Fields() {
  const id = useContext(Prefix);
  return (
    <Sample name="Field">
      <ErrorSummary faults={[{ id: `${id}-mail`, message: "Add the part after the dot" }]} />
      <div class="fit">
        <TextField
          id={`${id}-name`}
          label="Display name"
          hint="Shown only to you"
          placeholder="Ada"
        />
        <TextField
          id={`${id}-mail`}
          label="E-mail"
          type="email"
          value="you@example"
          error="Add the part after the dot, as in example.org"
        />
        <TextField
          id={`${id}-plan`}
          label="Plan"
          value="Basic"
          disabled
          hint="Change it under Usage"
        />
        <Field id={`${id}-size`} label="Text size">
          <Select id={`${id}-size`}>
            <option>100 %</option>
          </Select>
        </Field>
        <Field id={`${id}-note`} label="Standing instructions">
          <textarea id={`${id}-note`} class="input" rows={2} />
        </Field>
      </div>
      <div class="row row-16">
        <Checkbox label="Save automatically" checked />
        <Checkbox label="Health topics" />
        <Checkbox type="radio" name={`${id}-r`} label="Sentences" checked />
        <Checkbox type="radio" name={`${id}-r`} label="End only" />
        <Segments
          label="Period"
          items={[{ href: "#7", label: "7 days" }, {
            href: "#30",
            label: "30 days",
            current: true,
          }]}
        />
      </div>
    </Sample>
  );
}

function Amounts() {
  return (
    <Sample name="Progress">
      <div class="fit">
        <Meter label="Tokens today" used="25,000" limit="50,000" percent={50} note="Half is left" />
        <Meter label="Messages" used="83" limit="100" percent={83} tone="amber" note="Notice" />
        <Meter label="Full" used="100" limit="100" percent={100} tone="red" note="Blocked" />
        <Meter label="Memory" used="1.4 MiB" limit="10 GiB" percent={1} tone="teal" />
        <Meter label="Without a cap" used="561,200" />
        <ProgressBar label="Bare bar" percent={38} tone="teal" />
      </div>
      <div class="row row-16">
        {[0, 25, 68, 100].map((percent) => (
          <span class="ringed" key={percent}>
            <ProgressRing size={48} percent={percent} label={`${percent} percent`} />
            <span class="small">{percent}</span>
          </span>
        ))}
        <ProgressRing size={18} percent={68} />
        <ProgressRing size={18} percent={83} tone="amber" />
        <ProgressRing size={18} percent={40} tone="indigo" />
      </div>
      <Card>
        <ScoreBar
          parts={[
            { label: "matches meaning", amount: 0.41 },
            { label: "mentions balcony", amount: 0.38 },
            { label: "confirmed", amount: 0.07 },
          ]}
        />
      </Card>
    </Sample>
  );
}

function Notices() {
  const id = useContext(Prefix);
  return (
    <Sample name="Banner, toast, error, empty, loading">
      <Banner action={<Button size="sm">Send link again</Button>}>
        Confirm your e-mail to share pages.
      </Banner>
      <Banner tone="amber" lead="90 % of today’s tokens are used.">They reset at 00:00 UTC.</Banner>
      <Banner tone="red" lead="The model is not answering.">Memory and search work.</Banner>
      <Banner tone="green">Back online. Your draft was sent.</Banner>
      <Toast action={<Button kind="ghost" size="sm">Undo</Button>} onDismiss={nothing}>
        Memory forgotten
      </Toast>
      <div class="fit">
        <ErrorCard
          title="The answer stopped after 212 words"
          correlationId="0198c2f4-7a10-7cc2-b6c5-2f0d1f0b2a11"
          onCopyId={nothing}
          actions={
            <>
              <Button kind="primary">Continue answer</Button>
              <Button>Answer again</Button>
            </>
          }
        >
          The model host closed the connection. Your message and the text so far are kept.
        </ErrorCard>
        <Card>
          <EmptyState title="No memories yet" action={<LinkButton href="#c">Start</LinkButton>}>
            Tell Nova something worth keeping, for example “My talk is on Thursday”.
          </EmptyState>
        </Card>
        <Card title="Loading" id={`${id}-load`}>
          <Skeleton lines={[70, 30]} />
          <Skeleton lines={[90, 50]} />
        </Card>
      </div>
    </Sample>
  );
}

/** What a wait shows at once, after three seconds, and after ten. */
function Waits() {
  return (
    <Sample name="Waiting">
      <div class="fit">
        {[150, 4_000, 12_000].map((ms) => (
          <Card key={ms}>
            <p class="small quiet">{`after ${ms / 1_000} s`}</p>
            <Waiting
              lines={[70, 50, 90]}
              text="Loading takes longer than usual"
              cancel="Stop waiting"
              onCancel={nothing}
              stage={waitingStage(ms)}
            />
          </Card>
        ))}
      </div>
    </Sample>
  );
}

function Cards() {
  const id = useContext(Prefix);
  return (
    <Sample name="Allowance, notification, tip">
      <div class="grid">
        {[41, 84, 97].map((percentage) => (
          <QuotaCard
            key={percentage}
            id={`${id}-quota-${percentage}`}
            quota={sampleQuota(percentage)}
            reader={anyReader}
            now={new Date("2026-01-01T18:20:00.000Z")}
          />
        ))}
      </div>
      <ul class="card notices">
        {[true, false].map((unread) => (
          <li class="notice" key={String(unread)}>
            <span class={`notice-dot${unread ? " is-unread" : ""}`} aria-hidden="true" />
            <div class="grow stack stack-4">
              <p class="row row-8">
                <a class="strong" href="#n">A new device signed in</a>
                <Chip>Security</Chip>
              </p>
              <p class="small quiet">{unread ? "Not read yet" : "Read"}</p>
            </div>
          </li>
        ))}
      </ul>
    </Sample>
  );
}

function sampleQuota(percentage: number): Quota {
  const of = (limit: number) => {
    const used = Math.round((limit * percentage) / 100);
    return { used, reserved: 0, limit, remaining: limit - used, percentage };
  };
  return {
    plan: "basic",
    effectivePlan: "basic",
    trialEndsAt: null,
    resources: {
      llm_tokens: of(50_000),
      messages: of(5_000),
      memory_storage: of(1_073_741_824),
      agent_minutes: of(0),
    },
    resetsAt: "2026-01-02T00:00:00.000Z",
    monthResetsAt: "2026-02-01T00:00:00.000Z",
    warnings: [],
    overrides: [],
  };
}

function Drawings() {
  return (
    <Sample name="Drawings">
      <div class="row row-16">
        {(["lost", "locked", "ended", "slow", "broken", "offline"] as const).map((name) => (
          <Art key={name} name={name} />
        ))}
      </div>
    </Sample>
  );
}

function Lists() {
  const id = useContext(Prefix);
  return (
    <Sample name="Tabs, table, figures">
      <Tabs
        label="Sample tabs"
        items={[
          { href: "#a", label: "Memories", count: "412", current: true },
          { href: "#b", label: "Proposals", count: "3" },
          { href: "#c", label: "Past" },
        ]}
      />
      <Card title="Where they went" id={`${id}-table`} aside={<a href="#csv">Download</a>}>
        <Table
          label="Tokens by feature"
          columns={[
            { label: "Feature" },
            { label: "Tokens", kind: "number" },
            { label: "Share", kind: "number" },
          ]}
          rows={[["Chat", "561,200", "71 %"], ["Tutor", "134,300", "17 %"]]}
        />
        <dl class="row row-16">
          <Stat label="Today" value="41,500" note="of 50,000" />
          <Stat label="This month" value="790,300" />
        </dl>
      </Card>
    </Sample>
  );
}

function Writing() {
  return (
    <Sample name="Prose">
      <Markdown
        text={"Start with **chard**. See [the guide](https://example.org/chard) or `List<T>`.\n\n" +
          "- [x] Fill two pots\n- [ ] Thin to *four* seedlings\n\n> Water until it runs out\n\n" +
          "| Plant | Hours |\n|---|--:|\n| Chard | 3 |\n| Mint | 2 |\n\n" +
          '```ts\nconst first = new Date("2027-04-04");\n```'}
        codeAction={() => <Button kind="ghost" size="sm" icon="copy">Copy</Button>}
      />
    </Sample>
  );
}

function nothing() {}
