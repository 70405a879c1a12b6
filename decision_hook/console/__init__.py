"""The staff's web pages and the JSON API."""
