"""Where bytes come from: a live machine, a mounted disk or a copied home."""
