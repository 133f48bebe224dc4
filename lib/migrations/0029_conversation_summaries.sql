-- oldest-compatible: 1
-- What memory has heard of each conversation and not yet summed up.
create table memory_summaries (
  session_id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- Messages that memory was let read when they came, the newest last. What was said while memory
  -- was off is not among them, and stays out of a summary that is made later.
  heard uuid[] not null default '{}' check (cardinality(heard) <= 200),
  -- Messages since the last summary.
  waiting integer not null default 0 check (waiting >= 0),
  heard_at timestamptz not null,
  -- The owner forgot the summary: no job makes another of this conversation.
  declined boolean not null default false,
  foreign key (session_id, user_id) references chat_sessions (id, user_id) on delete cascade
);
create index memory_summaries_due on memory_summaries (heard_at) where waiting > 0;

alter table memory_summaries enable row level security;
alter table memory_summaries force row level security;
create policy own_rows on memory_summaries to nova_user
  using (user_id = app_user_id()) with check (user_id = app_user_id());
create policy named_purpose on memory_summaries to nova_system
  using (app_purpose() is not null) with check (app_purpose() is not null);
grant select, insert, update, delete on memory_summaries to nova_user, nova_system;

-- The summary of a conversation is found by it.
create index memories_of_session on memories (user_id, session_id) where type = 'conversation';
