"""What a Prefect server has to hold for this repository: deployments, the work pool, page types, automations."""
