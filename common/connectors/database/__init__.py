"""Databases: each streams a query's rows as Arrow record batches, one batch in memory."""
