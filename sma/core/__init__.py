"""Plumbing without a domain word in it: settings, clock, database, outbox, audit, crypto, logs."""
