/** Words of the help page. Answers are plain sentences; lists are lines of one text. */
export const help = {
  title: "Help",
  lead: "How to begin, what is remembered, what it costs, and whom to ask.",
  contents: "On this page",
  start: "Getting started",
  startText:
    "Open the chat and write as you would to a person. Nova answers while you watch; you can stop it at any time, and what had arrived is kept.",
  startList:
    "Edit one of your messages to try another way. The first way stays and can be chosen again\nBelow each answer stand the memories it used and its receipt: what it cost and how it was checked\nA temporary conversation is not remembered and is left out of the list",
  startMore: "Take the tour",
  memory: "Memory",
  memoryText:
    "Facts, preferences and plans that you tell are kept, with the sentence they came from. Small talk is not.",
  memoryList:
    "A dot lasts an hour, one ring seven days, two rings stay\nOpen a memory to see why it is there, to correct it or to forget it\nWhat contradicts is not decided in secret: you are asked which holds\nForgotten means forgotten: it is not recalled any more",
  memoryMore: "Open your memory",
  plans: "Plans and limits",
  plansText:
    "Each plan has an amount of tokens and messages a day and a room for memory. Limits start anew each day at midnight, UTC.",
  plansList:
    "Every account begins with a trial. After it nothing is deleted, and a few messages a day remain\nA longer message and a longer answer use more tokens; the cost stands beside the field before you send\nA plan can be changed or ended at any time, and holds until the end of what is paid",
  plansMore: "Compare plans",
  privacy: "Privacy",
  privacyText:
    "What you write belongs to you. No other user can read it, and you can take it along.",
  privacyList:
    "The whole account can be downloaded as an archive in the settings\nDeleting the account leaves 30 days to change your mind; then everything is erased\nEach device that is signed in is listed, and can be signed out\nTwo-step sign-in protects the account if somebody learns your password",
  privacyMore: "Read the privacy notice",
  keyboard: "Keyboard",
  keyboardText: "In the chat these keys work anywhere. On a Mac, use ⌘ in place of Ctrl.",
  contact: "Ask a person",
  contactText:
    "Where a page shows an id, name it: with it we find what happened without reading what you wrote.",
  contactMail: "Write to {email}",
  contactNone: "The operator of this installation has named no address to write to.",
  contactStatus: "See how everything is doing",
};
