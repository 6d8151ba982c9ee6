"""Pages of amendments and frozen texts: for everybody, for delegations, for the secretariat."""
