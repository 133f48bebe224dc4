/** Words of mails about plans and payments. */
export const billingMails = {
  greeting: "Hello {name},",
  testLabel: "Test payment",
  testText: "This was a test payment. No money moved, and no card was asked for.",
  foot: "You receive this because it is about the plan of your account.",
  noNextAttempt: "no further attempt is planned",
  subscription_started_subject: "Your plan {plan} has started",
  subscription_started_text:
    "Your plan {plan} holds from now on, with its higher limits, without signing in again. The next invoice comes on {until}.",
  subscription_started_button: "See your plan",
  plan_changed_subject: "Your plan is now {plan}",
  plan_changed_text:
    "Your plan changed from {from} to {plan}. The new limits hold from now on. The period ends on {until}.",
  plan_changed_button: "See your plan",
  payment_failed_subject: "A payment did not go through",
  payment_failed_text:
    "We could not collect {amount}. Next attempt: {next}. Your plan goes on for now; please check your card, so that it stays that way.",
  payment_failed_button: "Update your card",
  payment_recovered_subject: "Your payment went through",
  payment_recovered_text:
    "We collected {amount}. Everything is in order again; nothing is left to do.",
  payment_recovered_button: "See your plan",
  cancellation_scheduled_subject: "Your plan ends on {until}",
  cancellation_scheduled_text:
    "Your plan {plan} holds until {until} and is not renewed. You can take this back until then. Nothing you wrote or saved is deleted.",
  cancellation_scheduled_button: "Keep your plan",
  subscription_ended_subject: "Your plan has ended",
  subscription_ended_text:
    "Your plan has ended. Everything you wrote and saved is still there: reading, search, export and deletion always work. You can choose a plan again at any time.",
  subscription_ended_button: "See plans",
  invoice_paid_subject: "Invoice {number}: {amount} paid",
  invoice_paid_text: "We received {amount} for invoice {number}. Thank you.",
  invoice_paid_button: "See your invoices",
  trial_ending_subject: "Your trial ends tomorrow",
  trial_ending_text:
    "Your trial ends on {until}. Afterwards you can still read, search, export and delete everything, and send a few messages a day. With a plan you go on as before.",
  trial_ending_button: "See plans",
  trial_ended_subject: "Your trial has ended",
  trial_ended_text:
    "Your trial ended on {until}. Nothing was deleted: reading, search, export and deletion always work. Choose a plan whenever you want to go on.",
  trial_ended_button: "See plans",
  what_llm_tokens: "tokens of today",
  what_messages: "messages of today",
  what_memory_storage: "memory",
  what_agent_minutes: "agent minutes of this month",
  usage_notice_subject: "{percent} of your {what} are used",
  usage_notice_text:
    "{percent} of your {what} are used. Nothing happens yet; the page of usage says when they start anew.",
  usage_notice_button: "See your usage",
  usage_strong_subject: "{percent} of your {what} are used",
  usage_strong_text: "{percent} of your {what} are used.",
  usage_strong_button: "See your usage",
  usage_blocked_subject: "Your {what} are used up",
  usage_blocked_text:
    "Your {what} are used up. Reading, search and everything you saved still work. The page of usage says when they start anew, and which plans have more.",
  usage_blocked_button: "See your usage",
  usage_fair_subject: "You are beyond fair use with your {what}",
  usage_fair_text:
    "Nothing is refused. When many people write at once, your answers wait in the normal queue until the count starts anew.",
  usage_fair_button: "See your usage",
};
