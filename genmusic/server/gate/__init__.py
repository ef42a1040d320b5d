"""Who may come in: names, sites, addresses and how much each of them may ask for."""
