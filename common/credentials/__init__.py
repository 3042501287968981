"""Secrets and SSH keys as documents of the Prefect server: made, changed and listed, never shown."""
