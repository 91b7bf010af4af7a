-- Until when whoever has the account has read his messages.
ALTER TABLE accounts ADD COLUMN messages_seen_at INSTANT;
