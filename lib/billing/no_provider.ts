import { type PaymentProvider, ProviderError } from "./types.ts";

/** Where payments are not set up: every call says so, and no event is taken (BIL-3). */
export function noProvider(): PaymentProvider {
  const refuse = () =>
    Promise.reject(new ProviderError("unavailable", "Payments are not set up here"));
  return {
    name: "test",
    webhookSecrets: [],
    live: false,
    createCustomer: refuse,
    checkout: refuse,
    portal: refuse,
    change: refuse,
    cancel: refuse,
    reactivate: refuse,
    customerOf: refuse,
    customerState: refuse,
    invoiceOfPayment: refuse,
    prices: refuse,
    endpoints: refuse,
  };
}
