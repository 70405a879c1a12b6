"""Placing calls: Asterisk over AMI, or the embedded line."""
