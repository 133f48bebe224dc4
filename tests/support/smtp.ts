/** A mail as a server got it. */
export interface ReceivedMail {
  to: string[];
  /** Headers by their names in lower case, unfolded. */
  headers: Record<string, string>;
  source: string;
}

/** A mail server for tests. */
export interface FakeSmtp {
  url: string;
  received: ReceivedMail[];
  /** What the server says of the next recipients, for example `550 No such user`; null to accept. */
  answer(line: string | null): void;
  close(): void;
}

/** Speaks as much SMTP as a client needs, on this machine. */
export function startSmtp(): FakeSmtp {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received: ReceivedMail[] = [];
  let refusal: string | null = null;
  const open = new Set<Deno.Conn>();
  void (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void serve(connection).catch(() => {}).finally(() => open.delete(connection));
    }
  })().catch(() => {});

  async function serve(connection: Deno.Conn): Promise<void> {
    const encoder = new TextEncoder();
    const say = async (line: string) => {
      await connection.write(encoder.encode(`${line}\r\n`));
    };
    let to: string[] = [];
    let source: string[] | null = null;
    await say("220 test");
    for await (const line of lines(connection)) {
      if (source) {
        if (line !== ".") {
          source.push(line.startsWith("..") ? line.slice(1) : line);
          continue;
        }
        received.push({ to, headers: headersOf(source), source: source.join("\n") });
        [to, source] = [[], null];
        await say("250 kept");
      } else if (/^(?:EHLO|HELO)/i.test(line)) await say("250 test");
      else if (/^RCPT/i.test(line)) {
        if (!refusal) to.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
        await say(refusal ?? "250 ok");
      } else if (/^DATA/i.test(line)) {
        source = [];
        await say("354 go on");
      } else if (/^QUIT/i.test(line)) {
        await say("221 bye");
        break;
      } else await say("250 ok");
    }
    connection.close();
  }

  const { port } = listener.addr as Deno.NetAddr;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    answer: (line) => void (refusal = line),
    close() {
      listener.close();
      for (const connection of open) connection.close();
    },
  };
}

async function* lines(connection: Deno.Conn): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    const found = rest.split("\r\n");
    rest = found.pop()!;
    yield* found;
  }
}

function headersOf(source: string[]): Record<string, string> {
  const head = source.slice(0, source.indexOf("")).join("\n").replace(/\n[ \t]+/g, " ");
  return Object.fromEntries(
    head.split("\n").map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}
