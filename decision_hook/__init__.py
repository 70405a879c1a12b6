"""Where results go: rules, credit limit, supervision and the staff's pages."""
