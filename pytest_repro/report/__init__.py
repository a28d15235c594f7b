"""A verdict as headings and rows, and the formats it is written in."""
