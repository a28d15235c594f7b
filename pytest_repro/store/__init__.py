"""The store: envelopes on disk, one file a test module and profile, read with suspicion and written whole or not at all."""
