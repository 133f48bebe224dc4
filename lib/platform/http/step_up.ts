import { Problem } from "../problem.ts";
import type { Principal } from "./principal.ts";

/** 403 `step_up_required`, with the ways to prove who is there. */
export function stepUpRequired(principal: Principal): Problem {
  return new Problem(
    "step_up_required",
    403,
    "Confirm that it is you",
    "Prove once more who is there, then try again",
    {
      stepUpUrl: "/api/auth/step-up",
      methods: principal.twoFactor ? ["totp", "backup_code"] : ["password"],
    },
  );
}
