"""The run in motion: locals, asserted values, streams, warnings, files."""
