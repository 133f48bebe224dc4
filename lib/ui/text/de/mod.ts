import { accessibility } from "./accessibility.ts";
import { account } from "./account.ts";
import { admin } from "./admin.ts";
import { alerts } from "./alerts.ts";
import { apiDocs } from "./api_docs.ts";
import { auth } from "./auth.ts";
import { billing } from "./billing.ts";
import { billingMails } from "./billing_mails.ts";
import { charter } from "./charter.ts";
import { chat } from "./chat.ts";
import { common } from "./common.ts";
import { constitution } from "./constitution.ts";
import { dashboard } from "./dashboard.ts";
import { faults } from "./faults.ts";
import { help } from "./help.ts";
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
import { shelf } from "./shelf.ts";
import { status } from "./status.ts";
import { usage } from "./usage.ts";
import { welcome } from "./welcome.ts";

/** German, by area. */
export const german = {
  accessibility,
  account,
  admin,
  alerts,
  api_docs: apiDocs,
  auth,
  billing,
  billing_mails: billingMails,
  charter,
  chat,
  common,
  constitution,
  dashboard,
  faults,
  help,
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
  shelf,
  status,
  usage,
  welcome,
};
