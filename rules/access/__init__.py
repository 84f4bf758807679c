"""Who can get into this machine, and what it says about its owner."""
