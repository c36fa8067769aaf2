"""Talks to language models: requests and responses, the API client, rate limits, batch jobs, prices, and the spend ledger."""
