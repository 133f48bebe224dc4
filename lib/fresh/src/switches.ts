/** Attributes of client navigation that are on or off; HTML would drop what is false. */
export const SWITCHES: readonly string[] = ["f-client-nav", "f-view-transition"];
