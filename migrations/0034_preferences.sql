-- How an account wants its pages and keys, beside its zone and theme: JSON, empty is as shipped.
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';
