"""GraphQL over HTTP: queries whose answers come whole, or not at all."""
