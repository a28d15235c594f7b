"""The catalogue of controls, and the verdict of one test."""
