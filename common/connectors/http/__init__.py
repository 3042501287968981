"""What the connectors that speak HTTP have in common: credentials, waiting, trying again, and what a fault means."""

import logging

# httpx writes the whole URL of every request at INFO; a URL may name a person, and some are passwords in themselves.
logging.getLogger("httpx").setLevel(logging.WARNING)
