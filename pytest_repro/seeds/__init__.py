"""Random generators, one file a library: pin it, read its state, put it back."""
