/** Words of the mails. `{…}` are filled in; nothing here is HTML. */
export const mails = {
  product: "NovaCoreAI",
  greeting: "Hello {name},",
  writtenOut: "If the button does nothing, copy this address into your browser:",
  support: "Questions? Write to {support}.",
  unsubscribe: "You asked for these mails. End them with one press: {url}",
  settings: "What we write to you about: {url}",
  ignore: "If it was not you, you need not do anything.",
  whySecurity:
    "You receive this because it concerns the safety of your account. These mails cannot be turned off.",
  whyAsked: "You receive this because somebody asked for it with your address.",

  verify_email: "Confirm your e-mail",
  verify_email_text:
    "One press of the button confirms that this address is yours. The link works for {hours} hours.",
  verify_email_button: "Confirm e-mail",

  account_exists: "You already have an account",
  account_exists_text:
    "Somebody tried to register with this address, which already has an account here. If that was you, sign in, or choose a new password.",
  account_exists_button: "Sign in",

  reset_password: "Choose a new password",
  reset_password_text:
    "With this link you can choose a new password. It works once, for {minutes} minutes.",
  reset_password_button: "Choose a password",

  password_reset_done: "Your password was reset",
  password_reset_done_text: "A new password was set at {time}. All devices were signed out. {keys}",
  password_changed: "Your password was changed",
  password_changed_text:
    "The password of your account was changed at {time}, from {device}. Your other devices were signed out.",
  notice_button: "See what happened",
  keysNone: "You have no API keys.",
  keysSome: "These API keys still work: {names}. End those you do not know.",

  login_locked: "Sign-in was paused",
  login_locked_text:
    "Somebody tried several wrong passwords for your account, last at {time} from the network {place}. Sign-in from unknown devices is paused for a while; devices you used before are not affected. If that was not you, a new password makes sure.",
  login_locked_button: "Choose a new password",

  new_device: "A new device signed in",
  new_device_text:
    "{device} signed in to your account at {time}, from the network {place}. If that was not you, end it and change your password.",
  new_device_button: "This was not me",

  refresh_reuse: "A sign-in was ended for safety",
  refresh_reuse_text:
    "A secret of {device} was used twice, which can mean that somebody copied it. We ended that sign-in at {time}. Sign in there again if it is yours.",

  email_change: "Confirm your new e-mail",
  email_change_text:
    "One press of the button makes {email} the address of your account. The link works for {hours} hours.",
  email_change_button: "Use this address",
  email_changed: "Your e-mail was changed",
  email_changed_text:
    "The address of your account is now {email}. If you did not want this, take it back within {hours} hours.",
  email_changed_button: "Take it back",

  two_factor_on: "Two-step sign-in is on",
  two_factor_on_text: "Since {time} your account asks for a code when you sign in.",
  two_factor_off: "Two-step sign-in is off",
  two_factor_off_text: "Since {time} your password alone is enough to sign in.",
  backup_codes_new: "New backup codes were made",
  backup_codes_new_text:
    "At {time} ten new backup codes were made. The former ones no longer work.",
  recovery_started: "Your second step will be removed",
  recovery_started_text:
    "An administrator started to remove two-step sign-in from your account. It ends in {hours} hours, at {time}. If you did not ask for this, sign in and stop it, or write to support.",
  recovery_done: "Your second step was removed",
  recovery_done_text: "Two-step sign-in was removed at {time}. Set it up again in the settings.",

  key_made: "An API key was made",
  key_made_text: "The key {key} was made at {time}. It ends on {end}.",
  key_rotated: "An API key has a new secret",
  key_rotated_text: "The key {key} got a new secret at {time}. The former one works until {end}.",
  key_ending: "An API key ends soon",
  key_ending_text: "The key {key} ends on {end}. Make a new secret in time if you still need it.",
  key_paused: "An API key was paused",
  key_paused_text:
    "The key {key} was refused more than fifty times within ten minutes, so we paused it at {time}. You can let it work again in the settings.",
  keys_button: "API keys",

  export_ready: "Your data is ready",
  export_ready_text: "The archive with everything you have here can be fetched until {end}.",
  export_ready_button: "Fetch the archive",
  export_failed: "Your data could not be put together",
  export_failed_text: "Something went wrong on our side. Please start the export again.",

  deletion_started: "Your account will be deleted",
  deletion_started_text:
    "Your account is closed. Everything in it will be erased on {end}. Until then you can sign in and take it back.",
  deletion_started_button: "Keep the account",
  deletion_done: "Your account was deleted",
  deletion_done_text:
    "Everything that belonged to your account was erased on {time}. The last backup that still holds it is gone by {end}. The receipt below is signed; keep it if you like.",

  inactive: "Your account will be deleted",
  inactive_text:
    "You registered here and never confirmed the address, and nobody signed in since. The account will be erased on {end}. Sign in if you want to keep it.",

  suspended: "Your account was suspended",
  suspended_text: "Since {time} your account cannot be used. {reason}",
  suspended_button: "Read why and what to do",
  restored: "Your account works again",
  restored_text: "Since {time} your account can be used as before.",

  grant_opened: "Support can see what you allowed",
  grant_opened_text: "You gave support access until {end}. You can end it at any time.",
  grant_closed: "Support access has ended",
  grant_closed_text: "The access you gave to support ended at {time}.",

  usage_spike: "Much more was used today than usual",
  usage_spike_text:
    "Today your account used more than twenty times what it uses on other days. Nothing is refused, but until 00:00 UTC your answers wait in a slower queue when many people write at once. If that was not you, look at your devices and API keys.",
};
