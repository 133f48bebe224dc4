/**
 * Texts that have brought script into pages that show what people write: markup, Markdown, and what
 * hides one in the other. Each would set a `pwned…` variable or open a dialog if it came alive.
 */
export const HOSTILE: readonly string[] = [
  "<script>globalThis.pwned1 = 1</script>",
  "<img src=x onerror=globalThis.pwned2=1>",
  '"><svg onload=globalThis.pwned3=1>',
  "<svg><animate onbegin=globalThis.pwned4=1 attributeName=x dur=1s></svg>",
  '<iframe srcdoc="<script>parent.pwned5=1</script>"></iframe>',
  "<details open ontoggle=globalThis.pwned6=1>x</details>",
  "[click](javascript:globalThis.pwned7=1)",
  "[click](JaVaScRiPt:alert(8))",
  "[click](java&#x0A;script:alert(9))",
  "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxMCk8L3NjcmlwdD4=)",
  "[click](vbscript:msgbox(11))",
  '[click](https://example.org/" onmouseover="globalThis.pwned12=1)',
  "![x](javascript:globalThis.pwned13=1)",
  "![x](https://tracker.example/pixel.png?leak=1)",
  "<a href='javascript:globalThis.pwned15=1'>x</a>",
  "<javascript:alert(16)>",
  "[ref]\n\n[ref]: javascript:alert(17)",
  "```html\n</code></pre><script>globalThis.pwned18=1</script>\n```",
  '```"><img src=x onerror=globalThis.pwned19=1>\ncode\n```',
  "`<img src=x onerror=globalThis.pwned20=1>`",
  "| a | <img src=x onerror=globalThis.pwned21=1> |\n|---|---|\n| <script>globalThis.pwned21=2</script> | b |",
  "<math><mtext><table><mglyph><style><img src=x onerror=globalThis.pwned22=1></style></mglyph></table></mtext></math>",
  "<form action=javascript:alert(23)><button>x</button></form>",
  "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example/'>",
  "<style>*{display:none}</style><link rel=stylesheet href=https://evil.example/x.css>",
  "&lt;script&gt;globalThis.pwned26=1&lt;/script&gt;",
  "&#60;img src=x onerror=globalThis.pwned27=1&#62;",
  "{{constructor.constructor('globalThis.pwned28=1')()}} ${globalThis.pwned28=1}",
  "</textarea></script><script>globalThis.pwned29=1</script>",
  "$$\\href{javascript:alert(30)}{x}$$",
  "<div style=\"background:url('javascript:alert(31)')\" dir=rtl>x</div>",
  "<x onclick=alert(32)>click</x>",
];

/** The same within lists, quotes and links, where another part of the reader of Markdown works. */
export const WRAPPED: readonly string[] = HOSTILE.flatMap((text) => [
  `- one\n- ${text}`,
  `> **${text}**`,
  `[${text}](/memory "${text}")`,
]);
