/** Words of the statement on accessibility. Lists are lines of one text. */
export const accessibility = {
  title: "Accessibility",
  lead: "NovaCoreAI is made to be usable by everybody. This page says how far that is true today.",
  goal: "What we aim at",
  goalText:
    "The rules of WCAG 2.2 at level AA, on every page, in the light, the dark and the high contrast theme. No public body has certified this; it is our own assessment.",
  works: "What works",
  worksList:
    "Everything can be done with the keyboard; the page of help lists the keys\nScreen readers are told of an answer sentence by sentence, not letter by letter\nPages read without script but for the chat, the memory and the tour\nText grows to twice its size without loss, from 360 pixels of width on\nTheme, contrast, text size, density and motion can be chosen and are kept with the account\nNothing depends on colour alone, and each chart has its table\nSigning in asks for no puzzle, and accepts pasted passwords and password managers",
  checked: "How it is checked",
  checkedText:
    "Automated rules look at every page in three themes and at two widths with every change, and journeys are made with the keyboard alone. Automated rules find less than half of what can be wrong.",
  gaps: "Known gaps",
  gapsList:
    "No test with people who depend on assistive technology has taken place yet, and none with screen readers on real phones\nFormulas are read as their markup by some screen readers\nA table of an answer is read as it grows; its size is told only when it is whole\nThe slider through the past moves by days: a far day takes many presses, or a page of days with Page Up and Page Down\nEnglish and German are complete; words of an answer may be in another language without being marked as such",
  contact: "Tell us",
  contactText: "What keeps you from using a page, and what you use to read it.",
  contactNone: "Nobody is named here to write to. Whoever runs this place can set an address.",
  contactMail: "Write to {email}",
  made: "This statement is of {day}.",
};
