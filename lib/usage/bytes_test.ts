import { expect } from "expect";
import { humanBytes } from "./bytes.ts";

Deno.test("[RD-10] sizes are shown in binary units with at most one decimal", () => {
  const cases: [bytes: number, shown: string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [1_023, "1023 B"],
    [1_024, "1 KiB"],
    [3_400, "3.3 KiB"],
    [1_073_741_824, "1 GiB"],
    [10_737_418_240, "10 GiB"],
    [5 * 1024 ** 5, "5120 TiB"],
    [-2_048, "-2 KiB"],
  ];
  for (const [bytes, shown] of cases) expect(humanBytes(bytes)).toBe(shown);
});

Deno.test("a size just below a unit is not shown as 1024 of the smaller one", () => {
  expect(humanBytes(1024 ** 2 - 1)).toBe("1 MiB");
  expect(humanBytes(1024 ** 3 - 1)).toBe("1 GiB");
});
