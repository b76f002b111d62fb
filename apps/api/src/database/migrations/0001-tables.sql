-- All tables of the API. Migrations are applied in the order of their names, once each, and never changed after a release.
CREATE TABLE tenants (
  id text PRIMARY KEY,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  name text NOT NULL,
  hash text NOT NULL,
  start text NOT NULL,
  scopes text[] NOT NULL,
  rate_per_minute integer,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3)
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_tenant ON api_keys (tenant, created_at);

CREATE TABLE consents (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  record jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX consents_tenant ON consents (tenant, created_at, id);

CREATE TABLE people (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  name text,
  consent text NOT NULL REFERENCES consents (id),
  status text NOT NULL,
  source jsonb NOT NULL,
  video jsonb,
  preset text NOT NULL,
  params jsonb NOT NULL,
  seed integer NOT NULL,
  evaluate boolean NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  callback_url text,
  error jsonb,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX people_tenant ON people (tenant, created_at, id);
CREATE INDEX people_status ON people (status);
CREATE INDEX people_consent ON people (consent);

CREATE TABLE batches (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  name text,
  status text NOT NULL,
  "window" jsonb,
  priority integer NOT NULL,
  concurrency integer NOT NULL,
  defaults jsonb NOT NULL,
  total integer NOT NULL,
  forecast_at timestamptz(3),
  metadata jsonb NOT NULL DEFAULT '{}',
  callback_url text,
  error jsonb,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX batches_tenant ON batches (tenant, created_at, id);

CREATE TABLE batch_items (
  batch text NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  place integer NOT NULL,
  item text NOT NULL,
  person text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  request jsonb NOT NULL,
  status text NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  claim text,
  video_id text NOT NULL,
  video jsonb,
  seconds double precision,
  core_seconds double precision,
  error jsonb,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  PRIMARY KEY (batch, place)
);
CREATE UNIQUE INDEX batch_items_item ON batch_items (batch, item);
CREATE INDEX batch_items_status ON batch_items (batch, status, place);
CREATE INDEX batch_items_person ON batch_items (person);
CREATE UNIQUE INDEX batch_items_video ON batch_items (video_id);
CREATE INDEX batch_items_claim ON batch_items (batch, claim);

CREATE TABLE videos (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  person text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  batch text REFERENCES batches (id) ON DELETE CASCADE,
  item text,
  status text NOT NULL,
  request jsonb NOT NULL,
  seed integer NOT NULL,
  shards integer NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  callback_url text,
  video jsonb,
  seconds double precision,
  core_seconds double precision,
  error jsonb,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX videos_tenant ON videos (tenant, created_at, id);
CREATE INDEX videos_person ON videos (person, created_at);
CREATE INDEX videos_status ON videos (status);
CREATE INDEX videos_batch ON videos (batch);

CREATE TABLE stages (
  person text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  video text NOT NULL DEFAULT '',
  stage text NOT NULL,
  status text NOT NULL,
  attempt integer NOT NULL,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  error jsonb,
  outcome jsonb,
  PRIMARY KEY (person, video, stage)
);

CREATE TABLE uploads (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  scope text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  bytes double precision NOT NULL,
  content_type text NOT NULL,
  sha256 text,
  store_key text NOT NULL,
  store_upload text NOT NULL,
  artifact jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX uploads_tenant ON uploads (tenant, created_at, id);
CREATE INDEX uploads_scope ON uploads (scope);

CREATE TABLE events (
  seq bigserial PRIMARY KEY,
  id text NOT NULL,
  tenant text NOT NULL REFERENCES tenants (id),
  type text NOT NULL,
  person text REFERENCES people (id) ON DELETE CASCADE,
  video text,
  batch text,
  data jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_tenant ON events (tenant, seq);
CREATE INDEX events_person ON events (person);

CREATE TABLE webhooks (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  url text NOT NULL,
  secret text NOT NULL,
  events text[] NOT NULL,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX webhooks_tenant ON webhooks (tenant, created_at, id);

CREATE TABLE webhook_deliveries (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  webhook text REFERENCES webhooks (id) ON DELETE CASCADE,
  url text NOT NULL,
  event text NOT NULL REFERENCES events (id) ON DELETE CASCADE,
  type text NOT NULL,
  payload jsonb NOT NULL,
  status text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  log jsonb NOT NULL DEFAULT '[]',
  next_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  delivered_at timestamptz(3)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (status, next_at);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook, created_at, id);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event);

CREATE TABLE idempotency (
  tenant text NOT NULL REFERENCES tenants (id),
  key text NOT NULL,
  request text NOT NULL,
  status integer,
  answer jsonb,
  person text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX idempotency_person ON idempotency (person);

CREATE TABLE audit (
  seq bigserial PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  key text,
  action text NOT NULL,
  target text,
  status integer NOT NULL,
  code text,
  request text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX audit_tenant ON audit (tenant, seq);
CREATE INDEX audit_target ON audit (target);

CREATE TABLE erasures (
  id text PRIMARY KEY,
  tenant text NOT NULL REFERENCES tenants (id),
  person text,
  deleted jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  completed_at timestamptz(3)
);
CREATE INDEX erasures_tenant ON erasures (tenant, created_at, id);
CREATE INDEX erasures_person ON erasures (person);
