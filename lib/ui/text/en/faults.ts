/** Words of error pages and of the pages of problems. */
export const faults = {
  lostTitle: "There is nothing here",
  lostText: "The address is wrong, or what was here has been moved or deleted.",
  errorTitle: "Something went wrong on our side",
  errorText: "Nothing you wrote is lost. Try again; if it stays, name the id below to support.",
  forbiddenTitle: "You may not open this",
  goChat: "Go to chat",
  goHome: "Go to the start page",
  problemTitle: "Error code {code}",
  problemLead: "What it means and what to do.",
  problemStatus: "HTTP status",
};
