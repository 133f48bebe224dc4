#!/bin/sh
# Makes the product's roles and database when the server starts for the first time.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres \
  --set=owner="$OWNER_PASSWORD" --set=login="$LOGIN_PASSWORD" <<'SQL'
create role nova_owner login createrole password :'owner';
create role nova_app login noinherit password :'login';
create database nova owner nova_owner encoding 'UTF8' template template0;
\connect nova
create extension vector;
create extension pg_trgm;
SQL
