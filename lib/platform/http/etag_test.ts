import { expect } from "expect";
import { matchesEtag } from "./etag.ts";

Deno.test("[API-6] a validator matches with and without the mark that compression puts on it", () => {
  for (const header of ['"a-1"', 'W/"a-1"', '"b-2", W/"a-1"', "*", ' "a-1" ']) {
    expect({ header, matches: matchesEtag(header, '"a-1"') }).toEqual({ header, matches: true });
  }
  for (const header of ['"a-2"', "a-1", "", 'W/"a-11"', '"b-2", "c-3"']) {
    expect({ header, matches: matchesEtag(header, '"a-1"') }).toEqual({ header, matches: false });
  }
});
