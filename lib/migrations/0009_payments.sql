-- oldest-compatible: 4
-- What applying the provider's states and telling people of ends needs.

-- Goes up with each state that is applied: who asked the provider before that asks again.
alter table subscriptions add column version integer not null default 0;

create index users_trial_end on users (trial_ends_at) where subscription_status = 'none';
