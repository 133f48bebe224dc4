-- oldest-compatible: 1
-- When the mail server of an address last said that there is no such mailbox; null once it is proved
-- again, or replaced.
alter table users add column email_bounced_at timestamptz;
