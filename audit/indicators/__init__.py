"""Indicators: known marks of products that monitor or remotely control. The schema and its reader; the data is in `rules/indicators`."""
