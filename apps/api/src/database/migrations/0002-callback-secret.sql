-- What is told to the callback address of a request is signed as well, with a secret of the tenant. gen_random_uuid draws 122 bits from a strong source.
ALTER TABLE tenants ADD COLUMN callback_secret text NOT NULL DEFAULT 'whsec_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

-- The expected end of a batch is reckoned when it is asked for.
ALTER TABLE batches DROP COLUMN forecast_at;
