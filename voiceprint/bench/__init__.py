"""How fast and how exactly lists of any length are searched, beside other indexes. Not used in calls."""
