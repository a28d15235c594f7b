"""Conditions that can be changed in a fresh process: what each changes, and how it is proved that it took effect."""
