"""Language models: requests, responses, the API client, rate limits, batch jobs, prices and the spend ledger."""
