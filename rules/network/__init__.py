"""Whether somebody can read, steer or block what this machine asks the network for, and who learns where it is."""
