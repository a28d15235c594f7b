"""A library that keeps its values in private attributes."""


class Grid:
    """Heights at equal spacing."""

    def __init__(self, spacing, heights):
        self._spacing = spacing
        self._heights = heights
