import { account } from "./account.ts";
import { alerts } from "./alerts.ts";
import { apiDocs } from "./api_docs.ts";
import { auth } from "./auth.ts";
import { billing } from "./billing.ts";
import { billingMails } from "./billing_mails.ts";
import { chat } from "./chat.ts";
import { common } from "./common.ts";
import { constitution } from "./constitution.ts";
import { dashboard } from "./dashboard.ts";
import { faults } from "./faults.ts";
import { landing } from "./landing.ts";
import { mails } from "./mails.ts";
import { memory } from "./memory.ts";
import { memoryCare } from "./memory_care.ts";
import { notices } from "./notices.ts";
import { palette } from "./palette.ts";
import { principles } from "./principles.ts";
import { problems } from "./problems.ts";
import { reasons } from "./reasons.ts";
import { receipt } from "./receipt.ts";
import { settings } from "./settings.ts";
import { usage } from "./usage.ts";
import { welcome } from "./welcome.ts";

/** German, by area. The pages of administrators are in English alone. */
export const german = {
  account,
  alerts,
  api_docs: apiDocs,
  auth,
  billing,
  billing_mails: billingMails,
  chat,
  common,
  constitution,
  dashboard,
  faults,
  landing,
  mails,
  memory,
  memory_care: memoryCare,
  notices,
  palette,
  principles,
  problems,
  reasons,
  receipt,
  settings,
  usage,
  welcome,
};
