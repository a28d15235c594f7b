"""Lock files: one file a format; each reads it, decides what applies here, and tells whether it is stale."""
