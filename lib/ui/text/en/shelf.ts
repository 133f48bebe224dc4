/** Words of what the list of conversations finds and puts away, loaded when it is looked at. */
export const shelf = {
  foundIn: "In messages",
  foundNothing: "No message holds “{query}”.",
  shelfText_archived: "Put aside, still found by search.",
  shelfText_deleted: "Erased 30 days after deletion.",
  shelfEmpty_archived: "Nothing is archived.",
  shelfEmpty_deleted: "The trash is empty.",
  eraseNow: "Erase “{title}”",
  eraseTitle: "Erase this conversation?",
  eraseSure:
    "“{title}” and its receipts are erased at once and cannot be brought back. Memories made from it stay until you forget them.",
  erase: "Erase for good",
  removeKeep: "Keep conversation",
};
