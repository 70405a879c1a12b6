"""Fraud risk before the call, credit score, and the limit."""
