"""The steps that flows are written in; flows take them from ``common``, which loads those that are used."""
