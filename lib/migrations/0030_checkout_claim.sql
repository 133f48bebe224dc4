-- oldest-compatible: 1
-- Until when a checkout of this person is being opened; two at the same moment could both be paid.
alter table subscriptions add column checkout_until timestamptz;
