"""Why two runs parted: experiments that a drift calls for."""
