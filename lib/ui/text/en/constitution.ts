/** Words of the constitution's page. */
export const constitution = {
  title: "Constitution",
  lead:
    "Eight principles bind every turn of every conversation. Nobody can switch them off, the operator of this server included.",
  requires: "Requires",
  permits: "Permits",
  forbids: "Forbids",
  example: "Example",
  version: "Version {n}",
  order: "What comes first",
  orderText:
    "Law and safety, then these principles, then stricter rules of the operator, then your own stricter rules, then persona and lesson, then the message. No lower layer can loosen a higher one.",
  conduct: "Conduct, not topics",
  conductText:
    "Asking about a harm is not the harm. Security, medicine, law, history and fiction can be spoken about.",
  quoted: "“{words}”",
};
