"""What the connectors that speak HTTP have in common: credentials, waiting, trying again, and what a fault means."""
