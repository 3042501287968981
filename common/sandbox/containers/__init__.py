"""The sandbox as containers: one role each, so that flows in containers find all that they deliver from and to."""
