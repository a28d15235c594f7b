"""The store: envelopes on disk, a file a test module and profile, read with suspicion, written whole or not at all."""
