"""Folders that leave this machine, and who else can look into them."""
