// What remains of `fresh` in the browser: the parts without a server.
export { createDefine, page } from "../src/define.ts";
export { HttpError } from "../src/http_error.ts";
