/**
 * The table of routes of the specification, for what exists so far: who may call, with which gates.
 * `P` public, `U` signed in, `M` moderator, `A` administrator, `S` service. Gates: `V` confirmed
 * e-mail, `T` fresh proof of identity, `C` also open to suspended and closing accounts. A scope lets
 * a personal key call.
 * @module
 */

/** A line of the table. */
export interface TableRow {
  auth: "P" | "U" | "M" | "A" | "S";
  gates: string;
  /** Scopes of personal keys. */
  keys: string[];
}

const LINES = `
POST /api/auth/register P
POST /api/auth/login P
POST /api/auth/refresh P
POST /api/auth/2fa/verify P
POST /api/auth/logout U C
POST /api/auth/logout-all U C
POST /api/auth/resend-verification U
POST /api/auth/step-up U C
POST /api/auth/verify-email P
POST /api/auth/request-password-reset P
POST /api/auth/reset-password P
GET /api/auth/me U C
POST /api/auth/change-password U
POST /api/auth/2fa/setup U T
POST /api/auth/2fa/enable U T
POST /api/auth/2fa/disable U T
POST /api/auth/2fa/backup-codes U T
POST /api/auth/service/refresh S
GET /api/account/profile U
PATCH /api/account/profile U
GET /api/account/settings U
PATCH /api/account/settings U
GET /api/account/onboarding U
PUT /api/account/onboarding U
POST /api/account/email-change U T
POST /api/account/email-change/undo P
GET /api/account/devices U
DELETE /api/account/devices/:id U
GET /api/account/keys U
POST /api/account/keys U VT
PATCH /api/account/keys/:id U
DELETE /api/account/keys/:id U
POST /api/account/keys/:id/rotate U VT
GET /api/account/keys/:id/activity U
GET /api/account/security-log U C
GET /api/account/grants U
POST /api/account/grants/:id U
DELETE /api/account/grants/:id U
POST /api/account/export U TC
GET /api/account/export/:id U TC export:read
POST /api/account/delete U TC
POST /api/account/restore U TC
POST /api/billing/checkout U V
POST /api/billing/portal U V
POST /api/billing/change U V
POST /api/billing/cancel U V
POST /api/billing/reactivate U V
GET /api/billing/subscription U V
GET /api/billing/invoices U V
POST /api/billing/webhook P
GET /api/admin/users M T
GET /api/admin/users/:id M T
POST /api/admin/users/:id/suspend M T
POST /api/admin/users/:id/restore M T
POST /api/admin/users/:id/end-sessions M T
POST /api/admin/users/:id/unlock-login M T
PUT /api/admin/users/:id/role A T
PUT /api/admin/users/:id/verified A T
DELETE /api/admin/users/:id A T
GET /api/admin/audit A
GET /api/admin/audit/verify A
GET /api/admin/config A
GET /api/admin/services A T
POST /api/admin/services/:name/tokens A T
POST /api/admin/services/:name/revoke A T
GET /api/models U - models:read
GET /api/notifications U
GET /api/notifications/stream U
POST /api/notifications/:id/read U
POST /api/notifications/read-all U
POST /api/notifications/test U
DELETE /api/notifications/:id U
GET /healthz P
GET /readyz P
GET /api/status P
GET /.well-known/jwks.json P
GET /.well-known/security.txt P
GET /api/openapi.json P
GET /api/plans P
GET /api/policy/principles P
POST /api/client-errors P
POST /api/csp-reports P
`;

/** The lines by `METHOD path`. */
export const ROUTE_TABLE: ReadonlyMap<string, TableRow> = new Map(
  LINES.trim().split("\n").map((line) => {
    const [method, path, auth, gates = "-", ...keys] = line.split(" ");
    return [`${method} ${path}`, { auth: auth as TableRow["auth"], gates, keys }];
  }),
);
