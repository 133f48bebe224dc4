-- oldest-compatible: 4
-- Until when somebody waits one class lower for the model: far more was used than usual (ACC-124).
alter table users add column lowered_until timestamptz;
